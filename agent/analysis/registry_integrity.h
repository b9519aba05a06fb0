#pragma once

#include <vector>

#include "agent/analysis/changes.h"
#include "agent/model/schema_registry_derived.h"
#include "agent/model/schema_registry_facts.h"

/// What must never happen to a schema registry. Pure.
namespace klaxon::analysis {

/// Adds every id of the inventory to the known ones; an id that stands for a second schema is a
/// violation, once.
void LearnIds(const std::vector<SubjectRef>& subjects, SchemaRegistryDerived& derived,
              std::vector<IntegrityViolation>& violations);

/// What else the facts show against those of before. `before`: null at first.
void CheckIntegrity(const SchemaRegistryFacts* before, const SchemaRegistryFacts& facts,
                    SchemaRegistryDerived& derived, std::vector<IntegrityViolation>& violations);

/// Keeps them, equal ones as one, and tells each as a change.
void KeepViolations(std::vector<IntegrityViolation> violations, const Instant& now,
                    std::vector<Change>& changes, SchemaRegistryDerived& derived);

}  // namespace klaxon::analysis
