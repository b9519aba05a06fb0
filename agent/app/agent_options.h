#pragma once

#include <functional>

#include "agent/app/commands.h"

namespace CLI {
class App;
}

/// Options of the commands that ask a Klaxon that runs.
namespace klaxon::app {

/// Where it is, and who asks.
void AddAgentAccess(CLI::App& command, AgentAccess& access);

/// `silence add|list|expire`. What was asked for is put into `chosen`.
void AddSilence(CLI::App& app, SilenceOptions& options, std::function<ExitCode()>& chosen);

}  // namespace klaxon::app
