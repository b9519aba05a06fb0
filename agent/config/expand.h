#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace klaxon::config {

/// Looks up an environment variable; empty when it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// The environment of this process.
Environment ProcessEnvironment();

/// `${NAME}` becomes the variable's value, `${NAME:-default}` the default where it is unset or
/// empty (as in a shell; no nesting), `$$` becomes `$`; any other `$` stays. What is put in is not
/// looked at again. Error: kInvalid, naming the variable, never its value.
Result<std::string> Expand(std::string_view text, const Environment& environment);

}  // namespace klaxon::config
