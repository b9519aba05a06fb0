#include "tests/contract/hostile_server.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include <catch2/catch_test_macros.hpp>

namespace klaxon::testing {
namespace {

constexpr int kTick = 10;  // ms, between looks at the stop token

bool WaitFor(int fd, short events, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pollfd waiting{.fd = fd, .events = events, .revents = 0};
    if (::poll(&waiting, 1, kTick) > 0) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::string_view HostileServer::Peer::Receive() {
  if (!WaitFor(fd_, POLLIN, stop_)) {
    return {};
  }
  const ssize_t count = ::recv(fd_, buffer_, sizeof buffer_, 0);
  return {buffer_, count > 0 ? static_cast<size_t>(count) : 0};
}

bool HostileServer::Peer::Send(std::string_view bytes) const {
  while (!bytes.empty()) {
    if (!WaitFor(fd_, POLLOUT, stop_)) {
      return false;
    }
    const ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

bool HostileServer::Peer::Pause(int milliseconds) const {
  for (int waited = 0; waited < milliseconds && !stop_.stop_requested(); waited += kTick) {
    ::poll(nullptr, 0, kTick);
  }
  return !stop_.stop_requested();
}

void HostileServer::Peer::Hang() const {
  while (Pause(kTick)) {
  }
}

void HostileServer::Peer::Reset() const {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

HostileServer::HostileServer(Script script)
    : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), script_(std::move(script)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) == 0);
  ::listen(listener_, 64);
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::jthread([this](const std::stop_token& stop) { Accept(stop); });
}

HostileServer::~HostileServer() {
  thread_.request_stop();
  thread_.join();
  ::close(listener_);
}

void HostileServer::SetScript(Script script) {
  const Lock lock(mutex_);
  script_ = std::move(script);
}

void HostileServer::Accept(const std::stop_token& stop) {
  std::vector<std::jthread> connections;  // each ends when this one does
  while (WaitFor(listener_, POLLIN, stop)) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) {
      continue;
    }
    Script script;
    {
      const Lock lock(mutex_);
      script = script_;
    }
    connections.emplace_back([fd, script = std::move(script)](const std::stop_token& ended) {
      Peer peer(fd, ended);
      script(peer);
      ::close(fd);
    });
  }
}

}  // namespace klaxon::testing
