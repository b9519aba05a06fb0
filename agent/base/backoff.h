#pragma once

#include <cstdint>

#include "agent/base/clock.h"

namespace klaxon {

struct BackoffOptions {
  Duration base = std::chrono::milliseconds{250};  ///< the first wait
  Duration cap = std::chrono::seconds{10};         ///< no wait is longer
};

/// Exponential back-off with jitter: each wait is between half and the whole of base * 2^n, capped.
/// Jitter comes from a seed, so that many agents spread and a test repeats. Confined to one thread.
class Backoff {
 public:
  Backoff(BackoffOptions options, uint64_t seed) : options_(options), state_(seed) {}

  /// The wait before the next attempt; grows with each call until Reset.
  Duration Next();

  void Reset() { attempts_ = 0; }

 private:
  BackoffOptions options_;
  uint64_t state_;
  int attempts_ = 0;
};

}  // namespace klaxon
