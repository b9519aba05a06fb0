#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "agent/base/descriptor.h"

namespace klaxon::http {

/// A server that does to each connection exactly what a test says: slow, endless, cut short,
/// garbage.
class ScriptedServer {
 public:
  /// One connection, as the script sees it. Its request has been read.
  class Peer {
   public:
    Peer(int fd, std::string request) : fd_(fd), request_(std::move(request)) {}

    /// False when the client has left.
    bool Send(std::string_view bytes) const;
    /// Closes with a reset instead of a proper end.
    void Reset() const;
    /// Reads a further request on the same connection; empty when the client has left.
    std::string NextRequest() const;
    /// The body of the first request, as long as its Content-Length says.
    std::string Body() const;

    /// Carries bytes both ways between the client and this port of loopback until one side closes
    /// or nothing moves for 10 s, as a proxy does after CONNECT.
    void Splice(uint16_t port) const;

    const std::string& request() const { return request_; }

   private:
    int fd_;
    std::string request_;
  };

  using Script = std::function<void(const Peer& peer, const std::stop_token& stop)>;

  explicit ScriptedServer(Script script);

  uint16_t port() const { return port_; }

  std::string Url(std::string_view path = "/") const;

  int connections() const { return connections_; }

 private:
  void Serve(const std::stop_token& stop);

  Script script_;
  Descriptor listener_{};
  uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::jthread thread_{};
};

/// Sends the bytes and closes.
ScriptedServer::Script Say(std::string bytes);

}  // namespace klaxon::http
