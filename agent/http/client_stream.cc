#include "agent/http/client_stream.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>

namespace klaxon::http {
namespace {

constexpr size_t kReadSize = size_t{16} * 1024;
constexpr size_t kStatusLine = 1024;
constexpr size_t kHead = size_t{64} * 1024;
constexpr std::string_view kProtocol = "HTTP/1.";

}  // namespace

bool ClientStream::Fail(Reason reason, std::string message) {
  if (!failure_) failure_.emplace(reason, std::move(message));
  return false;
}

bool ClientStream::Broken(int error) {
  if (error == ECONNRESET || error == EPIPE) {
    return Fail(Reason::kUnreachable, received_ == 0
                                          ? "the connection was closed before an answer came"
                                          : "the connection was reset in the middle of the answer");
  }
  return Fail(Reason::kUnreachable, std::generic_category().message(error));
}

bool ClientStream::Wait(short events) {
  return GoesOn(patience_.WaitFor(fd_, events));
}

bool ClientStream::GoesOn(Patience::End end) {
  switch (end) {
    case Patience::End::kReady:
      return true;
    case Patience::End::kStopped:
      return Fail(Reason::kCancelled, "stopped");
    case Patience::End::kTimeout:
      return Fail(Reason::kTimeout, received_ == 0
                                        ? "connected, but no answer in time"
                                        : "the answer was not complete in time (" +
                                              std::to_string(received_) + " bytes came)");
  }
  std::abort();
}

/// Reads into the buffer, waiting for it: a count, 0 at the end, -1 after a failure.
ssize_t ClientStream::Receive() {
  while (!failure_) {
    const ssize_t count = ::recv(fd_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (count >= 0) return count;
    if (errno != EAGAIN && errno != EINTR) {
      Broken(errno);
    } else {
      Wait(POLLIN);
    }
  }
  return -1;
}

/// The same over TLS.
ssize_t ClientStream::ReceiveSecured() {
  while (!failure_) {
    const Result<size_t> count = session_->Read(buffer_);
    if (count && *count > 0) return static_cast<ssize_t>(*count);
    if (count) {
      WaitForSession();
      continue;
    }
    // Without a goodbye somebody may have cut the answer off. A refusal is an end as well.
    const bool closed = count.error().reason() == Reason::kUnreachable;
    if (closed && session_->ended_properly()) return 0;
    Fail(count.error().reason(), count.error().message());
  }
  return -1;
}

bool ClientStream::WaitForSession() {
  return Wait(session_->wants_write() ? POLLOUT : POLLIN);
}

/// The other side closed.
bool ClientStream::Ended() {
  ended_ = true;
  if (received_ == 0) return Broken(ECONNRESET);
  if (!head_done_) return Fail(Reason::kBadAnswer, "the answer ends in its head");
  return true;
}

/// Receives more; false after a failure. At the end of the stream nothing is added.
bool ClientStream::Refill() {
  // Whoever sends without a pause never lets the client wait.
  if (!GoesOn(patience_.Now())) return false;
  buffer_.resize(kReadSize);
  begin_ = end_ = 0;
  const ssize_t count = session_ == nullptr ? Receive() : ReceiveSecured();
  if (count <= 0) return count == 0 && Ended();
  end_ = static_cast<size_t>(count);
  received_ += end_;
  return true;
}

bool ClientStream::CheckHead(char byte) {
  if (lines_ == 0 && line_bytes_ < kProtocol.size() && byte != kProtocol[line_bytes_]) {
    return Fail(Reason::kBadAnswer, "what answers there does not speak HTTP; is the port right?");
  }
  ++head_bytes_;
  ++line_bytes_;
  if (head_bytes_ > kHead || (lines_ == 0 && line_bytes_ > kStatusLine)) {
    return Fail(Reason::kBadAnswer, "the head of the answer is too long");
  }
  if (byte == '\n') {
    head_done_ = line_bytes_ == 2 && lines_ > 0;
    line_bytes_ = 0;
    ++lines_;
  }
  return true;
}

ssize_t ClientStream::Read(char* bytes, size_t size) {
  if (failure_ || size == 0 || (!Readable() && !Refill())) return -1;
  // While the head comes, byte by byte, as cpp-httplib reads it.
  const size_t count = std::min(head_done_ ? size : 1, end_ - begin_);
  std::memcpy(bytes, buffer_.data() + begin_, count);
  begin_ += count;
  if (!head_done_ && count > 0 && !CheckHead(*bytes)) return -1;
  return static_cast<ssize_t>(count);
}

ssize_t ClientStream::WriteSecured(std::string_view bytes) {
  while (!failure_) {
    const Result<size_t> count = session_->Write(bytes);
    if (count && *count > 0) return static_cast<ssize_t>(*count);
    if (!count) {
      Fail(count.error().reason(), count.error().message());
    } else {
      WaitForSession();
    }
  }
  return -1;
}

ssize_t ClientStream::Write(const char* bytes, size_t size) {
  if (session_ != nullptr && size > 0) return WriteSecured({bytes, size});
  while (!failure_) {
    const ssize_t count = ::send(fd_, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) return count;
    if (errno != EAGAIN && errno != EINTR) {
      Broken(errno);
    } else {
      Wait(POLLOUT);
    }
  }
  return -1;
}

}  // namespace klaxon::http
