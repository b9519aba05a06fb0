#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agent/model/kafka_facts.h"

namespace klaxon::kafka_collector {

/// Finds topics by name: one hash a look-up. REQUIRES: `topics` outlives it and does not change
/// size.
class TopicIndex {
 public:
  TopicIndex() = default;

  explicit TopicIndex(const std::vector<TopicFacts>& topics) {
    by_name_.reserve(topics.size());
    for (size_t i = 0; i < topics.size(); ++i) {
      by_name_.emplace(topics[i].entity->name, static_cast<int32_t>(i));
    }
  }

  /// The topic's place in the vector; -1: it is not there.
  int32_t Find(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? -1 : found->second;
  }

 private:
  std::unordered_map<std::string_view, int32_t> by_name_{};
};

/// The partition of that number; nullptr if the topic has none. REQUIRES: ascending partitions.
PartitionFacts* FindPartition(TopicFacts& topic, int32_t partition);

}  // namespace klaxon::kafka_collector
