#pragma once

#include <string>
#include <thread>

#include "agent/base/clock.h"

namespace klaxon::app {

/// Ends the process with kStuck when something takes longer than it may: a thread that hangs cannot
/// be joined, and a supervisor should not have to wait for it. Ends quietly when destroyed in time.
class Watchdog {
 public:
  /// `what` is said in the log before the end, e.g. "stopping".
  Watchdog(std::string what, Duration limit);
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;
  ~Watchdog() = default;

 private:
  void Run(const std::stop_token& stop) const;

  const std::string what_;
  const Duration limit_;
  std::jthread thread_;
};

}  // namespace klaxon::app
