#pragma once

#include <vector>

#include "alerts/rules/finding.h"
#include "alerts/rules/rule_file.h"

namespace klaxon::rules {

/// Rules of a file that write the same series or the same alert: same name, same labels. What
/// promtool's lint "duplicate-rules" finds. One finding for each that repeats another.
std::vector<Finding> FindDuplicates(const RuleFile& file);

}  // namespace klaxon::rules
