#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "agent/config/mistake.h"

// What yaml-cpp (0.7) lets pass in silence or explains badly. The inside of the reader.

namespace klaxon::config {

struct BadText {
  Position position{};
  std::string why{};
};

/// Control characters (yaml-cpp takes 0x04 for the end of the text) and bytes that are not UTF-8
/// (yaml-cpp replaces them).
std::optional<BadText> FindBadText(std::string_view text);

/// Whether the text in quotes that begins at `offset` (from 0, a byte order mark not counted; tags
/// and anchors may stand before it) never ends. False when no quote begins there.
bool IsQuoteOpen(std::string_view text, size_t offset);

/// Line `number`, counted from 1, without its end; empty beyond the last.
std::string_view LineAt(std::string_view text, int number);

/// What we say when more follows after the document's end.
inline constexpr const char* kSecondDocument = "second document";

/// A sentence for one of yaml-cpp's messages. `open_line`: where the innermost list or map begins
/// that is not finished.
std::string Explain(std::string_view message, int open_line);

/// What often is behind a syntax error on such a line, e.g. "; indent with spaces, not with tabs";
/// empty when nothing comes to mind.
std::string_view Hint(std::string_view line);

}  // namespace klaxon::config
