#pragma once

#include "agent/app/agent_config.h"
#include "agent/app/commands.h"
#include "agent/base/clock.h"

namespace klaxon::app {

/// Runs an agent until SIGINT or SIGTERM; SIGHUP reloads. Prints its address when it can be opened.
/// REQUIRES: BlockSignals was called before any thread was started.
ExitCode RunUntilStopped(const AgentConfig& config, const RunOptions& options, Clock& clock);

}  // namespace klaxon::app
