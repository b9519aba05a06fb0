#pragma once

#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "alerts/templates/value.h"

namespace klaxon::templates {

/// The value of a number as Go writes one (12, 0x1f, 0b1, 0o7, 1_000, 1.5e3, 'a'): an integer, or a
/// float if it has a point or an exponent. Error: kInvalid, "bad number syntax: ...".
Result<Value> ReadNumber(std::string_view text);

/// A text out of its double quotes (with Go's escapes) or back quotes.
/// REQUIRES: the quotes are there. Error: kInvalid, "invalid syntax".
Result<std::string> ReadQuoted(std::string_view text);

/// In double quotes, with escapes.
std::string Quoted(std::string_view text);

}  // namespace klaxon::templates
