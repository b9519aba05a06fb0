#include <cstdio>
#include <memory>

#include <fmt/format.h>

#include "agent/app/agent.h"
#include "agent/app/commands.h"
#include "agent/app/options.h"
#include "agent/app/run_until_stopped.h"
#include "agent/app/signals.h"
#include "agent/app/version.h"
#include "agent/app/watchdog.h"
#include "agent/base/log.h"

namespace klaxon::app {
namespace {

constexpr Duration kStopLimit = std::chrono::seconds{10};

void Reload(const RunOptions& options, Agent& agent) {
  const std::string& file =
      options.config_file.empty() ? options.quick.command_config : options.config_file;
  if (file.empty()) {
    log::Warning("reload", "there is no configuration file to reload; start with --config FILE");
    return;
  }
  Result<AgentConfig> config = ConfigOf(options);
  Result<void> reloaded = config ? agent.Reload(*config) : Result<void>(config.error());
  if (!reloaded) {
    agent.ReloadFailed();
    log::Error("reload", "the old configuration stays: {}", reloaded.error().message());
    return;
  }
  log::Info("reload", "{}: {} sources", file, config->sources.size());
}

}  // namespace

ExitCode RunUntilStopped(const AgentConfig& config, const RunOptions& options, Clock& clock) {
  Result<std::unique_ptr<Agent>> agent = Agent::Start(config, clock);
  if (!agent) {
    fmt::print(stderr, "klaxon: {}\n", agent.error().message());
    return kFailed;
  }
  fmt::print("Klaxon {} is at {}/\n", kVersion, (*agent)->Url());
  std::fflush(stdout);
  while (WaitForSignal() == Signal::kReload) {
    Reload(options, **agent);
  }
  const Watchdog watchdog("stopping", kStopLimit);
  log::Info("klaxon", "stopping");
  (*agent)->Stop();
  return kOk;
}

ExitCode Run(const RunOptions& options) {
  BlockSignals();
  const Result<AgentConfig> config = ConfigOf(options);
  if (!config) {
    fmt::print(stderr, "{}\n", config.error().message());
    return kUsage;
  }
  SystemClock clock;
  return RunUntilStopped(*config, options, clock);
}

}  // namespace klaxon::app
