#pragma once

#include <chrono>
#include <stop_token>

namespace klaxon {

using Duration = std::chrono::nanoseconds;
/// Monotonic: for ages, deadlines and intervals. Means nothing outside this process.
using MonoTime = std::chrono::steady_clock::time_point;
/// Wall clock, UTC: for stamps that people and other programs read. May jump.
using WallTime = std::chrono::system_clock::time_point;

/// One moment on both clocks, read together. Pure code takes it as an argument and never asks for
/// it.
struct Instant {
  WallTime wall{};
  MonoTime mono{};

  friend bool operator==(const Instant&, const Instant&) = default;
};

/// The seam to time. Thread-safe.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  virtual Instant Now() = 0;

  /// Waits until `due` or until `stop` is requested; false when it was stopped.
  virtual bool SleepUntil(MonoTime due, const std::stop_token& stop) = 0;
};

/// The machine's clocks.
class SystemClock final : public Clock {
 public:
  Instant Now() override;
  bool SleepUntil(MonoTime due, const std::stop_token& stop) override;
};

}  // namespace klaxon
