#include "collectors/kafka/topics.h"

#include <algorithm>
#include <utility>

#include "collectors/kafka/round.h"
#include "collectors/kafka/topic_index.h"

namespace klaxon::kafka_collector {
namespace {

using kafka::wire::ErrorCode;
using kafka::wire::MetadataResponse;

/// Brings the items into ascending order, each key once; costs one pass where they are already.
template <class T, class Key>
void SortOnce(std::vector<T>& items, Key key) {
  const auto less = [&](const T& a, const T& b) { return key(a) < key(b); };
  const auto same = [&](const T& a, const T& b) { return key(a) == key(b); };
  if (!std::is_sorted(items.begin(), items.end(), less)) {
    std::stable_sort(items.begin(), items.end(), less);
  }
  items.erase(std::unique(items.begin(), items.end(), same), items.end());
}

PartitionFacts ReadPartition(MetadataResponse::Partition&& partition) {
  PartitionFacts facts;
  facts.partition = partition.index;
  facts.leader = std::max(partition.leader, -1);
  facts.leader_epoch = partition.leader_epoch;
  facts.replicas = std::move(partition.replicas);
  facts.in_sync = std::move(partition.in_sync);
  facts.offline = std::move(partition.offline);
  return facts;
}

void KeepOffsets(TopicFacts& topic, const TopicFacts& old) {
  if (topic.id != old.id) {
    return;  // deleted and made again: the old offsets are of another log
  }
  for (PartitionFacts& partition : topic.partitions) {
    if (const PartitionFacts* before = FindPartition(old, partition.partition)) {
      partition.earliest = before->earliest;
      partition.latest = before->latest;
    }
  }
}

TopicFacts ReadTopic(MetadataResponse::Topic& topic) {
  TopicFacts facts;
  facts.id = topic.id;
  facts.internal = topic.internal;
  if (topic.error_code != ErrorCode::kNone) {
    facts.error = Error(Reason::kRefused, "the cluster says " + Name(topic.error_code));
  }
  std::erase_if(topic.partitions, [](const auto& partition) { return partition.index < 0; });
  SortOnce(topic.partitions, [](const auto& partition) { return partition.index; });
  facts.partitions.reserve(topic.partitions.size());
  for (MetadataResponse::Partition& partition : topic.partitions) {
    facts.partitions.push_back(ReadPartition(std::move(partition)));
  }
  return facts;
}

}  // namespace

std::vector<BrokerFacts> ReadBrokers(const std::vector<MetadataResponse::Broker>& brokers) {
  std::vector<BrokerFacts> facts;
  for (const MetadataResponse::Broker& broker : brokers) {
    if (broker.id >= 0) {
      facts.push_back({.id = broker.id,
                       .host = broker.host,
                       .port = broker.port,
                       .rack = broker.rack.value_or("")});
    }
  }
  SortOnce(facts, [](const BrokerFacts& broker) { return broker.id; });
  return facts;
}

std::vector<TopicFacts> ReadTopics(std::vector<MetadataResponse::Topic> topics,
                                   const std::vector<TopicFacts>& old, EntityTable& entities) {
  std::erase_if(topics, [](const auto& topic) { return !topic.name || topic.name->empty(); });
  SortOnce(topics, [](const auto& topic) -> const std::string& { return *topic.name; });
  std::vector<TopicFacts> facts;
  facts.reserve(topics.size());
  auto before = old.begin();
  for (MetadataResponse::Topic& topic : topics) {
    const std::string& name = *topic.name;
    while (before != old.end() && before->entity->name < name) {
      ++before;
    }
    TopicFacts read = ReadTopic(topic);
    if (before != old.end() && before->entity->name == name) {
      read.entity = before->entity;
      KeepOffsets(read, *before);
    } else {
      read.entity = entities.Intern(name);
    }
    facts.push_back(std::move(read));
  }
  return facts;
}

}  // namespace klaxon::kafka_collector
