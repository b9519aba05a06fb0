#pragma once

#include <functional>
#include <memory>

#include "agent/http/connection.h"
#include "agent/http/dispatcher.h"
#include "agent/http/server.h"

namespace klaxon::http {

/// cpp-httplib: parses requests, writes answers, and lends its thread pool. Sockets, time and caps
/// are ours (Connection, Gate): cpp-httplib's timeouts are per read, so that a client that sends a
/// byte now and then would hold a thread for hours. Thread-safe.
class Engine {
 public:
  Engine(const ServerLimits& limits, Dispatcher& dispatcher);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine();

  /// Runs `task` on a thread of the pool.
  void Run(std::function<void()> task);

  /// Waits for every task; Run must not be called after it. Idempotent.
  void Join();

  /// Answers requests of this connection, one after the other, until it ends or the gate stops.
  void Serve(Connection& connection, const Gate& gate);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace klaxon::http
