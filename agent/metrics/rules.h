#pragma once

#include <span>

#include "agent/metrics/writer.h"
#include "agent/model/rule_board.h"

namespace klaxon::metrics {

/// `klaxon_rule_*`, `klaxon_rules` and `klaxon_alerts`: how the evaluation of rules goes.
void EmitRules(const RuleBoard& board, MetricWriter& writer);

/// What it emits.
std::span<const MetricInfo> RuleInfos();

}  // namespace klaxon::metrics
