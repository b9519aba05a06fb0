#pragma once

#include <vector>

#include "agent/recovery/journal.h"

namespace klaxon::recovery {

/// What is to be done about every connector: one decision each, by name. Pure: the same arguments
/// give the same decisions; never throws. REQUIRES: the journal has followed the world.
///
/// Of the connectors that could be restarted those whose mode is kAct come first, then those that
/// failed first; no more of them are than the budget, the workers and the breaker allow.
std::vector<RecoveryDecision> Plan(const World& world, const Journal& journal, const Policy& policy,
                                   const Instant& now);

}  // namespace klaxon::recovery
