#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "agent/base/result.h"
#include "alerts/templates/value.h"

namespace klaxon::templates {

/// What a method of a time or a duration returns, e.g. Format of a time; nothing if that value has
/// no such method. Error: wrong arguments.
std::optional<Result<Value>> CallMethod(const Value& value, std::string_view name,
                                        std::span<const Value> arguments);

}  // namespace klaxon::templates
