#include "alerts/templates/humanize.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>

#include <fmt/format.h>

#include "alerts/templates/value.h"

namespace klaxon::templates {
namespace {

constexpr double kNanoseconds = 1e9;

/// Go's %.4g.
std::string FourDigits(double number) {
  return std::isfinite(number) ? fmt::format("{:.4g}", number) : ShownNumber(number);
}

/// The part without a fraction, as Go converts it on amd64: what does not fit is the smallest.
int64_t Truncated(double number) {
  constexpr double kLimit = 9223372036854775808.0;
  const bool fits = number >= -kLimit && number < kLimit;
  return fits ? static_cast<int64_t>(number) : std::numeric_limits<int64_t>::min();
}

/// Divides by `step` as long as there are prefixes and the number is not smaller than it.
template <size_t kCount>
std::string WithPrefix(double number, double step,
                       const std::array<std::string_view, kCount>& prefixes) {
  std::string_view prefix;
  for (const std::string_view next : prefixes) {
    if (std::abs(number) < step) break;
    prefix = next;
    number /= step;
  }
  return FourDigits(number) + std::string(prefix);
}

struct Small {
  double number = 0;
  std::string_view prefix{};
};

/// A number below 1 in thousandths, millionths, ...
Small Magnified(double number) {
  constexpr std::array<std::string_view, 8> kPrefixes{"m", "u", "n", "p", "f", "a", "z", "y"};
  Small small{.number = number};
  for (const std::string_view next : kPrefixes) {
    if (std::abs(small.number) >= 1) break;
    small.prefix = next;
    small.number *= 1000;
  }
  return small;
}

}  // namespace

std::string Humanize(double number) {
  if (number == 0 || !std::isfinite(number)) return FourDigits(number);
  if (std::abs(number) < 1) {
    const Small small = Magnified(number);
    return FourDigits(small.number) + std::string(small.prefix);
  }
  constexpr std::array<std::string_view, 8> kPrefixes{"k", "M", "G", "T", "P", "E", "Z", "Y"};
  return WithPrefix(number, 1000, kPrefixes);
}

std::string Humanize1024(double number) {
  if (std::abs(number) <= 1 || !std::isfinite(number)) return FourDigits(number);
  constexpr std::array<std::string_view, 8> kPrefixes{"ki", "Mi", "Gi", "Ti",
                                                      "Pi", "Ei", "Zi", "Yi"};
  return WithPrefix(number, 1024, kPrefixes);
}

std::string HumanizeDuration(double seconds) {
  if (!std::isfinite(seconds)) return FourDigits(seconds);
  if (seconds == 0) return "0s";
  if (std::abs(seconds) < 1) {
    const Small small = Magnified(seconds);
    return fmt::format("{}{}s", FourDigits(small.number), small.prefix);
  }
  const char* const sign = seconds < 0 ? "-" : "";
  const double magnitude = std::abs(seconds);
  const int64_t whole = Truncated(magnitude);
  const int64_t second = whole % 60;
  const int64_t minute = whole / 60 % 60;
  const int64_t hour = whole / 3600 % 24;
  const int64_t day = whole / 86400;
  if (day != 0) return fmt::format("{}{}d {}h {}m {}s", sign, day, hour, minute, second);
  if (hour != 0) return fmt::format("{}{}h {}m {}s", sign, hour, minute, second);
  if (minute != 0) return fmt::format("{}{}m {}s", sign, minute, second);
  return fmt::format("{}{}s", sign, FourDigits(magnitude));
}

std::string HumanizePercentage(double ratio) {
  return FourDigits(ratio * 100) + "%";
}

Result<WallTime> TimeOf(double unix_seconds) {
  if (!std::isfinite(unix_seconds)) return Error(Reason::kInvalid, "value is NaN or Inf");
  const double nanoseconds = unix_seconds * kNanoseconds;
  constexpr double kLimit = 9223372036854775808.0;
  if (nanoseconds >= kLimit || nanoseconds < -kLimit) {
    return Error(Reason::kInvalid, ShownNumber(unix_seconds) +
                                       " cannot be represented as a nanoseconds timestamp "
                                       "since it overflows int64");
  }
  constexpr int64_t kMillisecond = 1'000'000;
  return WallTime(Duration(static_cast<int64_t>(nanoseconds) / kMillisecond * kMillisecond));
}

}  // namespace klaxon::templates
