#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace klaxon::http {

/// Pieces of the grammar of header fields (RFC 9110 section 5.6).

bool EqualWithoutCase(std::string_view left, std::string_view right);

/// One or more of the characters that methods and header names are made of.
bool IsToken(std::string_view text);

/// Whether a header may carry it: no control character but tab.
bool IsFieldValue(std::string_view text);

/// Without spaces and tabs at both ends. Line ends stay, unlike in klaxon::Trim.
std::string_view TrimField(std::string_view text);

/// A decimal count of digits only; nothing if it is empty, has anything else, or does not fit.
std::optional<uint64_t> ParseCount(std::string_view text);

/// The value of a hexadecimal digit, -1 for anything else.
int HexDigit(char c);

}  // namespace klaxon::http
