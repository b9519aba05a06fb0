#include "collectors/kafka/topic_index.h"

#include <algorithm>

namespace klaxon::kafka_collector {

const PartitionFacts* FindPartition(const TopicFacts& topic, int32_t partition) {
  const std::vector<PartitionFacts>& all = topic.partitions;
  const auto guess = static_cast<size_t>(partition);  // partitions are numbered without gaps
  if (partition >= 0 && guess < all.size() && all[guess].partition == partition) {
    return &all[guess];
  }
  const auto found =
      std::lower_bound(all.begin(), all.end(), partition,
                       [](const PartitionFacts& a, int32_t b) { return a.partition < b; });
  return found != all.end() && found->partition == partition ? &*found : nullptr;
}

PartitionFacts* FindPartition(TopicFacts& topic, int32_t partition) {
  return const_cast<PartitionFacts*>(FindPartition(std::as_const(topic), partition));
}

}  // namespace klaxon::kafka_collector
