#include "agent/analysis/connect/join.h"

#include <algorithm>

#include <fmt/format.h>

namespace klaxon::analysis {
namespace {

/// What REST tells of a Connect cluster that its group can be known by.
struct Traits {
  std::set<std::string> workers{};  ///< "host:port"
  std::set<std::string> connectors{};
};

Traits TraitsOf(const ConnectFacts& facts) {
  Traits traits;
  for (const ConnectWorkerFacts& worker : facts.workers) {
    traits.workers.insert(WorkerIdOf(worker.entity->name));
  }
  for (const ConnectorFacts& connector : facts.connectors) {
    traits.connectors.insert(connector.entity->name);
    traits.workers.insert(connector.worker);
    for (const ConnectTaskFacts& task : connector.tasks) {
      traits.workers.insert(task.worker);
    }
  }
  traits.workers.erase("");
  return traits;
}

/// How much of it a group shares. Names of connectors may be the same in two clusters, addresses
/// are not.
size_t Likeness(const ConnectGroupFacts& group, const Traits& traits) {
  constexpr size_t kAddress = 1'000;
  size_t shared = 0;
  for (const ConnectMemberFacts& member : group.members) {
    shared += traits.workers.contains(WorkerIdOf(member.url)) ? kAddress : 0;
    shared +=
        static_cast<size_t>(std::ranges::count_if(member.carries, [&](const ConnectWork& work) {
          return traits.connectors.contains(work.connector);
        }));
  }
  return shared;
}

const GroupFacts* MostAlike(const ConnectFacts& facts, const KafkaFacts& kafka) {
  const Traits traits = TraitsOf(facts);
  const GroupFacts* best = nullptr;
  size_t most = 0;
  for (const GroupFacts& group : kafka.groups) {
    const size_t likeness = group.connect == nullptr ? 0 : Likeness(*group.connect, traits);
    if (likeness > most) {
      most = likeness;
      best = &group;
    }
  }
  return best;
}

std::string NoGroup(const KafkaFacts& kafka, const std::string& cluster) {
  const auto count = std::ranges::count_if(
      kafka.groups, [](const GroupFacts& group) { return group.connect != nullptr; });
  return count == 0 ? fmt::format(
                          "no group of Connect workers is seen in Kafka cluster {}: standalone, or "
                          "Describe on the group is not permitted",
                          cluster)
                    : fmt::format(
                          "none of the {} groups of Connect workers in Kafka cluster {} has these "
                          "workers or connectors",
                          count, cluster);
}

}  // namespace

JoinedCluster ClusterOf(const Section& section, const ConnectFacts& facts,
                        const std::vector<KafkaPart>& kafka) {
  const std::string& id = facts.kafka_cluster_id;
  for (const KafkaPart& part : kafka) {
    if (!id.empty() && part.facts.cluster_id == id) {
      return {.part = &part};
    }
  }
  for (const KafkaPart& part : kafka) {
    const bool told = !id.empty() && !part.facts.cluster_id.empty();
    if (part.section.cluster == section.cluster && !told) {
      return {.part = &part};
    }
  }
  return {.unknown = kafka.empty()
                         ? "no Kafka cluster has answered beside it"
                         : fmt::format("its Kafka cluster, {}, is not among those that are watched",
                                       id.empty() ? "whose id it does not tell" : "id " + id)};
}

ConnectWorkersGroup WorkersGroupOf(const ConnectFacts& facts, const JoinedCluster& cluster,
                                   const std::string& known_as, const Instant& now) {
  ConnectWorkersGroup joined;
  if (cluster.part == nullptr) {
    joined.unknown = cluster.unknown;
    return joined;
  }
  joined.kafka = cluster.part->section.cluster;
  const KafkaFacts& kafka = cluster.part->facts;
  const GroupFacts* group = MostAlike(facts, kafka);
  if (group == nullptr && !known_as.empty()) {
    group = FindGroup(kafka, known_as);
  }
  if (group == nullptr) {
    joined.unknown = NoGroup(kafka, joined.kafka);
    return joined;
  }
  joined.entity = group->entity;
  joined.state = group->state;
  joined.described = group->described;
  if (!IsFresh(group->described, now) || group->connect == nullptr) {
    joined.unknown = fmt::format("group {} was not described for too long", group->entity->name);
    return joined;
  }
  joined.facts = group->connect;
  return joined;
}

const GroupFacts* FindGroup(const KafkaFacts& facts, const std::string& name) {
  const auto found = std::ranges::lower_bound(
      facts.groups, name, {},
      [](const GroupFacts& group) -> const std::string& { return group.entity->name; });
  return found != facts.groups.end() && found->entity->name == name ? &*found : nullptr;
}

const TopicFacts* FindTopic(const KafkaFacts& facts, const std::string& name) {
  const auto found = std::ranges::lower_bound(
      facts.topics, name, {},
      [](const TopicFacts& topic) -> const std::string& { return topic.entity->name; });
  return found != facts.topics.end() && found->entity->name == name ? &*found : nullptr;
}

}  // namespace klaxon::analysis
