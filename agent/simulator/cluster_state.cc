#include "agent/simulator/cluster_state.h"

#include <algorithm>
#include <cstdlib>

namespace klaxon::simulator {
namespace {

/// Java's String.hashCode, made positive as org.apache.kafka.common.utils.Utils.abs does.
uint32_t JavaHash(std::string_view text) {
  uint32_t hash = 0;
  for (const char letter : text) {
    hash = hash * 31 + static_cast<uint8_t>(letter);
  }
  const auto number = static_cast<int32_t>(hash);
  return number == INT32_MIN ? 0 : static_cast<uint32_t>(std::abs(number));
}

}  // namespace

const Broker* FindBroker(const ClusterState& state, int32_t id) {
  const bool known = id >= 1 && static_cast<size_t>(id) <= state.brokers.size();
  return known ? &state.brokers[static_cast<size_t>(id) - 1] : nullptr;
}

Broker* FindBroker(ClusterState& state, int32_t id) {
  return const_cast<Broker*>(FindBroker(std::as_const(state), id));
}

const Topic* FindTopic(const ClusterState& state, std::string_view name) {
  const auto found = state.topic_index.find(std::string(name));
  return found == state.topic_index.end() ? nullptr : &state.topics[found->second];
}

Topic* FindTopic(ClusterState& state, std::string_view name) {
  return const_cast<Topic*>(FindTopic(std::as_const(state), name));
}

const Group* FindGroup(const ClusterState& state, std::string_view name) {
  const auto found = state.group_index.find(std::string(name));
  return found == state.group_index.end() ? nullptr : &state.groups[found->second];
}

Group* FindGroup(ClusterState& state, std::string_view name) {
  return const_cast<Group*>(FindGroup(std::as_const(state), name));
}

int32_t CoordinatorPartition(const ClusterState& state, std::string_view group) {
  return static_cast<int32_t>(JavaHash(group) % state.topics.front().partitions.size());
}

int32_t CoordinatorOf(const ClusterState& state, std::string_view group) {
  const auto partition = static_cast<size_t>(CoordinatorPartition(state, group));
  return state.topics.front().partitions[partition].leader;
}

bool HasQuorum(const ClusterState& state) {
  const size_t voters = VoterCount(state);
  const auto last = state.brokers.begin() + static_cast<std::ptrdiff_t>(voters);
  const auto alive =
      std::count_if(state.brokers.begin(), last, [](const Broker& broker) { return broker.alive; });
  return !state.quorum.cut && static_cast<size_t>(alive) * 2 > voters;
}

size_t VoterCount(const ClusterState& state) {
  return std::min<size_t>(state.brokers.size(), 3);
}

std::string_view StateName(const Group& group) {
  if (group.members == 0) {
    return "Empty";
  }
  if (!group.rebalancing) {
    return "Stable";
  }
  return group.kind == GroupKind::kConsumer ? "Reconciling" : "PreparingRebalance";
}

std::string_view TypeName(GroupKind kind) {
  switch (kind) {
    case GroupKind::kClassic:
    case GroupKind::kConnect:
      return "classic";
    case GroupKind::kConsumer:
      return "consumer";
    case GroupKind::kShare:
      return "share";
  }
  std::abort();
}

std::string_view ProtocolType(GroupKind kind) {
  switch (kind) {
    case GroupKind::kClassic:
    case GroupKind::kConsumer:
      return "consumer";
    case GroupKind::kConnect:
      return "connect";
    case GroupKind::kShare:
      return "share";
  }
  std::abort();
}

}  // namespace klaxon::simulator
