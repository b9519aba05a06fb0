#include <cstdio>
#include <memory>

#include <fmt/format.h>

#include "agent/app/agent.h"
#include "agent/app/commands.h"
#include "agent/app/options.h"
#include "agent/app/reload_desk.h"
#include "agent/app/run_until_stopped.h"
#include "agent/app/signals.h"
#include "agent/app/version.h"
#include "agent/app/watchdog.h"
#include "agent/base/log.h"

namespace klaxon::app {
namespace {

constexpr Duration kReloadLimit = std::chrono::seconds{30};
constexpr Duration kLook = std::chrono::seconds{1};  // between two looks at the web configuration
constexpr Duration kStopLimit = std::chrono::seconds{10};

/// What it did, for people.
Result<std::string> Reload(const RunOptions& options, Agent& agent) {
  const std::string& file =
      options.config_file.empty() ? options.quick.command_config : options.config_file;
  if (file.empty()) {
    constexpr std::string_view kNone =
        "there is no configuration file to reload; start with --config FILE";
    log::Warning("reload", "{}", kNone);
    return Error(Reason::kUnsupported, std::string(kNone));
  }
  Result<AgentConfig> config = ConfigOf(options);
  Result<void> reloaded = config ? agent.Reload(*config) : Result<void>(config.error());
  if (!reloaded) {
    agent.ReloadFailed(reloaded.error());
    log::Error("reload", "the old configuration stays: {}", reloaded.error().message());
    return reloaded.error().In("the old configuration stays");
  }
  log::Info("reload", "{}: {} sources", file, config->sources.size());
  return fmt::format("reloaded: {} sources", config->sources.size());
}

}  // namespace

ExitCode RunUntilStopped(const AgentConfig& config, const RunOptions& options, Clock& clock) {
  ReloadDesk desk(RaiseReload);
  Result<std::unique_ptr<Agent>> agent =
      Agent::Start(config, clock, [&desk] { return desk.Ask(kReloadLimit); });
  if (!agent) {
    fmt::print(stderr, "klaxon: {}\n", agent.error().message());
    return kFailed;
  }
  fmt::print("Klaxon {} is at {}/\n", kVersion, (*agent)->Url());
  std::fflush(stdout);
  for (Signal signal = Signal::kNone; signal != Signal::kStop; signal = WaitForSignal(kLook)) {
    if (signal == Signal::kReload) {
      const uint64_t asked = desk.Begin();
      desk.Finish(asked, Reload(options, **agent));
    }
    (*agent)->LookAtWebConfig();
  }
  desk.Close();
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
  if (const Result<http::WebConfig> web = LoadWeb(config->web); !web) {
    fmt::print(stderr, "{}\n", web.error().message());
    return kUsage;
  }
  SystemClock clock;
  return RunUntilStopped(*config, options, clock);
}

}  // namespace klaxon::app
