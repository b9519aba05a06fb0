#pragma once

#include <chrono>
#include <condition_variable>
#include <set>
#include <stop_token>

#include "agent/base/clock.h"
#include "agent/base/mutex.h"

namespace klaxon::testing {

/// A clock that stands still until a test moves it. Starts at 2026-01-01T00:00:00Z. Thread-safe.
class FakeClock final : public Clock {
 public:
  Instant Now() override;
  bool SleepUntil(MonoTime due, const std::stop_token& stop) override;

  /// Moves both clocks on and wakes those whose time has come.
  void Advance(Duration duration);

  /// Waits until at least `count` threads sleep until a time still to come. False after ten real
  /// seconds: whatever was expected to go to sleep did not.
  bool WaitForSleepers(size_t count = 1);

  /// Advance, once `count` threads sleep. False if they never did.
  bool AdvanceWhenAsleep(Duration duration, size_t count = 1);

 private:
  Mutex mutex_;
  std::condition_variable_any changed_;
  Instant now_ KLAXON_GUARDED_BY(mutex_){
      .wall = WallTime{std::chrono::seconds{1767225600}},
      .mono = MonoTime{std::chrono::hours{1}},
  };
  std::multiset<MonoTime> sleepers_ KLAXON_GUARDED_BY(mutex_){};
};

}  // namespace klaxon::testing
