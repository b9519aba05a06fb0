#pragma once

#include <memory>
#include <vector>

#include "agent/analysis/changes.h"
#include "agent/model/kafka_facts.h"
#include "agent/model/schema_registry_derived.h"
#include "agent/model/schema_registry_facts.h"

namespace klaxon::analysis {

/// What is known of a registry at one moment, and what changed since the moment before.
struct RegistryStep {
  std::shared_ptr<const SchemaRegistryDerived> derived{};
  std::vector<Change> changes{};
};

/// The registry as of before; both null at first.
struct RegistryBefore {
  const SchemaRegistryFacts* facts = nullptr;
  std::shared_ptr<const SchemaRegistryDerived> derived{};
};

/// `kafka`: of the same cluster, for subjects that are named after topics; null: not watched.
/// Pure; the same object as before where nothing has changed.
RegistryStep DeriveRegistry(const RegistryBefore& before, const SchemaRegistryFacts& facts,
                            const KafkaFacts* kafka, const Instant& now);

}  // namespace klaxon::analysis
