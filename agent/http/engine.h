#pragma once

#include <memory>

#include "agent/http/connection.h"
#include "agent/http/dispatcher.h"
#include "agent/http/server.h"

namespace klaxon::http {

/// cpp-httplib: parses requests and writes answers. Sockets, time, caps and threads are ours
/// (Connection, Gate, ClientThreads): cpp-httplib's timeouts are per read, so that a client that
/// sends a byte now and then would hold a thread for hours. Thread-safe.
class Engine {
 public:
  Engine(const ServerLimits& limits, Dispatcher& dispatcher);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine();

  /// Answers requests of this connection, one after the other, until it ends or the gate stops.
  void Serve(Connection& connection, const Gate& gate);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace klaxon::http
