#pragma once

#include <string>

#include "agent/base/clock.h"
#include "agent/model/rule_board.h"

namespace klaxon::status_page {

/// Rules that record, those that fail first: when they were evaluated last, how long it took, and
/// what went wrong. Empty when none records.
std::string RecordingRules(const RuleBoard& board, const Instant& now);

}  // namespace klaxon::status_page
