#include "collectors/schema_registry/probe.h"

#include <algorithm>
#include <utility>

#include "collectors/answers.h"
#include "collectors/side_by_side.h"

namespace klaxon::schema_registry_collector {
namespace {

Probe ProbeOne(const registry::RegistryClient& node, const PollContext& context,
               const Questions& questions) {
  const auto patience = [&] {
    return registry::Patience{.deadline = std::min(context.deadline, context.clock.Now().mono +
                                                                         questions.request_timeout),
                              .stop = context.stop};
  };
  Probe probe;
  probe.at = context.clock.Now();
  probe.compatibility = node.Compatibility(patience());
  probe.took = context.clock.Now().mono - probe.at.mono;
  if (probe.compatibility && questions.modes) {
    probe.mode = node.Mode(patience());
  }
  if (probe.compatibility && questions.karapace) {
    if (const Result<registry::KarapaceHealth> health = node.Health(patience())) {
      probe.primary = health->primary;
    }
  }
  return probe;
}

}  // namespace

std::vector<Probe> ProbeAll(const std::vector<registry::RegistryClient>& nodes,
                            const PollContext& context, const Questions& questions) {
  return AskSideBySide(
      nodes.size(), [](size_t) { return "registry-probe"; },
      [&](size_t i) { return ProbeOne(nodes[i], context, questions); });
}

void TakeProbe(const Probe& probe, RegistryNodeFacts& node, Duration good_for, Reading& reading) {
  const std::string& url = node.entity->name;
  node.polled = MakeAnswer("the poll of " + url, probe.at, good_for);
  if (!probe.compatibility) {
    const Error& error = probe.compatibility.error();
    node.state = StateAfter<RegistryNodeState>(error);
    node.why = error.message();
    node.told = WithError(node.told, error);
    reading.problems.push_back({.scope = url, .error = error});
    return;
  }
  reading.answered = true;
  node.state = RegistryNodeState::kServing;
  node.why.clear();
  node.told = MakeAnswer("/config of " + url, probe.at, good_for);
  node.latency_seconds = std::chrono::duration<double>(probe.took).count();
  node.compatibility = *probe.compatibility;
  node.primary = probe.primary;
  if (probe.mode && *probe.mode) {
    node.mode = **probe.mode;
  } else if (probe.mode && probe.mode->error().reason() != Reason::kUnsupported) {
    reading.problems.push_back({.scope = "mode of " + url, .error = probe.mode->error()});
  }
}

}  // namespace klaxon::schema_registry_collector
