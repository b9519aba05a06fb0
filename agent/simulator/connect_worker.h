#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "agent/simulator/connect_state.h"

namespace klaxon::simulator {

/// What is wrong with a worker's REST API.
struct ConnectFaults {
  Duration delay{};        ///< every answer comes so much later
  int status = 0;          ///< not 0: every answer is this error, with Connect's JSON
  std::string message{};   ///< of `status`; empty: "Request timed out"
  std::string location{};  ///< with a `status` of 3xx: where it sends people
  bool html = false;       ///< answers are a proxy's HTML page with status 200
  std::string body{};      ///< not empty: every answer is this with status 200
  size_t cut_at = 0;       ///< not 0: bodies end after so many bytes: JSON that stops midway
  bool endless = false;    ///< bodies are a trace that never ends
  std::string only{};      ///< resources that begin with this, e.g. "/health"; empty: all
};

/// A Kafka Connect worker's REST API on 127.0.0.1, as its version has it: before 2.3 `expand` is
/// ignored, before 2.5 there are no topics, before 3.5 no offsets, before 3.9 no health; from 4.0
/// on names with '/', '\\' or '%' are refused. All members are thread-safe.
class ConnectWorker {
 public:
  /// Answers from now on. Error: kUnreachable, no port can be had.
  static Result<std::unique_ptr<ConnectWorker>> Start(ConnectState state);
  ConnectWorker(const ConnectWorker&) = delete;
  ConnectWorker& operator=(const ConnectWorker&) = delete;
  ~ConnectWorker();

  /// "http://127.0.0.1:PORT"
  const std::string& url() const;

  void Change(const std::function<void(ConnectState&)>& change);
  void SetFaults(const ConnectFaults& faults);

  ConnectState Snapshot() const;

  /// Requests answered, errors included.
  uint64_t RequestCount() const;

 private:
  class Impl;
  explicit ConnectWorker(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace klaxon::simulator
