#include <algorithm>

#include <fmt/format.h>

#include "agent/simulator/cluster_spec.h"
#include "agent/simulator/random.h"

namespace klaxon::simulator {
namespace {

constexpr int64_t kLagOfOne = 10;

/// Topics in a row from a place of the group's own, as many as its partitions need.
GroupSpec MakeGroup(const ClusterSpec& cluster, const ClusterSize& size, int index) {
  GroupSpec group{.name = fmt::format("group-{:04}", index),
                  .partitions = size.partitions_per_group};
  const int topics = static_cast<int>(cluster.topics.size());
  const int needed = (size.partitions_per_group + size.partitions - 1) / size.partitions;
  for (int i = 0; i < std::min(needed, topics); ++i) {
    const auto topic = static_cast<size_t>((index * needed + i) % topics);
    group.topics.push_back(cluster.topics[topic].name);
  }
  const double luck = Fraction(Scatter(cluster.seed, group.name));
  group.members = 1 + index % 4;
  group.speed = luck < 0.1 ? 0.9 : 3;
  group.initial_lag = static_cast<int64_t>(luck * 100) * kLagOfOne;
  return group;
}

}  // namespace

ClusterSpec Sized(const ClusterSize& size, uint64_t seed) {
  ClusterSpec spec{.name = "sized", .brokers = size.brokers, .seed = seed};
  for (int i = 0; i < size.topics; ++i) {
    TopicSpec topic{.name = fmt::format("topic-{:04}", i),
                    .partitions = size.partitions,
                    .replication = size.replication};
    topic.rate = 1 + 40 * Fraction(Scatter(seed, topic.name));
    spec.topics.push_back(std::move(topic));
  }
  for (int i = 0; i < size.groups && size.topics > 0; ++i) {
    spec.groups.push_back(MakeGroup(spec, size, i));
  }
  return spec;
}

ClusterSpec SizeL(int brokers) {
  ClusterSpec spec = Sized({.brokers = brokers,
                            .topics = 1'000,
                            .partitions = 10,
                            .replication = std::min(brokers, 3),
                            .groups = 1'000,
                            .partitions_per_group = 100});
  spec.name = "size-l";
  spec.lists_offsets_topic = false;  // 10,000 partitions to a client, not 10,050
  return spec;
}

}  // namespace klaxon::simulator
