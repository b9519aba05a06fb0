#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "alerts/templates/node.h"

namespace klaxon::templates {

/// Whether there is a function of that name.
using IsFunction = std::function<bool(std::string_view)>;

/// Reads a template; `variables` are those that are there from the start ("$labels"). Blocks and
/// parentheses may stand in one another up to 100 deep, and a text is at most 64 KiB.
/// Error: kInvalid in Go's words, "template: NAME:LINE: function \"nope\" not defined".
Result<Tree> Parse(std::string name, std::string text, const std::vector<std::string>& variables,
                   const IsFunction& is_function);

}  // namespace klaxon::templates
