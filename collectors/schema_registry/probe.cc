#include "collectors/schema_registry/probe.h"

#include <algorithm>
#include <utility>

#include "collectors/answers.h"
#include "collectors/side_by_side.h"

namespace klaxon::schema_registry_collector {
namespace {

Probe ProbeOne(const registry::RegistryClient& node, const PollContext& context,
               const Questions& questions, bool mode) {
  const auto patience = [&] {
    return registry::Patience{.deadline = std::min(context.deadline, context.clock.Now().mono +
                                                                         questions.request_timeout),
                              .stop = context.stop};
  };
  Probe probe;
  probe.at = context.clock.Now();
  probe.compatibility = node.Compatibility(patience());
  probe.took = context.clock.Now().mono - probe.at.mono;
  if (probe.compatibility && mode) {
    probe.mode = node.Mode(patience());
  }
  if (probe.compatibility && questions.karapace) {
    if (const Result<registry::KarapaceHealth> health = node.Health(patience())) {
      probe.primary = health->primary;
    }
  }
  return probe;
}

bool IsUnsupported(const std::optional<Error>& error) {
  return error && error->reason() == Reason::kUnsupported;
}

/// A node that told a mode before lacks modes only if it says so twice in a row: a proxy's 404 in
/// between says nothing.
void TakeMode(const Probe& probe, RegistryNodeFacts& node, Duration good_for, Reading& reading) {
  if (!probe.mode) {
    return;
  }
  const std::string source = "/mode of " + node.entity->name;
  if (*probe.mode) {
    node.mode = **probe.mode;
    node.mode_told = MakeAnswer(source, probe.at, good_for);
    return;
  }
  const Error& error = probe.mode->error();
  const bool again = node.mode_told != nullptr && IsUnsupported(node.mode_told->error);
  if (IsUnsupported(error) && (node.mode.empty() || again)) {
    node.mode.clear();
    node.mode_told = MakeAnswer(source, probe.at, good_for * kModesEvery);
    return;
  }
  node.mode_told = WithError(node.mode_told, error);
  reading.problems.push_back({.scope = "mode of " + node.entity->name, .error = error});
}

}  // namespace

std::vector<Probe> ProbeAll(const std::vector<registry::RegistryClient>& nodes,
                            const PollContext& context, const Questions& questions) {
  return AskSideBySide(
      nodes.size(), [](size_t) { return "registry-probe"; },
      [&](size_t i) {
        return ProbeOne(nodes[i], context, questions, !questions.without_modes.contains(i));
      });
}

void TakeProbe(const Probe& probe, RegistryNodeFacts& node, Duration good_for, Reading& reading) {
  const std::string& url = node.entity->name;
  node.polled = MakeAnswer("the poll of " + url, probe.at, good_for);
  if (!probe.compatibility) {
    const Error& error = probe.compatibility.error();
    node.state = StateAfter<RegistryNodeState>(error);
    node.why = error.message();
    node.told = WithError(node.told, error);
    node.mode_told = WithError(node.mode_told, error);
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
  TakeMode(probe, node, good_for, reading);
}

}  // namespace klaxon::schema_registry_collector
