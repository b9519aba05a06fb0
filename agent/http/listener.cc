#include "agent/http/listener.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include <fmt/format.h>

namespace klaxon::http {
namespace {

struct AddressListDeleter {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

using AddressList = std::unique_ptr<addrinfo, AddressListDeleter>;

std::string Advice(int error) {
  switch (error) {
    case EADDRINUSE:
      return "address already in use; stop what uses it or choose another with --listen";
    case EACCES:
      return "not permitted; ports below 1024 need privileges: choose another with --listen";
    case EADDRNOTAVAIL:
      return "this machine has no such address; choose one of its own with --listen";
    default:
      return std::generic_category().message(error);
  }
}

Error CannotListen(const HostPort& address, std::string_view why) {
  const std::string shown =
      address.host.empty() ? fmt::format("port {}", address.port) : ToString(address);
  return {Reason::kUnreachable, fmt::format("cannot listen on {}: {}", shown, why)};
}

/// 0, or the errno of what failed.
int Bind(const addrinfo& candidate, Descriptor& out) {
  Descriptor socket(::socket(candidate.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return errno;
  const int on = 1;
  const int off = 0;
  // A restart must not wait for the old connections' TIME_WAIT; a live listener still excludes us.
  (void)::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (candidate.ai_family == AF_INET6) {
    (void)::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  }
  if (::bind(socket.get(), candidate.ai_addr, candidate.ai_addrlen) != 0) return errno;
  if (::listen(socket.get(), SOMAXCONN) != 0) return errno;
  out = std::move(socket);
  return 0;
}

uint16_t BoundPort(int socket) {
  sockaddr_storage bound{};
  socklen_t length = sizeof bound;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&bound), &length) != 0) return 0;
  if (bound.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6*>(&bound)->sin6_port);
  }
  return ntohs(reinterpret_cast<const sockaddr_in*>(&bound)->sin_port);
}

void Describe(const sockaddr_storage& peer, Accepted& accepted) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (peer.ss_family == AF_INET) {
    const auto* const v4 = reinterpret_cast<const sockaddr_in*>(&peer);
    accepted.address = ::inet_ntop(AF_INET, &v4->sin_addr, text.data(), text.size());
    accepted.group = accepted.address;
    return;
  }
  const in6_addr& v6 = reinterpret_cast<const sockaddr_in6*>(&peer)->sin6_addr;
  const auto* const bytes = static_cast<const unsigned char*>(v6.s6_addr);
  if (IN6_IS_ADDR_V4MAPPED(&v6)) {  // an IPv4 client of a socket for both
    accepted.address = ::inet_ntop(AF_INET, bytes + 12, text.data(), text.size());
    accepted.group = accepted.address;
    return;
  }
  accepted.address = ::inet_ntop(AF_INET6, &v6, text.data(), text.size());
  accepted.group.assign(reinterpret_cast<const char*>(bytes), 8);
}

}  // namespace

Result<Listener> BindListener(const HostPort& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  const std::string port = std::to_string(address.port);
  addrinfo* found = nullptr;
  // For every interface: one IPv6 socket that takes IPv4 too, IPv4 alone where there is no IPv6.
  const char* const host = address.host.empty() ? "::" : address.host.c_str();
  if (const int failure = ::getaddrinfo(host, port.c_str(), &hints, &found); failure != 0) {
    return CannotListen(address, fmt::format("{}; write an address of this machine, for example "
                                             "127.0.0.1:9308",
                                             ::gai_strerror(failure)));
  }
  const AddressList list(found);
  Listener listener;
  listener.address = address;
  int error = EADDRNOTAVAIL;
  for (const addrinfo* each = list.get(); each != nullptr && error != 0; each = each->ai_next) {
    error = Bind(*each, listener.socket);
  }
  if (error == EAFNOSUPPORT && address.host.empty()) {
    Result<Listener> v4 = BindListener({.host = "0.0.0.0", .port = address.port});
    if (v4) v4->address.host.clear();
    return v4;
  }
  if (error != 0) return CannotListen(address, Advice(error));
  listener.address.port = BoundPort(listener.socket.get());
  return listener;
}

Accepted AcceptFrom(int listener) {
  sockaddr_storage peer{};
  socklen_t length = sizeof peer;
  Accepted accepted;
  accepted.socket = Descriptor(::accept4(listener, reinterpret_cast<sockaddr*>(&peer), &length,
                                         SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!accepted.socket) return accepted;
  const int on = 1;
  (void)::setsockopt(accepted.socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  Describe(peer, accepted);
  return accepted;
}

}  // namespace klaxon::http
