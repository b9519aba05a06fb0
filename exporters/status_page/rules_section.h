#pragma once

#include <string>

#include "agent/base/clock.h"
#include "agent/model/rule_board.h"

namespace klaxon::status_page {

/// Alerts that fire or are pending, the worst first, and what is wrong with the rules, as HTML;
/// empty when there are no rules. Pure.
std::string RulesSection(const RuleBoard& board, const Instant& now);

}  // namespace klaxon::status_page
