#pragma once

#include "agent/model/schema_registry_derived.h"
#include "agent/model/schema_registry_facts.h"

namespace klaxon::analysis {

/// Counts anew what is registered, and the references that lead nowhere. Pure.
/// REQUIRES: there is an inventory.
void CountSubjects(const SchemaRegistryFacts& facts, SchemaRegistryDerived& derived);

}  // namespace klaxon::analysis
