#include "agent/http/credentials.h"

#include <cstdint>

#include "agent/http/field.h"

namespace klaxon::http {
namespace {

/// -1 for a character that is not of the alphabet.
int Sextet(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

}  // namespace

std::optional<std::string> DecodeBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  const size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  text.remove_suffix(padding);
  std::string bytes;
  uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const int sextet = Sextet(c);
    if (sextet < 0) return std::nullopt;
    bits = (bits << 6U | static_cast<uint32_t>(sextet)) & 0xffffU;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xffU);
  }
  return bytes;
}

std::optional<Credentials> ParseBasic(std::string_view authorization) {
  const size_t space = authorization.find(' ');
  if (space == std::string_view::npos ||
      !EqualWithoutCase(authorization.substr(0, space), "Basic")) {
    return std::nullopt;
  }
  const std::optional<std::string> pair = DecodeBase64(TrimField(authorization.substr(space)));
  if (!pair) return std::nullopt;
  const size_t colon = pair->find(':');
  if (colon == std::string::npos) return std::nullopt;
  return Credentials{.user = pair->substr(0, colon), .password = pair->substr(colon + 1)};
}

}  // namespace klaxon::http
