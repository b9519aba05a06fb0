#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "alerts/rules/finding.h"
#include "alerts/rules/rule.h"

namespace klaxon::rules {

/// Whether somebody writes a metric of this name. Empty: nobody knows.
using IsWritten = std::function<bool(std::string_view metric)>;

/// What is likely wrong with rules that load: an alert that prints a label which its expression has
/// aggregated away, one that can never be true, one that asks for a metric that nobody writes. Only
/// what is certain is told.
std::vector<Finding> Advise(const Group& group, const IsWritten& is_written = {});

}  // namespace klaxon::rules
