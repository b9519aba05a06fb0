#pragma once

#include <span>
#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "alerts/templates/value.h"

namespace klaxon::templates {

/// Go's Sprintf for the verbs v d s q t b o x X c U e E f F g G and %, with flags, width and
/// precision; what does not fit shows as in Go ("%!d(string=x)", "%!s(MISSING)").
/// Error: kInvalid, the text would be longer than kLongestText.
Result<std::string> FormatLikeGo(std::string_view format, std::span<const Value> arguments);

/// Characters with a meaning in HTML as entities.
std::string EscapeHtml(std::string_view text);

/// For a value in the query of a URL: a space becomes a plus sign.
std::string EscapeQuery(std::string_view text);

}  // namespace klaxon::templates
