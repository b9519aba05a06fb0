#include <cstdio>

#include <fmt/format.h>

#include "agent/app/commands.h"
#include "agent/base/text.h"
#include "agent/config/read_file.h"
#include "agent/recovery/facts_file.h"

namespace klaxon::app {
namespace {

constexpr size_t kLongestLine = 1000;

/// What the configuration says of each Connect cluster; of others, the defaults.
Result<recovery::PolicyOf> PoliciesOf(const SimulateOptions& options) {
  if (options.config_file.empty()) {
    return recovery::PolicyOf(
        [](const std::string&, const std::string&) { return recovery::Policy{}; });
  }
  const Result<AgentConfig> config = LoadAgentConfig(options.config_file);
  if (!config) {
    return config.error();
  }
  return recovery::PolicyOf(
      [sources = config->sources](const std::string& cluster, const std::string& connect) {
        for (const SourceRef& source : sources) {
          if (source->policy() != nullptr && source->place().cluster == cluster &&
              source->place().instance == connect) {
            return *source->policy();
          }
        }
        return recovery::Policy{};
      });
}

void Print(const RecoveryDecision& decision, bool gates) {
  const std::string failure =
      decision.failed.empty() ? "" : fmt::format("; {}", Name(decision.failure));
  fmt::print("  {}: {}{}: {}\n", Printable(decision.connector), Name(decision.action), failure,
             Printable(decision.why, kLongestLine));
  if (!decision.root_cause.empty()) {
    fmt::print("    cause: {}\n", Printable(decision.root_cause, kLongestLine));
  }
  if (!decision.way_out.empty()) {
    fmt::print("    what may help: {}\n", decision.way_out);
  }
  for (const RecoveryGate& gate : decision.gates) {
    if (gates || !gate.open) {
      fmt::print("    gate {}: {} ({})\n", gate.name,
                 gate.open   ? "open"
                 : gate.seen ? "shut"
                             : "cannot be seen, so shut",
                 Printable(gate.value, kLongestLine));
    }
  }
}

}  // namespace

ExitCode Simulate(const SimulateOptions& options) {
  const Result<recovery::PolicyOf> policies = PoliciesOf(options);
  if (!policies) {
    fmt::print(stderr, "klaxon: {}\n", policies.error().message());
    return kUsage;
  }
  constexpr size_t kMost = 256 * 1024 * 1024;
  const Result<std::string> text = config::ReadFile(options.facts_file, kMost);
  if (!text) {
    fmt::print(stderr, "klaxon: {}: {}\n", options.facts_file, text.error().message());
    return kUsage;
  }
  SystemClock clock;
  Result<std::vector<recovery::FiledCluster>> filed =
      recovery::ReadFacts(*text, *policies, clock.Now());
  if (!filed) {
    fmt::print(stderr, "klaxon: {}: {}\n", options.facts_file, filed.error().message());
    return kUsage;
  }
  for (recovery::FiledCluster& each : *filed) {
    fmt::print("{}/{}, told for {} s:\n", Printable(each.cluster), Printable(each.connect),
               options.seconds);
    for (const RecoveryDecision& decision :
         recovery::DecideAfter(each, std::chrono::seconds{options.seconds}, clock.Now())) {
      Print(decision, options.gates);
    }
  }
  return kOk;
}

}  // namespace klaxon::app
