#include "agent/kafka/wire/tls_transport.h"

#include <poll.h>

namespace klaxon::kafka::wire {

namespace {

class TlsSocket final : public Transport {
 public:
  TlsSocket(Descriptor socket, std::unique_ptr<tls::Session> session)
      : socket_(std::move(socket)), session_(std::move(session)) {}

  int fd() const override { return socket_.get(); }

  short Events(bool has_output) const override {
    if (!established()) {  // in turns: what is written is written only after the handshake
      return session_->wants_write() ? POLLOUT : POLLIN;
    }
    return static_cast<short>(has_output || session_->wants_write() ? POLLIN | POLLOUT : POLLIN);
  }

  bool established() const override { return session_->established(); }

  bool has_more() const override { return session_->has_more(); }

  Result<size_t> Read(std::span<char> into) override { return session_->Read(into); }

  Result<size_t> Write(std::string_view bytes) override { return session_->Write(bytes); }

 private:
  Descriptor socket_;
  std::unique_ptr<tls::Session> session_;  // last: it says goodbye through the socket
};

}  // namespace

Result<std::unique_ptr<Transport>> TlsTransport(Descriptor socket, tls::ClientContext& context,
                                                const std::string& host) {
  auto session = context.Connect(socket.get(), host);
  if (!session) {
    return session.error();
  }
  return std::unique_ptr<Transport>(
      std::make_unique<TlsSocket>(std::move(socket), std::move(*session)));
}

}  // namespace klaxon::kafka::wire
