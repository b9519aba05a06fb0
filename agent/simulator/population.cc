// What a cluster is made of: building it, creating and deleting topics and groups.
#include <algorithm>
#include <cmath>

#include "agent/simulator/cluster_state.h"
#include "agent/simulator/flow.h"
#include "agent/simulator/random.h"

namespace klaxon::simulator {
namespace {

constexpr double kSecondsADay = 86'400;
constexpr double kDaysKept = 1;
constexpr double kNothingDeletedYet = 1e15;
constexpr int64_t kBeyondTheEnd = 1'000;

kafka::wire::Uuid MakeId(uint64_t seed, std::string_view name, uint64_t version) {
  kafka::wire::Uuid id{};
  uint64_t number = Scatter(seed ^ version, name);
  for (uint8_t& byte : id) {
    byte = static_cast<uint8_t>(number);
    number = Mix(number);
  }
  return id;
}

/// Weights that add up to 1 and differ by up to a factor of three, as keys do.
void Weigh(Topic& topic, uint64_t seed) {
  double sum = 0;
  for (Partition& partition : topic.partitions) {
    seed = Mix(seed);
    partition.weight = 0.5 + Fraction(seed);
    sum += partition.weight;
  }
  for (Partition& partition : topic.partitions) {
    partition.weight /= sum;
  }
}

/// Replicas go round the brokers from a place that depends on the topic, leaders first.
void Place(const ClusterState& state, Topic& topic, int replication, uint64_t seed) {
  const size_t brokers = state.brokers.size();
  const size_t copies = std::min<size_t>(static_cast<size_t>(std::max(replication, 1)), brokers);
  for (size_t index = 0; index < topic.partitions.size(); ++index) {
    Partition& partition = topic.partitions[index];
    for (size_t copy = 0; copy < copies; ++copy) {
      const Broker& broker = state.brokers[(seed + index + copy) % brokers];
      partition.replicas.push_back(broker.id);
      if (!broker.fenced) {
        partition.in_sync.push_back(broker.id);
      }
    }
    partition.leader = partition.in_sync.empty() ? -1 : partition.in_sync.front();
  }
}

void AddTopic(ClusterState& state, const TopicSpec& spec, double days_of_history) {
  const uint64_t seed = Scatter(state.seed, spec.name);
  Topic topic{.name = spec.name,
              .id = MakeId(state.seed, spec.name, state.version),
              .internal = spec.internal,
              .min_in_sync = spec.min_in_sync,
              .rate = spec.rate,
              .phase = Fraction(seed),
              .record = spec.record};
  topic.partitions.resize(static_cast<size_t>(std::max(spec.partitions, 1)));
  Weigh(topic, seed);
  Place(state, topic, spec.replication, seed % 1'000);
  for (Partition& partition : topic.partitions) {
    const double daily = topic.rate * partition.weight * kSecondsADay;
    partition.end = std::floor(daily * days_of_history);
    partition.kept =
        days_of_history > 0 ? std::min(partition.end, daily * kDaysKept) : kNothingDeletedYet;
    partition.start = std::max<int64_t>(0, partition.End() - static_cast<int64_t>(partition.kept));
  }
  state.topic_index[spec.name] = static_cast<uint32_t>(state.topics.size());
  state.topics.push_back(std::move(topic));
  ++state.version;
}

GroupPartition StartReading(const GroupSpec& spec, uint32_t topic, int32_t index,
                            const Partition& partition) {
  const int64_t committed = std::max(partition.start, partition.End() - spec.initial_lag);
  return {.topic = topic,
          .partition = index,
          .position = static_cast<double>(committed),
          .committed = committed};
}

std::vector<GroupPartition> Subscribe(const ClusterState& state, const GroupSpec& spec) {
  const size_t most = spec.partitions > 0 ? static_cast<size_t>(spec.partitions) : SIZE_MAX;
  std::vector<GroupPartition> subscribed;
  for (const std::string& name : spec.topics) {
    const auto found = state.topic_index.find(name);
    if (found == state.topic_index.end()) {
      continue;
    }
    const Topic& topic = state.topics[found->second];
    for (size_t i = 0; i < topic.partitions.size() && subscribed.size() < most; ++i) {
      subscribed.push_back(
          StartReading(spec, found->second, static_cast<int32_t>(i), topic.partitions[i]));
    }
  }
  subscribed.shrink_to_fit();
  return subscribed;
}

void AddBrokers(ClusterState& state, int count) {
  for (int32_t id = 1; id <= count; ++id) {
    Broker broker;
    broker.id = id;
    broker.rack = std::string("rack-") + static_cast<char>('a' + (id - 1) % 3);
    broker.advertised_host = "127.0.0.1";
    broker.alive_changed = state.now.mono;
    state.brokers.push_back(std::move(broker));
  }
}

}  // namespace

ClusterState Build(const ClusterSpec& spec, Instant now) {
  ClusterState state;
  state.name = spec.name;
  state.cluster_id = spec.cluster_id;
  state.timings = spec.timings;
  state.seed = spec.seed;
  state.lists_offsets_topic = spec.lists_offsets_topic;
  state.started = state.now = now;
  AddBrokers(state, std::max(spec.brokers, 1));
  AddTopic(state,
           {.name = "__consumer_offsets",
            .partitions = spec.offsets_topic_partitions,
            .replication = 3,
            .rate = 5,
            .internal = true},
           1);
  state.topics.reserve(spec.topics.size() + 1);
  for (const TopicSpec& topic : spec.topics) {
    AddTopic(state, topic, 1 + 6 * Fraction(Scatter(state.seed, topic.name + " age")));
  }
  state.groups.reserve(spec.groups.size());
  for (const GroupSpec& group : spec.groups) {
    CreateGroup(state, group);
  }
  return state;
}

bool CreateTopic(ClusterState& state, const TopicSpec& spec) {
  if (!HasQuorum(state)) {
    return false;
  }
  DeleteTopic(state, spec.name);
  AddTopic(state, spec, 0);
  return true;
}

bool DeleteTopic(ClusterState& state, std::string_view name) {
  const auto found = state.topic_index.find(std::string(name));
  if (found == state.topic_index.end() || !HasQuorum(state)) {
    return false;
  }
  const uint32_t gone = found->second;
  state.topic_index.erase(found);
  state.topics[gone].deleted = true;
  state.topics[gone].partitions = {};
  for (Group& group : state.groups) {
    std::erase_if(group.partitions, [gone](const GroupPartition& at) { return at.topic == gone; });
  }
  ++state.version;
  return true;
}

bool RecreateTopic(ClusterState& state, std::string_view name) {
  Topic* topic = FindTopic(state, name);
  if (topic == nullptr || !HasQuorum(state)) {
    return false;
  }
  ++state.version;
  topic->id = MakeId(state.seed, name, state.version);
  for (Partition& partition : topic->partitions) {
    partition.end = 0;
    partition.start = 0;
    partition.hung_at = -1;
    partition.kept = kNothingDeletedYet;
  }
  return true;
}

void CreateGroup(ClusterState& state, const GroupSpec& spec) {
  DeleteGroup(state, spec.name);
  Group group{.name = spec.name,
              .kind = spec.kind,
              .members = spec.members,
              .speed = spec.speed,
              .coordinator_partition = CoordinatorPartition(state, spec.name),
              .phase = Fraction(Scatter(state.seed, spec.name)),
              .partitions = Subscribe(state, spec),
              .client_prefix = spec.client_prefix};
  if (spec.beyond_end && !group.partitions.empty()) {
    group.partitions.front().committed += kBeyondTheEnd + spec.initial_lag;
    group.partitions.front().position = static_cast<double>(group.partitions.front().committed);
  }
  const bool keeps_commits = spec.kind != GroupKind::kShare;  // those of share groups are elsewhere
  const size_t never =
      keeps_commits ? std::min(group.partitions.size(), static_cast<size_t>(spec.never_committed))
                    : group.partitions.size();
  for (size_t i = group.partitions.size() - never; i < group.partitions.size(); ++i) {
    group.partitions[i].position = -1;
    group.partitions[i].committed = -1;
  }
  state.group_index[spec.name] = static_cast<uint32_t>(state.groups.size());
  state.groups.push_back(std::move(group));
  ++state.version;
}

bool DeleteGroup(ClusterState& state, std::string_view name) {
  const auto found = state.group_index.find(std::string(name));
  if (found == state.group_index.end()) {
    return false;
  }
  const uint32_t gone = found->second;
  state.group_index.erase(found);
  if (gone + 1 != state.groups.size()) {
    state.groups[gone] = std::move(state.groups.back());
    state.group_index[state.groups[gone].name] = gone;
  }
  state.groups.pop_back();
  ++state.version;
  return true;
}

}  // namespace klaxon::simulator
