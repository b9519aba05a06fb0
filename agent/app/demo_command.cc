#include <cstdio>
#include <memory>

#include <fmt/format.h>

#include "agent/app/commands.h"
#include "agent/app/options.h"
#include "agent/app/run_until_stopped.h"
#include "agent/app/signals.h"
#include "agent/simulator/estate.h"

namespace klaxon::app {

ExitCode Demo(const RunOptions& options) {
  BlockSignals();
  SystemClock clock;
  const Result<std::unique_ptr<simulator::Estate>> estate = simulator::Estate::Start({}, clock);
  if (!estate) {
    fmt::print(stderr, "klaxon: {}\n", estate.error().message());
    return kFailed;
  }
  RunOptions watching = options;
  const simulator::Cluster& cluster = *(*estate)->clusters().front();
  watching.quick.cluster = cluster.name();
  for (const HostPort& address : cluster.bootstrap()) {
    watching.quick.bootstrap += (watching.quick.bootstrap.empty() ? "" : ",") + ToString(address);
  }
  if (!(*estate)->connect_url().empty()) {
    watching.quick.connect = {(*estate)->connect_url()};
  }
  if (!(*estate)->registry_url().empty()) {
    watching.quick.registry = {(*estate)->registry_url()};
  }
  const Result<AgentConfig> config = ConfigOf(watching);
  if (!config) {
    fmt::print(stderr, "{}\n", config.error().message());
    return kUsage;
  }
  fmt::print("A simulated Kafka cluster listens on {}; end both with Ctrl-C.\n",
             watching.quick.bootstrap);
  return RunUntilStopped(*config, watching, clock);
}

}  // namespace klaxon::app
