#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace klaxon::promql {

/// The longest time that can be told in Prometheus' durations (292 years), in ms.
inline constexpr int64_t kLongestDuration = INT64_MAX / 1'000'000;

/// The bytes of the number that `text` begins with (5, .5, 5., 1e3, 0x1f, 1_000); 0: there is none,
/// or a letter follows it.
size_t NumberLength(std::string_view text);

/// The bytes of what looks like a duration ("1h30m"), whatever its order and size; 0 as above.
size_t DurationLength(std::string_view text);

/// Of a text that NumberLength measured, or "inf"/"nan" with a sign. As in Go 0755 is octal. Empty:
/// out of range.
std::optional<double> ParseNumber(std::string_view text);

/// "1h30m" in ms: units from large to small, each once. Empty: it is not so, or too long.
std::optional<int64_t> ParseDurationMs(std::string_view text);

/// Seconds as ms. Empty: not a number, or longer than kLongestDuration.
std::optional<int64_t> MsOfSeconds(double seconds);

/// As Go prints it with 'f', -1: shortest digits that read back, never an exponent; +Inf, NaN.
std::string FormatPlain(double value);

}  // namespace klaxon::promql
