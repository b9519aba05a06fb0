#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace klaxon::http {

struct Credentials {
  std::string user{};
  std::string password{};
};

/// What an Authorization header of the Basic scheme holds (RFC 7617); nothing for another scheme,
/// or if it is not base64 of "user:password".
std::optional<Credentials> ParseBasic(std::string_view authorization);

/// The bytes of base64 with its padding (RFC 4648 section 4); nothing for anything else.
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace klaxon::http
