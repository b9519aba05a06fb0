#include "agent/promql/numbers.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace klaxon::promql {
namespace {

bool IsAlphanumeric(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool IsDecimal(char c) {
  return c >= '0' && c <= '9';
}

bool IsHexadecimal(char c) {
  return IsDecimal(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Digits from `at` on, with single underscores between them.
size_t SkipDigits(std::string_view text, size_t at, bool (*is_digit)(char)) {
  while (at < text.size() &&
         (is_digit(text[at]) || (text[at] == '_' && at > 0 && is_digit(text[at - 1]) &&
                                 at + 1 < text.size() && is_digit(text[at + 1])))) {
    ++at;
  }
  return at;
}

struct Unit {
  std::string_view name{};
  int64_t ms = 0;
};

/// From large to small, as they must follow each other.
constexpr Unit kUnits[] = {
    {"y", 31'536'000'000}, {"w", 604'800'000}, {"d", 86'400'000}, {"h", 3'600'000},
    {"m", 60'000},         {"s", 1000},        {"ms", 1}};

/// The unit that a text begins with; "ms" is not "m".
size_t UnitAt(std::string_view text) {
  size_t length = 0;
  while (length < text.size() && IsAlphanumeric(text[length]) && !IsDecimal(text[length]))
    ++length;
  const auto* const found = std::ranges::find(kUnits, text.substr(0, length), &Unit::name);
  return static_cast<size_t>(found - std::begin(kUnits));
}

std::optional<double> ParseDecimal(const std::string& digits) {
  double value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, value);
  if (error == std::errc::result_out_of_range) {
    value = std::strtod(digits.c_str(), nullptr);  // too small is 0, too large is a mistake
    return std::isinf(value) ? std::nullopt : std::optional(value);
  }
  return error == std::errc{} && stopped == end ? std::optional(value) : std::nullopt;
}

std::optional<double> ParseInteger(std::string_view digits, int base) {
  int64_t value = 0;
  const char* const begin = digits.data();
  const char* const end = begin + digits.size();
  const auto [stopped, error] = std::from_chars(begin, end, value, base);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return static_cast<double>(value);
}

/// Digits, a point and an exponent; 0: an exponent without digits.
size_t DecimalLength(std::string_view text) {
  size_t at = SkipDigits(text, 0, IsDecimal);
  if (at < text.size() && text[at] == '.') at = SkipDigits(text, at + 1, IsDecimal);
  if (at == text.size() || (text[at] != 'e' && text[at] != 'E')) return at;
  size_t digits = at + 1;
  if (digits < text.size() && (text[digits] == '+' || text[digits] == '-')) ++digits;
  const size_t end = SkipDigits(text, digits, IsDecimal);
  return end == digits ? 0 : end;
}

/// In lower case, without a sign and underscores.
std::optional<double> ParseDigits(const std::string& digits) {
  if (digits == "inf") return std::numeric_limits<double>::infinity();
  if (digits == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (digits.starts_with("0x")) return ParseInteger(std::string_view(digits).substr(2), 16);
  if (digits.size() > 1 && digits[0] == '0') {
    if (const std::optional<double> octal = ParseInteger(digits, 8)) return octal;
  }
  return ParseDecimal(digits);
}

}  // namespace

size_t NumberLength(std::string_view text) {
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  const size_t length = hexadecimal ? SkipDigits(text, 2, IsHexadecimal) : DecimalLength(text);
  if (hexadecimal && length == 2) return 0;
  return length < text.size() && (IsAlphanumeric(text[length]) || text[length] == '.') ? 0 : length;
}

size_t DurationLength(std::string_view text) {
  size_t at = 0;
  while (at < text.size() && IsDecimal(text[at])) {
    while (at < text.size() && IsDecimal(text[at]))
      ++at;
    const size_t unit = UnitAt(text.substr(at));
    if (unit == std::size(kUnits)) return 0;
    at += kUnits[unit].name.size();
  }
  return at < text.size() && (IsAlphanumeric(text[at]) || text[at] == '.') ? 0 : at;
}

std::optional<double> ParseNumber(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  std::string digits;
  for (const char c : text) {
    if (c != '_') digits += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  const std::optional<double> value = ParseDigits(digits);
  return value && negative ? std::optional(-*value) : value;
}

std::optional<int64_t> ParseDurationMs(std::string_view text) {
  int64_t total = 0;
  size_t smallest = 0;  // the next unit must stand here or later in kUnits
  while (!text.empty()) {
    int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc{} || count < 0) return std::nullopt;
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    const size_t unit = UnitAt(text);
    if (unit == std::size(kUnits) || unit < smallest) return std::nullopt;
    if (count > (kLongestDuration - total) / kUnits[unit].ms) return std::nullopt;
    total += count * kUnits[unit].ms;
    smallest = unit + 1;
    text.remove_prefix(kUnits[unit].name.size());
  }
  return total;
}

std::optional<int64_t> MsOfSeconds(double seconds) {
  const double ms = seconds * 1000;
  if (!(std::abs(ms) <= static_cast<double>(kLongestDuration))) return std::nullopt;
  return std::llround(ms);
}

std::string FormatPlain(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  char digits[400];  // 309 before the point at most, or 324 + 17 behind it
  const auto [end, error] =
      std::to_chars(digits, digits + sizeof digits, value, std::chars_format::fixed);
  return error == std::errc{} ? std::string(digits, end) : std::string();
}

}  // namespace klaxon::promql
