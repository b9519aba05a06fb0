#include "agent/kafka/wire/transport.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>

namespace klaxon::kafka::wire {

namespace {

Result<size_t> Outcome(ssize_t count) {
  if (count >= 0) {
    return static_cast<size_t>(count);
  }
  const int code = errno;
  if (code == EAGAIN || code == EINTR) {
    return size_t{0};
  }
  if (code == ECONNRESET || code == EPIPE) {
    return Error(Reason::kUnreachable, "reset the connection");
  }
  return Error(Reason::kUnreachable, "lost: " + std::generic_category().message(code));
}

class PlainSocket final : public Transport {
 public:
  explicit PlainSocket(Descriptor socket) : socket_(std::move(socket)) {}

  int fd() const override { return socket_.get(); }

  short Events(bool has_output) const override {
    return static_cast<short>(has_output ? POLLIN | POLLOUT : POLLIN);
  }

  Result<size_t> Read(std::span<char> into) override {
    const ssize_t count = recv(socket_.get(), into.data(), into.size(), 0);
    if (count == 0) {
      return Error(Reason::kUnreachable, "closed the connection");
    }
    return Outcome(count);
  }

  Result<size_t> Write(std::string_view bytes) override {
    return Outcome(send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
  }

 private:
  Descriptor socket_;
};

}  // namespace

std::unique_ptr<Transport> PlainTransport(Descriptor socket) {
  return std::make_unique<PlainSocket>(std::move(socket));
}

}  // namespace klaxon::kafka::wire
