#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string_view>
#include <thread>
#include <vector>

#include "agent/base/mutex.h"

namespace klaxon::testing {

/// A server that speaks no protocol: it does to every connection what a test says, byte by byte.
class HostileServer {
 public:
  /// One connection. Its thread's own.
  class Peer {
   public:
    Peer(int fd, std::stop_token stop) : fd_(fd), stop_(std::move(stop)) {}

    /// Waits for the first bytes of a request and takes what is there; empty: the client left.
    std::string_view Receive();
    /// False when the client has left or the server stops.
    bool Send(std::string_view bytes) const;
    /// Waits; false when the server stops.
    bool Pause(int milliseconds) const;
    /// Keeps the connection open, without a word, until the server stops.
    void Hang() const;
    /// Ends the connection with a reset.
    void Reset() const;

   private:
    int fd_;
    std::stop_token stop_;
    char buffer_[4096] = {};
  };

  using Script = std::function<void(Peer&)>;

  /// Listens on 127.0.0.1. The script runs once a connection, on a thread of its own; the
  /// connection ends with it.
  explicit HostileServer(Script script);
  HostileServer(const HostileServer&) = delete;
  HostileServer& operator=(const HostileServer&) = delete;
  ~HostileServer();

  uint16_t port() const { return port_; }

  /// What happens to connections from now on.
  void SetScript(Script script);

 private:
  void Accept(const std::stop_token& stop);

  int listener_ = -1;
  uint16_t port_ = 0;
  Mutex mutex_;
  Script script_ KLAXON_GUARDED_BY(mutex_);
  std::jthread thread_;
};

}  // namespace klaxon::testing
