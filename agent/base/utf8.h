#pragma once

#include <cstdint>
#include <string>

namespace klaxon {

/// Appends a character of Unicode as UTF-8 (RFC 3629); what is none (half of a surrogate pair, over
/// 0x10FFFF) as U+FFFD.
void AppendUtf8(uint32_t point, std::string& text);

}  // namespace klaxon
