#pragma once

#include "agent/model/rule_board.h"
#include "alerts/lifecycle/engine.h"

namespace klaxon::alerts {

/// What is shown of the rules in force. `fault` is left to whoever reads files.
RuleBoard BoardOf(const Engine& engine);

}  // namespace klaxon::alerts
