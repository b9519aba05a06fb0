#include "agent/analysis/connect/config_changes.h"

#include <cstdlib>

namespace klaxon::analysis {
namespace {

EventKind EventOf(ConnectChangeKind kind) {
  switch (kind) {
    case ConnectChangeKind::kCreated:
      return EventKind::kConnectorCreated;
    case ConnectChangeKind::kConfigured:
      return EventKind::kConnectorConfigured;
    case ConnectChangeKind::kDeleted:
      return EventKind::kConnectorDeleted;
    case ConnectChangeKind::kTargetState:
      return EventKind::kConnectorTargetState;
    case ConnectChangeKind::kTasks:
      return EventKind::kConnectorTasks;
    case ConnectChangeKind::kRestart:
      return EventKind::kConnectorRestart;
  }
  std::abort();
}

}  // namespace

std::vector<Change> ConfigChanges(const ConnectConfigFacts* before, const ConnectConfigFacts& now,
                                  const std::string& connect) {
  std::vector<Change> changes;
  if (before == nullptr || before->configs == now.configs) {
    return changes;
  }
  const std::vector<ConnectChange>& known = before->configs->changes;
  const uint64_t last = known.empty() ? 0 : known.back().sequence;
  for (const ConnectChange& change : now.configs->changes) {
    if (change.seen && change.sequence > last) {
      changes.push_back({.kind = EventOf(change.kind),
                         .subject = connect + " / " + change.connector,
                         .detail = change.detail});
    }
  }
  return changes;
}

}  // namespace klaxon::analysis
