#include "tests/http/scripted_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>

#include <catch2/catch_test_macros.hpp>

namespace klaxon::http {
namespace {

std::string ReadHead(int fd) {
  std::string head;
  while (head.find("\r\n\r\n") == std::string::npos) {
    std::array<char, 4096> bytes{};
    pollfd waiting{.fd = fd, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, 10'000) <= 0) return {};
    const ssize_t count = ::recv(fd, bytes.data(), bytes.size(), 0);
    if (count <= 0) return {};
    head.append(bytes.data(), static_cast<size_t>(count));
  }
  return head;
}

}  // namespace

bool ScriptedServer::Peer::Send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

void ScriptedServer::Peer::Reset() const {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

std::string ScriptedServer::Peer::NextRequest() const {
  return ReadHead(fd_);
}

std::string ScriptedServer::Peer::Body() const {
  constexpr std::string_view kLength = "Content-Length: ";
  const size_t at = request_.find(kLength);
  const size_t size =
      at == std::string::npos ? 0 : std::stoul(request_.substr(at + kLength.size()));
  const size_t end = request_.find("\r\n\r\n");
  std::string body = end == std::string::npos ? "" : request_.substr(end + 4);
  while (body.size() < size) {
    std::array<char, 4096> bytes{};
    pollfd waiting{.fd = fd_, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, 10'000) <= 0) break;
    const ssize_t count = ::recv(fd_, bytes.data(), bytes.size(), 0);
    if (count <= 0) break;
    body.append(bytes.data(), static_cast<size_t>(count));
  }
  return body;
}

void ScriptedServer::Peer::Splice(uint16_t port) const {
  const Descriptor behind(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::connect(behind.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return;
  }
  std::array<pollfd, 2> ends{{{.fd = fd_, .events = POLLIN, .revents = 0},
                              {.fd = behind.get(), .events = POLLIN, .revents = 0}}};
  while (::poll(ends.data(), ends.size(), 10'000) > 0) {
    for (const size_t from : {size_t{0}, size_t{1}}) {
      if (ends.at(from).revents == 0) continue;
      std::array<char, 16384> bytes{};
      const ssize_t count = ::recv(ends.at(from).fd, bytes.data(), bytes.size(), 0);
      if (count <= 0) return;
      const Peer to(ends.at(1 - from).fd, {});
      if (!to.Send({bytes.data(), static_cast<size_t>(count)})) return;
    }
  }
}

ScriptedServer::ScriptedServer(Script script)
    : script_(std::move(script)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0);
  ::listen(listener_.get(), 16);
  ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::jthread([this](const std::stop_token& stop) { Serve(stop); });
}

std::string ScriptedServer::Url(std::string_view path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
}

void ScriptedServer::Serve(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pollfd waiting{.fd = listener_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, 20) <= 0) continue;
    const Descriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    const timeval limit{.tv_sec = 1, .tv_usec = 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    ++connections_;
    script_(Peer(socket.get(), ReadHead(socket.get())), stop);
  }
}

ScriptedServer::Script Say(std::string bytes) {
  return [bytes = std::move(bytes)](const ScriptedServer::Peer& peer, const std::stop_token&) {
    peer.Send(bytes);
  };
}

}  // namespace klaxon::http
