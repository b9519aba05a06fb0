#include "agent/simulator/stream.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

namespace klaxon::simulator {
namespace {

std::optional<size_t> Outcome(ssize_t count) {
  if (count >= 0) {
    return static_cast<size_t>(count);
  }
  return errno == EAGAIN || errno == EINTR ? std::optional<size_t>(0) : std::nullopt;
}

std::optional<size_t> Outcome(const Result<size_t>& count) {
  return count ? std::optional(*count) : std::nullopt;
}

}  // namespace

short Stream::Events(bool has_output) const {
  const bool writes =
      tls_ ? tls_->wants_write() || (has_output && tls_->established()) : has_output;
  return static_cast<short>(writes ? POLLIN | POLLOUT : POLLIN);
}

std::optional<size_t> Stream::Read(std::span<char> into) {
  if (tls_) {
    return Outcome(tls_->Read(into));
  }
  const ssize_t count = ::recv(socket_.get(), into.data(), into.size(), 0);
  return count == 0 ? std::nullopt : Outcome(count);
}

std::optional<size_t> Stream::Write(std::string_view bytes) {
  if (tls_) {
    return Outcome(tls_->Write(bytes));
  }
  return Outcome(::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
}

}  // namespace klaxon::simulator
