#include "agent/simulator/socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace klaxon::simulator {
namespace {

constexpr int kBacklog = 128;

Error Failed(uint16_t port) {
  return {Reason::kUnreachable,
          fmt::format("cannot listen on 127.0.0.1:{}: {}", port, std::strerror(errno))};
}

/// Two sockets that allow it may be bound to one port as long as neither listens yet.
Result<Socket> Bind(uint16_t port) {
  Socket socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (!socket || ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
      ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return Failed(port);
  }
  return socket;
}

}  // namespace

Socket::~Socket() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

Result<LoopbackPort> LoopbackPort::Reserve(uint16_t wanted) {
  Result<Socket> held = Bind(wanted);
  if (!held) {
    return held.error();
  }
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  if (::getsockname(held->get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return Failed(wanted);
  }
  LoopbackPort port;
  port.held_ = std::move(*held);
  port.number_ = ntohs(address.sin_port);
  return port;
}

Result<Socket> LoopbackPort::Listen() const {
  Result<Socket> socket = Bind(number_);
  if (!socket) {
    return socket.error();
  }
  if (::listen(socket->get(), kBacklog) != 0) {
    return Failed(number_);
  }
  return socket;
}

}  // namespace klaxon::simulator
