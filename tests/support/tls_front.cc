#include "tests/support/tls_front.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

namespace klaxon::testing {
namespace {

sockaddr_in Loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

/// Carries bytes between a session and a plain socket.
class Pump {
 public:
  Pump(tls::Session& session, int secured, int plain)
      : session_(session), secured_(secured), plain_(plain) {}

  /// False when both directions are over, or one broke.
  bool Step() {
    if (!FromClient() || !ToClient()) return false;
    std::array<pollfd, 2> waiting{pollfd{.fd = secured_, .events = POLLIN, .revents = 0},
                                  pollfd{.fd = plain_, .events = POLLIN, .revents = 0}};
    const int wait = session_.has_more() || !to_client_.empty() ? 1 : 10;
    ::poll(waiting.data(), waiting.size(), wait);
    return true;
  }

 private:
  bool FromClient() {
    std::array<char, 16384> bytes{};
    const Result<size_t> count = session_.Read(bytes);
    if (!count) return false;
    std::string_view rest(bytes.data(), *count);
    while (!rest.empty()) {
      const ssize_t sent = ::send(plain_, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (sent < 0) break;  // it listens no more; what it said still has to arrive
      rest.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }

  bool ToClient() {
    if (to_client_.empty() && session_.established()) {
      std::array<char, 16384> bytes{};
      const ssize_t count = ::recv(plain_, bytes.data(), bytes.size(), MSG_DONTWAIT);
      if (count == 0 || (count < 0 && errno != EAGAIN)) return false;
      to_client_.assign(bytes.data(), count < 0 ? 0 : static_cast<size_t>(count));
    }
    if (to_client_.empty()) return true;
    const Result<size_t> count = session_.Write(to_client_);
    if (!count) return false;
    to_client_.erase(0, *count);
    return true;
  }

  tls::Session& session_;
  const int secured_;
  const int plain_;
  std::string to_client_{};
};

/// Reads until the client has left: closing with something unread is a reset, which may overtake
/// what was said last.
void Drain(int socket, const std::stop_token& stop) {
  std::array<char, 4096> bytes{};
  ssize_t count = 1;
  while (!stop.stop_requested() && (count > 0 || (count < 0 && errno == EAGAIN))) {
    pollfd waiting{.fd = socket, .events = POLLIN, .revents = 0};
    ::poll(&waiting, 1, 20);
    count = ::recv(socket, bytes.data(), bytes.size(), 0);
  }
}

}  // namespace

TlsFront::TlsFront(tls::ServerOptions options, uint16_t behind, Ending ending)
    : context_(std::move(options), "front"),
      behind_(behind),
      ending_(ending),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) std::abort();
  ::listen(listener_.get(), 16);
  ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  accepting_ = std::jthread([this](const std::stop_token& stop) { Accept(stop); });
}

TlsFront::~TlsFront() {
  accepting_.request_stop();
  accepting_.join();
  serving_.clear();
}

std::string TlsFront::Url(std::string_view path, std::string_view host) const {
  return "https://" + std::string(host) + ":" + std::to_string(port_) + std::string(path);
}

void TlsFront::Accept(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pollfd waiting{.fd = listener_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, 20) <= 0) continue;
    const int socket = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (socket < 0) continue;
    ++connections_;
    serving_.emplace_back([this, socket](const std::stop_token& ended) { Serve(socket, ended); });
  }
}

void TlsFront::Serve(int socket, const std::stop_token& stop) {
  const Descriptor client(socket);
  const Descriptor behind(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = Loopback(behind_);
  const auto* where = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(behind.get(), where, sizeof address) != 0) return;
  Result<std::unique_ptr<tls::Session>> session = context_.Accept(socket);
  if (!session) return;
  Pump pump(**session, socket, behind.get());
  while (!stop.stop_requested() && pump.Step()) {
  }
  if (ending_ == Ending::kCut) ::shutdown(socket, SHUT_WR);
  session->reset();
  ::shutdown(socket, SHUT_WR);
  Drain(socket, stop);
}

}  // namespace klaxon::testing
