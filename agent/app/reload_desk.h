#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <string>

#include "agent/base/clock.h"
#include "agent/base/mutex.h"
#include "agent/base/result.h"

namespace klaxon::app {

/// Where handlers ask for a reload and wait for what came of it, while the main loop does it, as it
/// does on SIGHUP. Several that ask before it begins are answered by one. Thread-safe.
class ReloadDesk {
 public:
  /// `wake` makes the main loop look here.
  explicit ReloadDesk(std::function<void()> wake) : wake_(std::move(wake)) {}

  /// What the reload said. Error: why there was none, or kTimeout: the main loop has not come to
  /// it.
  Result<std::string> Ask(Duration limit);

  /// The main loop takes everything that was asked for so far,
  uint64_t Begin() const;
  /// and says what came of it.
  void Finish(uint64_t taken, const Result<std::string>& outcome);

  /// Nobody is answered any more: those who wait are told so, and those who come.
  void Close();

 private:
  const std::function<void()> wake_;
  mutable Mutex mutex_{};
  std::condition_variable_any answered_{};
  uint64_t asked_ KLAXON_GUARDED_BY(mutex_) = 0;
  uint64_t done_ KLAXON_GUARDED_BY(mutex_) = 0;
  bool closed_ KLAXON_GUARDED_BY(mutex_) = false;
  /// Of the newest reload.
  Result<std::string> outcome_ KLAXON_GUARDED_BY(mutex_){std::string()};
};

}  // namespace klaxon::app
