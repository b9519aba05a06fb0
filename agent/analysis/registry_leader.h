#pragma once

#include <string_view>

#include "agent/model/kafka_facts.h"
#include "agent/model/schema_registry_derived.h"
#include "agent/model/schema_registry_facts.h"

namespace klaxon::analysis {

/// The group that the nodes of a registry form in Kafka (protocol type "sr"): the one with a member
/// at a configured address, or else the only one there is. Null: none is known.
const GroupFacts* RegistryGroupOf(const SchemaRegistryFacts& facts, const KafkaFacts& kafka);

/// Who leads according to the group. REQUIRES: group.registry.
RegistryLeader RegistryLeaderOf(const GroupFacts& group, const SchemaRegistryFacts& facts);

/// Whether two URLs name the same server: scheme and path apart.
bool SameServer(std::string_view one, std::string_view two);

}  // namespace klaxon::analysis
