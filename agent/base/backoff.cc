#include "agent/base/backoff.h"

#include <algorithm>

namespace klaxon {

Duration Backoff::Next() {
  Duration wait = options_.base;
  for (int i = 0; i < attempts_ && wait < options_.cap; ++i) {
    wait *= 2;
  }
  wait = std::min(wait, options_.cap);
  ++attempts_;
  // splitmix64 (Steele, Lea, Flood 2014): small seeds, such as a count of brokers, spread well too.
  state_ += 0x9E3779B97F4A7C15U;
  uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
  mixed ^= mixed >> 31U;
  const double share = 0.5 + 0.5 * static_cast<double>(mixed >> 11U) / 9007199254740992.0;
  return std::chrono::duration_cast<Duration>(
      std::chrono::duration<double, std::nano>(static_cast<double>(wait.count()) * share));
}

}  // namespace klaxon
