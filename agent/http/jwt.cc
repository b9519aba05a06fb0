#include "agent/http/jwt.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

namespace klaxon::http {
namespace {

constexpr size_t kLongestToken = size_t{256} << 10U;
constexpr double kLatest = 9.0e9;  // the year 2255: the clock ends in 2262, and later means "never"

/// RFC 7515 section 2: base64url without padding. Empty when it is none.
std::string FromBase64Url(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string bytes;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) {
      return "";
    }
    bits = (bits << 6U) | static_cast<uint32_t>(digit);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>((bits >> static_cast<unsigned>(count)) & 0xFFU);
    }
  }
  return bytes;
}

}  // namespace

std::optional<WallTime> ExpiryOf(std::string_view token) {
  const size_t first = token.find('.');
  const size_t second = token.find('.', std::min(first, token.size() - 1) + 1);
  if (token.empty() || first == std::string_view::npos || second == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string claims = FromBase64Url(token.substr(first + 1, second - first - 1));
  const nlohmann::json json = nlohmann::json::parse(claims, nullptr, false);
  const auto exp = json.is_object() ? json.find("exp") : json.end();
  if (exp == json.end() || !exp->is_number()) {
    return std::nullopt;
  }
  const double seconds = exp->get<double>();  // a NumericDate may have a fraction
  if (!(seconds > 0.0)) {
    return std::nullopt;
  }
  if (seconds > kLatest) {
    return WallTime::max();
  }
  return WallTime(std::chrono::seconds{static_cast<int64_t>(seconds)});
}

bool IsTokenText(std::string_view text) {
  return !text.empty() && text.size() <= kLongestToken &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace klaxon::http
