#include <cstdio>
#include <memory>

#include <fmt/format.h>

#include "agent/app/commands.h"
#include "agent/app/demo.h"
#include "agent/app/options.h"
#include "agent/app/run_until_stopped.h"
#include "agent/app/signals.h"

namespace klaxon::app {
namespace {

void Add(const std::string& url, std::vector<std::string>& urls) {
  if (!url.empty()) {
    urls = {url};
  }
}

}  // namespace

void PointAt(const simulator::Estate& estate, QuickStart& quick) {
  const simulator::Cluster& cluster = *estate.clusters().front();
  quick.cluster = cluster.name();
  for (const HostPort& address : cluster.bootstrap()) {
    quick.bootstrap += (quick.bootstrap.empty() ? "" : ",") + ToString(address);
  }
  quick.default_rules = true;
  quick.sampled = "orders, order-items, customers, payments, user-logins";
  Add(estate.connect_url(), quick.connect);
  Add(estate.registry_url(), quick.registry);
  Add(estate.rest_proxy_url(), quick.rest_proxy);
}

ExitCode Demo(const RunOptions& options) {
  BlockSignals();
  SystemClock clock;
  const Result<std::unique_ptr<simulator::Estate>> estate = simulator::Estate::Start({}, clock);
  if (!estate) {
    fmt::print(stderr, "klaxon: {}\n", estate.error().message());
    return kFailed;
  }
  RunOptions watching = options;
  PointAt(**estate, watching.quick);
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
