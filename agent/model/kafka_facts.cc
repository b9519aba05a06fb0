#include "agent/model/kafka_facts.h"

#include <algorithm>
#include <cstdlib>

namespace klaxon {

const PartitionFacts* FindPartition(const TopicFacts& topic, int32_t partition) {
  const std::vector<PartitionFacts>& all = topic.partitions;
  const auto guess = static_cast<size_t>(partition);  // partitions are numbered without gaps
  if (partition >= 0 && guess < all.size() && all[guess].partition == partition) {
    return &all[guess];
  }
  const auto found = std::ranges::lower_bound(all, partition, {}, &PartitionFacts::partition);
  return found != all.end() && found->partition == partition ? &*found : nullptr;
}

std::string_view Name(GroupKind kind) {
  switch (kind) {
    case GroupKind::kClassic:
      return "classic";
    case GroupKind::kConsumer:
      return "consumer";
    case GroupKind::kShare:
      return "share";
    case GroupKind::kStreams:
      return "streams";
    case GroupKind::kUnknown:
      return "unknown";
  }
  std::abort();
}

std::string_view Name(MetadataProof proof) {
  switch (proof) {
    case MetadataProof::kProven:
      return "proven";
    case MetadataProof::kUnproven:
      return "unproven";
    case MetadataProof::kDoubtful:
      return "doubtful";
  }
  std::abort();
}

}  // namespace klaxon
