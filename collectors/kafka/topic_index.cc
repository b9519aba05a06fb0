#include "collectors/kafka/topic_index.h"

namespace klaxon::kafka_collector {

PartitionFacts* FindPartition(TopicFacts& topic, int32_t partition) {
  return const_cast<PartitionFacts*>(klaxon::FindPartition(topic, partition));
}

}  // namespace klaxon::kafka_collector
