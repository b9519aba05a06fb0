#pragma once

#include <string>
#include <string_view>

#include "agent/base/clock.h"
#include "agent/base/result.h"

namespace klaxon {

/// Reads "10s", "1m30s", "500ms", "2h", "1d", "1w" (Prometheus' form, units from large to small,
/// each once; a bare "0" too). Error: kInvalid with what was read and what is accepted.
Result<Duration> ParseDuration(std::string_view text);

/// The shortest text that ParseDuration reads back, e.g. "1m30s". Rounded to milliseconds.
std::string FormatDuration(Duration duration);

/// An age for people: "0 s", "12 s", "3 min", "2 h", "5 d". Negative ages count as 0.
std::string FormatAge(Duration age);

/// "2026-01-31T12:00:00Z"; UTC, whole seconds.
std::string FormatWallTime(WallTime time);

inline double Seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

/// Unix time in seconds, as Prometheus metrics carry it.
inline double UnixSeconds(WallTime time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

}  // namespace klaxon
