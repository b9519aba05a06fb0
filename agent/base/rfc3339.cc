#include "agent/base/rfc3339.h"

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>

#include "agent/base/duration.h"

namespace klaxon {
namespace {

std::optional<double> Number(std::string_view text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (error != std::errc() || at != end || !std::isfinite(number) || number < 0) {
    return std::nullopt;
  }
  return number;
}

/// Takes a number of `digits` digits off the front.
std::optional<int> Digits(std::string_view& text, size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int number = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + digits, number);
  if (error != std::errc() || at != text.data() + digits || number < 0) return std::nullopt;
  text.remove_prefix(digits);
  return number;
}

bool Take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

/// "Z", "+02:00": ms to take off.
std::optional<int64_t> Zone(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  const bool west = Take(text, '-');
  if (!west && !Take(text, '+')) return std::nullopt;
  const std::optional<int> hours = Digits(text, 2);
  if (!hours || !Take(text, ':')) return std::nullopt;
  const std::optional<int> minutes = Digits(text, 2);
  if (!minutes || !text.empty()) return std::nullopt;
  const int64_t offset = (int64_t{*hours} * 60 + *minutes) * 60'000;
  return west ? -offset : offset;
}

}  // namespace

std::optional<int64_t> MillisecondsOfRfc3339(std::string_view text) {
  const std::optional<int> year = Digits(text, 4);
  if (!year || !Take(text, '-')) return std::nullopt;
  const std::optional<int> month = Digits(text, 2);
  if (!month || !Take(text, '-')) return std::nullopt;
  const std::optional<int> day = Digits(text, 2);
  if (!day || (!Take(text, 'T') && !Take(text, 't'))) return std::nullopt;
  const std::optional<int> hour = Digits(text, 2);
  if (!hour || !Take(text, ':')) return std::nullopt;
  const std::optional<int> minute = Digits(text, 2);
  if (!minute || !Take(text, ':')) return std::nullopt;
  const size_t length = text.find_first_of("Zz+-");
  if (length == std::string_view::npos) return std::nullopt;
  const std::optional<double> second = Number(text.substr(0, length));
  const std::optional<int64_t> zone = Zone(text.substr(length));
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!second || !zone || !date.ok() || *hour > 23 || *minute > 59 || *second >= 61) {
    return std::nullopt;
  }
  const int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return ((days * 24 + *hour) * 60 + *minute) * 60'000 + std::llround(*second * 1000) - *zone;
}

std::optional<WallTime> ParseRfc3339(std::string_view text) {
  constexpr int64_t kMost = 9'000'000'000'000;  // 2255: what a clock of nanoseconds can hold
  const std::optional<int64_t> time = MillisecondsOfRfc3339(text);
  return time && *time >= 0 && *time <= kMost
             ? std::optional(WallTime(std::chrono::milliseconds(*time)))
             : std::nullopt;
}

std::string FormatRfc3339(WallTime time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  const auto part = std::chrono::duration_cast<std::chrono::milliseconds>(time - whole).count();
  std::string text = FormatWallTime(whole);
  text.insert(text.size() - 1, fmt::format(".{:03}", part));
  return text;
}

}  // namespace klaxon
