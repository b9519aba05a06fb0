#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/clock.h"

namespace klaxon {

/// Reads "2026-01-31T12:00:00.5Z" and "2026-01-31T14:00:00+02:00" (RFC 3339): milliseconds since
/// 1970, also before it.
std::optional<int64_t> MillisecondsOfRfc3339(std::string_view text);

/// The same from 1970 to 2255: what a clock can hold.
std::optional<WallTime> ParseRfc3339(std::string_view text);

/// "2026-01-31T12:00:00.250Z": UTC with milliseconds, what lies below them is cut off.
std::string FormatRfc3339(WallTime time);

}  // namespace klaxon
