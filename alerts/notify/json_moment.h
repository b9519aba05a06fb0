#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include <nlohmann/json.hpp>

#include "agent/base/clock.h"

/// How a moment is kept in what outlives the process. For .cc files of this folder only.
namespace klaxon::notify {

/// Nanoseconds since 1970: an alert is told apart from its next firing by when it began, and what
/// is restored must be equal to what was saved.
inline int64_t StampOf(WallTime time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

/// From 1970 to 2255, whatever the file holds: reckoning with it never overflows.
inline WallTime MomentOf(const nlohmann::json& stamp) {
  constexpr int64_t kMost = 9'000'000'000'000'000'000;
  const int64_t count = stamp.is_number_integer() ? stamp.get<int64_t>() : 0;
  return WallTime{std::chrono::duration_cast<WallTime::duration>(
      std::chrono::nanoseconds{std::clamp<int64_t>(count, 0, kMost)})};
}

}  // namespace klaxon::notify
