#pragma once

#include <string>

#include "agent/base/clock.h"
#include "agent/model/rule_board.h"

namespace klaxon::status_page {

/// What rules cannot see now, by reason, and the memory for the past that they look at, as HTML
/// within the section of alerts. Pure.
std::string UnseenByRules(const RuleBoard& board, const Instant& now);

}  // namespace klaxon::status_page
