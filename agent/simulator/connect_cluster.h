#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/simulator/connect_worker.h"

namespace klaxon::simulator {

/// The workers of one Kafka Connect cluster: each serves its own copy of the state, as real ones
/// do, so that they can be made to disagree. All members are thread-safe.
class ConnectCluster {
 public:
  /// REQUIRES: workers > 0. Error: kUnreachable, no port can be had.
  static Result<std::unique_ptr<ConnectCluster>> Start(const ConnectState& state, size_t workers);

  size_t size() const { return workers_.size(); }

  /// REQUIRES: which < size().
  ConnectWorker& worker(size_t which) { return *workers_[which]; }

  /// Of all workers, separated by commas.
  std::string urls() const;

  /// Changes what every worker tells.
  void Change(const std::function<void(ConnectState&)>& change);

 private:
  std::vector<std::unique_ptr<ConnectWorker>> workers_{};
};

}  // namespace klaxon::simulator
