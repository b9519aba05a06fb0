#include "tests/support/fake_clock.h"

#include <algorithm>

namespace klaxon::testing {

Instant FakeClock::Now() {
  const Lock lock(mutex_);
  return now_;
}

bool FakeClock::SleepUntil(MonoTime due, const std::stop_token& stop) {
  const Lock lock(mutex_);
  const auto self = sleepers_.insert(due);
  changed_.notify_all();
  changed_.wait(mutex_, stop, [&]() KLAXON_REQUIRES(mutex_) { return now_.mono >= due; });
  sleepers_.erase(self);
  return !stop.stop_requested();
}

void FakeClock::Advance(Duration duration) {
  const Lock lock(mutex_);
  now_.wall += std::chrono::duration_cast<WallTime::duration>(duration);
  now_.mono += duration;
  changed_.notify_all();
}

bool FakeClock::WaitForSleepers(size_t count) {
  const Lock lock(mutex_);
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  return changed_.wait_until(mutex_, limit, [&]() KLAXON_REQUIRES(mutex_) {
    const auto first = sleepers_.upper_bound(now_.mono);
    return static_cast<size_t>(std::distance(first, sleepers_.end())) >= count;
  });
}

bool FakeClock::AdvanceWhenAsleep(Duration duration, size_t count) {
  if (!WaitForSleepers(count)) {
    return false;
  }
  Advance(duration);
  return true;
}

}  // namespace klaxon::testing
