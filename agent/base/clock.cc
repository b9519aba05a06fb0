#include "agent/base/clock.h"

#include <condition_variable>
#include <mutex>

namespace klaxon {

Instant SystemClock::Now() {
  return {.wall = std::chrono::system_clock::now(), .mono = std::chrono::steady_clock::now()};
}

bool SystemClock::SleepUntil(MonoTime due, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_until(lock, stop, due, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace klaxon
