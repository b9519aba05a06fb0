#pragma once

#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace klaxon::templates {

/// Every match of `pattern` (RE2's syntax, which is Go's) in `text` replaced; in the replacement
/// $1, ${1}, $name and ${name} stand for what a group matched, $$ for a dollar sign.
/// Error: kInvalid, no such pattern, or the text would be longer than kLongestText.
Result<std::string> RegexReplaceAll(std::string_view pattern, std::string_view replacement,
                                    std::string_view text);

/// Whether the pattern is found anywhere in the text.
Result<bool> RegexFound(std::string_view pattern, std::string_view text);

}  // namespace klaxon::templates
