#pragma once

#include <string>
#include <vector>

#include "agent/model/event.h"
#include "agent/model/kafka_facts.h"

namespace klaxon::analysis {

/// Something that differs between two polls.
struct Change {
  EventKind kind = EventKind::kBrokerGone;
  std::string subject{};
  std::string detail{};
};

/// What came and went between two polls of one cluster. Parts that were not read in the newer poll
/// are equal in both, so silence makes no change.
std::vector<Change> ChangesBetween(const KafkaFacts& before, const KafkaFacts& after);

}  // namespace klaxon::analysis
