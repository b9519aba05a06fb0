#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace klaxon {

/// Without spaces, tabs and line ends at both ends. A view into `text`.
std::string_view Trim(std::string_view text);

/// The parts between separators, trimmed, empty ones left out. Views into `text`.
std::vector<std::string_view> Split(std::string_view text, char separator);

/// The candidate with the smallest edit distance, if it is near enough to be meant; empty
/// otherwise.
std::string_view Nearest(std::string_view word, std::span<const std::string_view> candidates);

/// One printable line out of hostile bytes: control characters and invalid UTF-8 become '?',
/// characters that nobody sees or that turn the text around become words such as "<U+202E>", and
/// what is longer than `limit` bytes ends in "...".
std::string Printable(std::string_view bytes, size_t limit = 400);

/// The bytes as valid UTF-8: invalid sequences become U+FFFD.
std::string ToUtf8(std::string_view bytes);

/// Valid UTF-8 in which every character is seen that would hide itself or change how those around
/// it are read (Unicode's format characters and the second set of controls): "<U+202E>".
std::string ShowHidden(std::string_view text);

/// An address of a server.
struct HostPort {
  std::string host{};  ///< name or literal address, IPv6 without brackets
  uint16_t port = 0;

  friend bool operator==(const HostPort&, const HostPort&) = default;
  friend auto operator<=>(const HostPort&, const HostPort&) = default;
};

/// Reads "host:9092", "[::1]:9092", ":9308" (empty host). `default_port` 0: the port must be there.
/// Error: kInvalid with what was read and what is accepted.
Result<HostPort> ParseHostPort(std::string_view text, uint16_t default_port = 0);

/// "host:9092" or "[::1]:9092".
std::string ToString(const HostPort& address);

}  // namespace klaxon
