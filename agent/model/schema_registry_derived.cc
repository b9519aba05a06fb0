#include "agent/model/schema_registry_derived.h"

#include <cstdlib>

namespace klaxon {

std::string_view Name(IntegrityKind kind) {
  switch (kind) {
    case IntegrityKind::kIdChanged:
      return "id_changed";
    case IntegrityKind::kVersionLost:
      return "version_lost";
    case IntegrityKind::kSubjectsLost:
      return "subjects_lost";
    case IntegrityKind::kMaxIdFell:
      return "max_id_fell";
    case IntegrityKind::kNodesDisagree:
      return "nodes_disagree";
    case IntegrityKind::kNotCompacted:
      return "not_compacted";
  }
  std::abort();
}

std::optional<bool> Leads(const SchemaRegistryFacts& facts, const SchemaRegistryDerived& derived,
                          const RegistryNodeFacts& node, const Instant& now) {
  if (derived.leader && IsFresh(derived.led, now)) {
    return derived.leader->node && &facts.nodes[*derived.leader->node] == &node;
  }
  return node.Serves(now) ? node.primary : std::nullopt;
}

}  // namespace klaxon
