#pragma once

#include <string_view>
#include <vector>

#include "agent/config/mistake.h"
#include "agent/promql/mistake.h"

namespace klaxon::rules {

/// The lines of a text, without their ends.
std::vector<std::string_view> LinesOf(std::string_view text);

/// Where in a file an expression's mistake is. `begin` is where the expression's value begins in
/// `lines`. Where YAML has folded or escaped the line in question, it is the line on which the
/// value begins.
config::Position PlaceInFile(const std::vector<std::string_view>& lines, config::Position begin,
                             std::string_view expression, const promql::Mistake& mistake);

}  // namespace klaxon::rules
