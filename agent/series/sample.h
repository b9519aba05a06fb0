#pragma once

#include <bit>
#include <cstdint>

namespace klaxon::series {

/// A value at a time. Prometheus' unit of time in queries: milliseconds since 1970, UTC.
struct Sample {
  int64_t time = 0;
  double value = 0;
};

/// How long a sample stands for its series where no newer one comes: PromQL's lookback, ms.
inline constexpr int64_t kLookback = 300'000;

/// The NaN that says "this series ended here" (prometheus/model/value/value.go). Any other NaN is a
/// value.
inline constexpr uint64_t kStaleBits = 0x7ff0000000000002;

inline double StaleMarker() {
  return std::bit_cast<double>(kStaleBits);
}

inline bool IsStale(double value) {
  return std::bit_cast<uint64_t>(value) == kStaleBits;
}

}  // namespace klaxon::series
