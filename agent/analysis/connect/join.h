#pragma once

#include <set>
#include <string>
#include <vector>

#include "agent/model/view.h"

/// Finds in the facts of Kafka what belongs to a Connect cluster. Pure.
namespace klaxon::analysis {

/// A Kafka cluster of the view, or why there is none.
struct JoinedCluster {
  const KafkaPart* part = nullptr;
  std::string unknown{};  ///< one line; empty if there is one
};

/// The cluster whose id the workers tell; where one of the two ids is not told, the one of the same
/// name in the configuration.
JoinedCluster ClusterOf(const Section& section, const ConnectFacts& facts,
                        const std::vector<KafkaPart>& kafka);

/// The group of the workers: of those of protocol type "connect" the one that has most addresses
/// and connectors in common with what REST tells. `known_as`: its name when it was last known,
/// which also finds it when nobody is left in it; empty: never.
ConnectWorkersGroup WorkersGroupOf(const ConnectFacts& facts, const JoinedCluster& cluster,
                                   const std::string& known_as, const Instant& now);

/// The group or topic of that name; nullptr if there is none.
const GroupFacts* FindGroup(const KafkaFacts& facts, const std::string& name);
const TopicFacts* FindTopic(const KafkaFacts& facts, const std::string& name);

}  // namespace klaxon::analysis
