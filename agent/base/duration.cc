#include "agent/base/duration.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace klaxon {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

struct Unit {
  std::string_view name{};
  int64_t milliseconds = 0;
};

constexpr std::array<Unit, 6> kUnits{{{"w", 604'800'000},
                                      {"d", 86'400'000},
                                      {"h", 3'600'000},
                                      {"m", 60'000},
                                      {"s", 1'000},
                                      {"ms", 1}}};
constexpr int64_t kLongest = int64_t{100} * 365 * 86'400'000;  // 100 years, far below overflow

Error NotADuration(std::string_view text) {
  return {Reason::kInvalid,
          fmt::format("\"{}\" is not a duration; write it as 500ms, 10s, 1m30s, 2h or 1d", text)};
}

}  // namespace

Result<Duration> ParseDuration(std::string_view text) {
  if (text == "0") {
    return Duration{0};
  }
  int64_t total = 0;
  size_t next_unit = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    int64_t number = 0;
    const auto [end, failure] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (failure != std::errc{} || rest.front() == '-') {
      return NotADuration(text);
    }
    rest.remove_prefix(static_cast<size_t>(end - rest.data()));
    const size_t letters = std::min(rest.find_first_of("0123456789"), rest.size());
    const std::string_view name = rest.substr(0, letters);
    const auto* const unit = std::find_if(kUnits.begin() + next_unit, kUnits.end(),
                                          [&](const Unit& u) { return u.name == name; });
    if (unit == kUnits.end() || number > (kLongest - total) / unit->milliseconds) {
      return NotADuration(text);
    }
    total += number * unit->milliseconds;
    next_unit = static_cast<size_t>(unit - kUnits.begin()) + 1;
    rest.remove_prefix(letters);
  }
  if (text.empty()) {
    return NotADuration(text);
  }
  return Duration{milliseconds{total}};
}

std::string FormatDuration(Duration duration) {
  int64_t rest = duration_cast<milliseconds>(duration).count();
  if (rest == 0) {
    return "0s";
  }
  std::string text = rest < 0 ? "-" : "";
  rest = std::abs(rest);
  for (const Unit& unit : kUnits) {
    if (const int64_t count = rest / unit.milliseconds; count > 0) {
      text += fmt::format("{}{}", count, unit.name);
      rest %= unit.milliseconds;
    }
  }
  return text;
}

std::string FormatAge(Duration age) {
  const auto seconds = std::max<int64_t>(0, duration_cast<std::chrono::seconds>(age).count());
  if (seconds < 120) {
    return fmt::format("{} s", seconds);
  }
  if (seconds < 2 * int64_t{3'600}) {
    return fmt::format("{} min", seconds / 60);
  }
  if (seconds < 2 * int64_t{86'400}) {
    return fmt::format("{} h", seconds / 3'600);
  }
  return fmt::format("{} d", seconds / 86'400);
}

std::string FormatWallTime(WallTime time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(std::chrono::floor<std::chrono::seconds>(time)));
}

}  // namespace klaxon
