#pragma once

#include "agent/app/agent_config.h"
#include "agent/app/commands.h"
#include "agent/base/result.h"

namespace klaxon::app {

/// The configuration that the options of `run`, `demo`, `lag` and their like describe. Error:
/// kInvalid, one mistake a line, ready to print.
Result<AgentConfig> ConfigOf(const RunOptions& options);

}  // namespace klaxon::app
