#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace klaxon::templates {

bool IsSpace(char c);

bool IsDigit(char c);

/// Whether a name may have this byte. Those of letters outside ASCII count; what looks like the
/// quotes and dashes of a word processor (U+2000 to U+203F) does not. REQUIRES: at < text.size().
bool IsNameAt(std::string_view text, size_t at);

/// Whether it is a later byte of a character of several.
bool Continues(char c);

/// The first character, as Go's %#U: "U+0021 '!'", or without it if it cannot be seen.
/// REQUIRES: not empty.
std::string CodePoint(std::string_view text);

struct NumberScan {
  size_t length = 0;  ///< in bytes, with what makes it none
  bool ends = true;   ///< no letter or digit follows that does not belong there
};

/// What may be a number, from its first byte on: whether it is one tells ReadNumber. Source:
/// scanNumber of text/template.
NumberScan ScanNumber(std::string_view text);

}  // namespace klaxon::templates
