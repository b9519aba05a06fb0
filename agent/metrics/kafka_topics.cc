#include <algorithm>
#include <optional>
#include <string>

#include "agent/metrics/rows.h"

/// Topics and their partitions, under kafka_exporter's names (`kafka_topic_partition_leaderless`
/// and
/// `_offline_replicas` are ours). Internal topics are in, as they are there.
namespace klaxon::metrics {
namespace {

constexpr std::array<std::string_view, 2> kTopic{"cluster", "topic"};
constexpr std::array<std::string_view, 3> kPartition{"cluster", "topic", "partition"};

void EmitPartitions(const KafkaPart& part, Emitter& emitter) {
  const std::string& cluster = part.section.cluster;
  if (!emitter.Known(part.facts.metadata, {cluster})) {
    return;
  }
  for (const TopicFacts& topic : part.facts.topics) {
    if (topic.error) {
      emitter.Unknown(part.facts.metadata, {cluster, topic.entity->name});
    } else {
      emitter.Sample({cluster, topic.entity->name}, static_cast<double>(topic.partitions.size()));
    }
  }
}

template <OffsetFact PartitionFacts::* kOffset>
void EmitOffset(const KafkaPart& part, Emitter& emitter) {
  const std::string& cluster = part.section.cluster;
  for (const TopicFacts& topic : part.facts.topics) {
    for (const PartitionFacts& partition : topic.partitions) {
      const OffsetFact& fact = partition.*kOffset;
      const NumberText number(partition.partition);
      if (emitter.Known(fact.answer, {cluster, topic.entity->name, number})) {
        emitter.Sample({cluster, topic.entity->name, number}, static_cast<double>(fact.offset));
      }
    }
  }
}

/// A row about who holds a partition; nothing for a partition of which it cannot be said.
template <std::optional<double> (*kValue)(const PartitionFacts&)>
void EmitLeadership(const KafkaPart& part, Emitter& emitter) {
  const std::string& cluster = part.section.cluster;
  if (!emitter.Known(part.facts.leadership, {cluster})) {
    return;
  }
  for (const TopicFacts& topic : part.facts.topics) {
    if (topic.error) {
      emitter.Unknown(part.facts.leadership, {cluster, topic.entity->name});
      continue;
    }
    for (const PartitionFacts& partition : topic.partitions) {
      if (const std::optional<double> value = kValue(partition)) {
        emitter.Sample({cluster, topic.entity->name, NumberText(partition.partition)}, *value);
      }
    }
  }
}

/// As in kafka_exporter there is no series while there is no leader.
std::optional<double> Leader(const PartitionFacts& partition) {
  return partition.leader < 0 ? std::nullopt : std::optional<double>(partition.leader);
}

std::optional<double> Leaderless(const PartitionFacts& partition) {
  return partition.leader < 0 ? 1 : 0;
}

std::optional<double> LeaderIsPreferred(const PartitionFacts& partition) {
  return !partition.replicas.empty() && partition.replicas.front() == partition.leader ? 1 : 0;
}

std::optional<double> Replicas(const PartitionFacts& partition) {
  return static_cast<double>(partition.replicas.size());
}

std::optional<double> InSync(const PartitionFacts& partition) {
  return static_cast<double>(partition.in_sync.size());
}

std::optional<double> Offline(const PartitionFacts& partition) {
  return static_cast<double>(partition.offline.size());
}

std::optional<double> UnderReplicated(const PartitionFacts& partition) {
  return partition.in_sync.size() < partition.replicas.size() ? 1 : 0;
}

constexpr std::string_view kLeadership = "Metadata, proven by DescribeQuorum";

/// One row about a partition.
template <std::optional<double> (*kValue)(const PartitionFacts&)>
constexpr Metric LeadershipRow(std::string_view name, std::string_view help) {
  return {.info = {.name = name, .help = help, .labels = kPartition, .source = kLeadership},
          .emit = Each<EmitLeadership<kValue>>};
}

constexpr std::array kRows{
    Metric{.info = {.name = "kafka_topic_partitions",
                    .help = "Partitions of a topic",
                    .labels = kTopic,
                    .source = "Metadata"},
           .emit = Each<EmitPartitions>},
    Metric{.info = {.name = "kafka_topic_partition_current_offset",
                    .help = "Offset that the next record of a partition will get (high watermark)",
                    .labels = kPartition,
                    .source = "ListOffsets of the leader"},
           .emit = Each<EmitOffset<&PartitionFacts::latest>>},
    Metric{.info = {.name = "kafka_topic_partition_oldest_offset",
                    .help = "Offset of the oldest record that a partition still holds",
                    .labels = kPartition,
                    .source = "ListOffsets of the leader"},
           .emit = Each<EmitOffset<&PartitionFacts::earliest>>},
    LeadershipRow<Leader>("kafka_topic_partition_leader",
                          "Broker id of a partition's leader; no series while it has none"),
    LeadershipRow<Leaderless>(
        "kafka_topic_partition_leaderless",
        "1 if a partition has no leader, so that nobody can read or write it"),
    LeadershipRow<LeaderIsPreferred>("kafka_topic_partition_leader_is_preferred",
                                     "1 if a partition is led by the first of its replicas"),
    LeadershipRow<Replicas>("kafka_topic_partition_replicas", "Replicas of a partition"),
    LeadershipRow<InSync>("kafka_topic_partition_in_sync_replica",
                          "Replicas of a partition that are in sync (ISR)"),
    LeadershipRow<Offline>("kafka_topic_partition_offline_replicas",
                           "Replicas of a partition on brokers or disks that are dead"),
    LeadershipRow<UnderReplicated>("kafka_topic_partition_under_replicated_partition",
                                   "1 if a partition has replicas that are not in sync"),
};

}  // namespace

Table KafkaTopicRows() {
  return kRows;
}

}  // namespace klaxon::metrics
