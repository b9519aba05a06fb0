#include <algorithm>
#include <map>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "agent/simulator/cluster_state.h"
#include "tests/collectors/kafka/simulated/bench.h"

namespace klaxon::kafka_collector {
namespace {

/// "topic-partition" to offset.
using Offsets = std::map<std::string, int64_t>;

Offsets CommitsOf(const simulator::ClusterState& state, const simulator::Group& group) {
  Offsets offsets;
  for (const simulator::GroupPartition& part : group.partitions) {
    if (part.committed >= 0) {
      offsets[state.topics[part.topic].name + "-" + std::to_string(part.partition)] =
          part.committed;
    }
  }
  return offsets;
}

Offsets CommitsOf(const GroupFacts& group) {
  Offsets offsets;
  for (const GroupTopicFacts& topic : group.topics) {
    for (const CommitFacts& commit : topic.commits) {
      offsets[topic.topic->name + "-" + std::to_string(commit.partition)] = commit.offset;
    }
  }
  return offsets;
}

GroupKind KindOf(simulator::GroupKind kind) {
  switch (kind) {
    case simulator::GroupKind::kClassic:
    case simulator::GroupKind::kConnect:
      return GroupKind::kClassic;
    case simulator::GroupKind::kConsumer:
      return GroupKind::kConsumer;
    case simulator::GroupKind::kShare:
      return GroupKind::kShare;
  }
  std::abort();
}

void CheckTopic(const TopicFacts& read, const simulator::Topic& truth) {
  INFO(truth.name);
  CHECK(read.id == truth.id);
  CHECK(read.internal == truth.internal);
  REQUIRE(read.partitions.size() == truth.partitions.size());
  for (size_t i = 0; i < read.partitions.size(); ++i) {
    const PartitionFacts& partition = read.partitions[i];
    const simulator::Partition& real = truth.partitions[i];
    CHECK(partition.partition == static_cast<int32_t>(i));
    CHECK(partition.leader == real.leader);
    CHECK(partition.leader_epoch == real.leader_epoch);
    CHECK(partition.replicas == real.replicas);
    CHECK(partition.in_sync == real.in_sync);
    CHECK(partition.latest.offset == real.End());
    CHECK(partition.earliest.offset == real.start);
  }
}

void CheckAgainst(const SimulatedBench& bench) {
  const simulator::ClusterState truth = bench.cluster->Snapshot();
  const KafkaFacts& facts = *bench.facts;
  CHECK(facts.cluster_id == truth.cluster_id);
  CHECK(facts.brokers.size() == truth.brokers.size());
  CHECK(facts.controller == truth.quorum.leader);
  CHECK(facts.proof == MetadataProof::kProven);
  CHECK(facts.topics.size() == truth.topics.size());
  for (const TopicFacts& topic : facts.topics) {
    const simulator::Topic* real = FindTopic(truth, topic.entity->name);
    REQUIRE(real != nullptr);
    CheckTopic(topic, *real);
  }
  REQUIRE(facts.groups.size() == truth.groups.size());
  for (const GroupFacts& group : facts.groups) {
    INFO(group.entity->name);
    const simulator::Group* real = FindGroup(truth, group.entity->name);
    REQUIRE(real != nullptr);
    CHECK(group.coordinator == CoordinatorOf(truth, real->name));
    CHECK(group.state == StateName(*real));
    const bool classic = TypeName(real->kind) == "classic";
    CHECK(group.kind == KindOf(real->kind));
    CHECK(group.members_unknown.has_value() == !classic);
    CHECK(group.members.size() == (classic ? static_cast<size_t>(real->members) : 0));
    CHECK(CommitsOf(group) == CommitsOf(truth, *real));
    for (const GroupTopicFacts& topic : group.topics) {
      REQUIRE(topic.topic_index >= 0);
      CHECK(facts.topics[static_cast<size_t>(topic.topic_index)].entity == topic.topic);
    }
  }
}

simulator::ClusterSpec Varied() {
  simulator::ClusterSpec spec = simulator::ShopCluster();
  spec.timings.step = Duration::zero();
  spec.groups.push_back(
      {.name = "never-done", .topics = {spec.topics[0].name}, .never_committed = 2});
  spec.groups.push_back({.name = "beyond", .topics = {spec.topics[0].name}, .beyond_end = true});
  spec.groups.push_back({.name = "left", .topics = {spec.topics[0].name}, .members = 0});
  return spec;
}

TEST_CASE("everything read is what is true at rest", "[kafka]") {
  SimulatedBench bench(Varied());
  bench.Poll();
  INFO(bench.AllProblems());
  CHECK(bench.problems.empty());
  CheckAgainst(bench);
}

TEST_CASE("an old cluster in ZooKeeper mode is read as truly, as far as it tells", "[kafka]") {
  using wire::ApiKey;
  simulator::ClusterSpec spec = StillCluster(3);
  // Kafka 2.8 in ZooKeeper mode.
  spec.newest = {{ApiKey::kMetadata, 11},      {ApiKey::kListOffsets, 6},
                 {ApiKey::kOffsetFetch, 7},    {ApiKey::kFindCoordinator, 3},
                 {ApiKey::kListGroups, 4},     {ApiKey::kDescribeGroups, 5},
                 {ApiKey::kDescribeQuorum, -1}};
  SimulatedBench bench(spec);
  bench.Poll();
  INFO(bench.AllProblems());
  CHECK(bench.problems.empty());
  CHECK(bench.facts->proof == MetadataProof::kUnproven);
  CHECK(bench.facts->controller);
  const simulator::ClusterState truth = bench.cluster->Snapshot();
  REQUIRE(bench.facts->groups.size() == truth.groups.size());
  for (const GroupFacts& group : bench.facts->groups) {
    CHECK(CommitsOf(group) == CommitsOf(truth, *FindGroup(truth, group.entity->name)));
  }
}

TEST_CASE("topics and groups that come and go are followed", "[kafka]") {
  SimulatedBench bench(StillCluster(3));
  bench.Poll();
  const size_t topics = bench.facts->topics.size();
  bench.cluster->Change([](simulator::ClusterState& state) {
    CreateTopic(state, {.name = "brand-new", .partitions = 4});
    DeleteTopic(state, "topic-0001");
    RecreateTopic(state, "topic-0002");
  });
  bench.Poll();
  CHECK(bench.problems.empty());
  CHECK(bench.facts->topics.size() == topics);
  const auto named = [&](const char* name) {
    return std::find_if(bench.facts->topics.begin(), bench.facts->topics.end(),
                        [&](const TopicFacts& topic) { return topic.entity->name == name; });
  };
  CHECK(named("topic-0001") == bench.facts->topics.end());
  REQUIRE(named("brand-new") != bench.facts->topics.end());
  CHECK(bench.IsNew(named("brand-new")->partitions[3].earliest.answer));
  REQUIRE(named("topic-0002") != bench.facts->topics.end());
  CHECK(bench.IsNew(named("topic-0002")->partitions[0].earliest.answer));
  CHECK(named("topic-0002")->partitions[0].latest.offset == 0);
}

}  // namespace
}  // namespace klaxon::kafka_collector
