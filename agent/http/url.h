#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace klaxon::http {

/// An absolute http or https URL (RFC 3986, without user names: a secret in a URL ends in logs).
struct Url {
  std::string scheme{};  ///< "http" or "https", lower case
  std::string host{};    ///< lower case; IPv6 without brackets
  uint16_t port = 0;     ///< never 0
  std::string path{};    ///< starts with '/'; as it stood, percent-encoded
  std::string query{};   ///< without '?'; empty if there is none

  /// "http://host:8083": what a connection can be used for. Holds nothing secret.
  std::string Origin() const;
  /// "host", or "host:8083" where the port is not the scheme's own: what the Host header holds.
  std::string Authority() const;
  /// Path and query as the request line has them.
  std::string Target() const;
  /// Origin and path, for people; a query may hold secrets and is left out.
  std::string ForPeople() const;

  friend bool operator==(const Url&, const Url&) = default;
};

/// Reads "http://connect:8083/connectors?expand=status". A fragment is dropped. Error: kInvalid
/// with what is wrong and what is accepted; a password in the text is not repeated.
Result<Url> ParseUrl(std::string_view text);

/// A path segment or query value with everything but letters, digits and "-._~" percent-encoded.
std::string PercentEncode(std::string_view text);

/// The bytes; false if a '%' is not followed by two hexadecimal digits.
bool PercentDecode(std::string_view text, std::string& out);

}  // namespace klaxon::http
