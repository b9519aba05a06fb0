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
  // xorshift64: spreading agents in time needs no better randomness.
  state_ ^= state_ << 13U;
  state_ ^= state_ >> 7U;
  state_ ^= state_ << 17U;
  const double share = 0.5 + 0.5 * static_cast<double>(state_ >> 11U) / 9007199254740992.0;
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double, std::nano>(
      static_cast<double>(wait.count()) * share));
}

}  // namespace klaxon
