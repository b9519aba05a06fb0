#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/analysis/changes.h"
#include "agent/model/schema_registry_derived.h"
#include "agent/model/schema_registry_facts.h"

namespace klaxon::analysis {

/// What changed in a registry between two polls.
struct RegistryDifference {
  std::vector<Change> changes{};  ///< at most 20 of a kind; the last says how many more
  std::vector<IntegrityViolation> violations{};  ///< without a time
  std::vector<EntityRef> registered{};           ///< the subject of every version that appeared
};

/// Nothing unless both were read as a whole: what the first scan finds is not new. Pure.
RegistryDifference DifferenceBetween(const SchemaRegistryFacts& before,
                                     const SchemaRegistryFacts& after);

}  // namespace klaxon::analysis
