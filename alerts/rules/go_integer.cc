#include "alerts/rules/go_integer.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

namespace klaxon::rules {
namespace {

/// Takes the base's prefix away.
int BaseOf(std::string_view& digits) {
  constexpr std::array<std::pair<char, int>, 3> kBases{{{'x', 16}, {'o', 8}, {'b', 2}}};
  if (digits.size() < 2 || digits.front() != '0') return 10;
  for (const auto& [letter, base] : kBases) {
    if (std::tolower(static_cast<unsigned char>(digits[1])) != letter) continue;
    digits.remove_prefix(2);
    return base;
  }
  digits.remove_prefix(1);
  return 8;
}

template <class Number, class... Format>
std::optional<Number> Read(std::string_view text, Format... format) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), end, number, format...);
  return failure == std::errc{} && rest == end ? std::optional(number) : std::nullopt;
}

/// Digits with a point and an exponent; of "0x1p3", "inf" and "nan", which are none, nothing.
bool IsDecimal(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return std::isdigit(static_cast<unsigned char>(c)) != 0 ||
           std::string_view(".eE+-").find(c) != std::string_view::npos;
  });
}

}  // namespace

std::optional<int64_t> GoInteger(std::string_view text) {
  if (text.empty() || text.front() == '_') return std::nullopt;
  std::string plain(text);
  std::erase(plain, '_');
  std::string_view digits = plain;
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  if (digits.starts_with('-') || digits.starts_with('+')) return std::nullopt;
  const std::string_view decimal = digits;
  const int base = BaseOf(digits);
  if (const auto whole = Read<uint64_t>(digits, base)) {
    constexpr auto kMost = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
    if (*whole <= kMost)
      return negative ? -static_cast<int64_t>(*whole) : static_cast<int64_t>(*whole);
    if (!negative) return std::nullopt;
    if (*whole == kMost + 1) return std::numeric_limits<int64_t>::min();
  }
  const auto number = IsDecimal(decimal) ? Read<double>(decimal) : std::nullopt;
  if (!number) return std::nullopt;
  constexpr double kBeyond = 9'223'372'036'854'775'808.0;  // 2 to the power of 63
  if (*number < kBeyond) return static_cast<int64_t>(negative ? -*number : *number);
  if (negative) return std::numeric_limits<int64_t>::min();
  return *number == kBeyond ? std::optional(std::numeric_limits<int64_t>::max()) : std::nullopt;
}

}  // namespace klaxon::rules
