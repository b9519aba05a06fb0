#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace klaxon::promql {

/// A text in quotes: "..." and '...' with Go's escapes, or `...` as it stands.
struct QuotedText {
  std::string value{};
  size_t length = 0;  ///< of what was read, quotes included
  std::string mistake{};
  size_t mistake_at = 0;  ///< from the first quote, in bytes
};

/// Reads the quoted text that `text` begins with; what follows it is not looked at.
QuotedText ScanQuoted(std::string_view text);

/// The length in bytes of the UTF-8 character that `text` begins with; 0: it is none, or U+FFFD,
/// which Prometheus takes for a sign of a broken text.
size_t CharacterLength(std::string_view text);

/// The first character of `text`, or "?" when it is not valid UTF-8.
std::string_view FirstCharacter(std::string_view text);

/// Whether all of it is valid UTF-8.
bool IsUtf8(std::string_view text);

}  // namespace klaxon::promql
