#include "collectors/zookeeper/stream.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "agent/http/dial.h"

namespace klaxon::zookeeper_collector {
namespace {

Error Lost(int error) {
  if (error == ECONNRESET || error == EPIPE) {
    return {Reason::kUnreachable, "the connection was reset before the answer was whole"};
  }
  return {Reason::kUnreachable, std::generic_category().message(error)};
}

}  // namespace

Stream::Stream(Descriptor socket, http::Patience& patience)
    : socket_(std::move(socket)), patience_(&patience) {
}

Result<Stream> Stream::Open(const HostPort& server, tls::ClientContext* tls,
                            http::Patience& patience) {
  Result<Descriptor> socket = http::Dial(server, patience);
  if (!socket) {
    return socket.error();
  }
  Stream stream(*std::move(socket), patience);
  if (tls == nullptr) {
    return stream;
  }
  Result<std::unique_ptr<tls::Session>> session = tls->Connect(stream.socket_.get(), server.host);
  if (!session) {
    return session.error();
  }
  stream.session_ = *std::move(session);
  const Result<void> done = stream.Handshake();
  return done ? Result<Stream>(std::move(stream)) : done.error();
}

Result<void> Stream::Judge(http::Patience::End end) {
  switch (end) {
    case http::Patience::End::kReady:
      return {};
    case http::Patience::End::kStopped:
      return Error(Reason::kCancelled, "stopped");
    case http::Patience::End::kTimeout:
      return Error(Reason::kTimeout,
                   "no whole answer in time; is it overloaded, or is this another program's port?");
  }
  std::abort();
}

Result<void> Stream::Wait(short events) {
  return Judge(patience_->WaitFor(socket_.get(), events));
}

Result<void> Stream::WaitForSession() {
  return Wait(session_->wants_write() ? POLLOUT : POLLIN);
}

Result<void> Stream::Handshake() {
  while (true) {
    const Result<bool> done = session_->Handshake();
    if (!done) {
      return done.error();
    }
    if (*done) {
      return {};
    }
    if (const Result<void> more = WaitForSession(); !more) {
      return more.error();
    }
  }
}

Result<void> Stream::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    size_t taken = 0;
    if (session_ != nullptr) {
      const Result<size_t> count = session_->Write(bytes);
      if (!count) {
        return count.error();
      }
      taken = *count;
    } else {
      const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count < 0 && errno != EAGAIN && errno != EINTR) {
        return Lost(errno);
      }
      taken = count > 0 ? static_cast<size_t>(count) : 0;
    }
    bytes.remove_prefix(taken);
    if (taken > 0) {
      continue;
    }
    const Result<void> more = session_ != nullptr ? WaitForSession() : Wait(POLLOUT);
    if (!more) {
      return more.error();
    }
  }
  return {};
}

Result<size_t> Stream::Receive(std::span<char> into) {
  while (true) {
    // Whoever sends without a pause never lets us wait.
    if (const Result<void> time = Judge(patience_->Now()); !time) {
      return time.error();
    }
    if (session_ != nullptr) {
      const Result<size_t> count = session_->Read(into);
      if (count && *count > 0) {
        return *count;
      }
      if (!count) {
        const bool closed = session_->established() && session_->ended_properly();
        return closed ? Result<size_t>(size_t{0}) : count.error();
      }
    } else {
      const ssize_t count = ::recv(socket_.get(), into.data(), into.size(), MSG_DONTWAIT);
      if (count >= 0) {
        return static_cast<size_t>(count);
      }
      if (errno != EAGAIN && errno != EINTR) {
        return Lost(errno);
      }
    }
    const Result<void> more = session_ != nullptr ? WaitForSession() : Wait(POLLIN);
    if (!more) {
      return more.error();
    }
  }
}

Result<void> Stream::ReceiveAll(std::span<char> into) {
  while (!into.empty()) {
    const Result<size_t> count = Receive(into);
    if (!count) {
      return count.error();
    }
    if (*count == 0) {
      return Error(Reason::kUnreachable, "the server closed the connection");
    }
    into = into.subspan(*count);
  }
  return {};
}

}  // namespace klaxon::zookeeper_collector
