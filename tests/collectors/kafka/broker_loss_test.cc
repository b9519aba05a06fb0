#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "collectors/kafka/coordinator.h"
#include "tests/collectors/kafka/bench.h"

namespace klaxon::kafka_collector {
namespace {

using wire::ApiKey;

/// Three brokers; every group is coordinated by the leader of its partition of the offsets topic.
void Fill(Bench& bench) {
  bench.cluster.AddTopic("orders", 6, 100).AddTopic(kOffsetsTopic, 6, 1);
  for (int i = 0; i < 12; ++i) {
    const std::string name = "group-" + std::to_string(i);
    bench.cluster.AddGroup(name, "orders", 90);
    bench.cluster.groups[name].coordinator = CoordinatorPartition(name, 6) % 3 + 1;
  }
}

void Produce(Bench& bench) {
  for (auto& partition : bench.cluster.topics["orders"].partitions) {
    partition.latest += 10;
  }
}

TEST_CASE("a silent broker's values stay and age, the others' are new", "[kafka]") {
  Bench bench;
  Fill(bench);
  bench.Poll();
  const Instant before = bench.clock.Now();
  const int32_t silent = GENERATE(1, 2, 3);
  bench.cluster.brokers[silent].silent = true;
  for (int poll = 0; poll < 4; ++poll) {
    Produce(bench);
    const Reading reading = bench.Poll();
    CHECK(reading.answered);
    CHECK(bench.facts->proof == MetadataProof::kProven);
    CHECK(bench.facts->groups.size() == 12);
    for (const PartitionFacts& partition : bench.Topic("orders").partitions) {
      const bool lost = partition.leader == silent;
      CHECK(bench.IsCurrent(partition.latest.answer) == !lost);
      CHECK(partition.latest.offset == (lost ? 100 : 110 + 10 * poll));
      CHECK((partition.latest.answer->taken_at == before) == lost);
    }
    for (const GroupFacts& group : bench.facts->groups) {
      const bool lost = group.coordinator == silent;
      CHECK(bench.IsCurrent(group.listed) == !lost);
      CHECK(bench.IsCurrent(group.described) == !lost);
      CHECK(bench.IsCurrent(group.committed) == !lost);
      CHECK(group.topics[0].commits.size() == 6);
      CHECK(group.topics[0].topic_index == 1);
    }
    for (const BrokerFacts& broker : bench.facts->brokers) {
      CHECK(broker.error.has_value() == (broker.id == silent));
    }
    REQUIRE(bench.ProblemOf("broker " + std::to_string(silent)) != nullptr);
    CHECK(bench.problems.size() == 1);
  }
  bench.cluster.brokers[silent].silent = false;
  bench.Poll();
  CHECK(bench.problems.empty());
  for (const PartitionFacts& partition : bench.Topic("orders").partitions) {
    CHECK(bench.IsCurrent(partition.latest.answer));
  }
}

TEST_CASE("a broker that dies leaves the cluster without deleting its groups", "[kafka]") {
  Bench bench;
  Fill(bench);
  bench.Poll();
  // Broker 2 is gone; what it led has no leader yet, and nobody coordinates its groups.
  bench.cluster.brokers.erase(2);
  for (auto* topic : {&bench.cluster.topics["orders"], &bench.cluster.topics[kOffsetsTopic]}) {
    for (auto& partition : topic->partitions) {
      if (partition.leader == 2) {
        partition.leader = -1;
        ++partition.epoch;
      }
    }
  }
  bench.Poll();
  CHECK(bench.facts->brokers.size() == 2);
  CHECK(bench.facts->groups.size() == 12);
  // Broker 3 takes over; in this very moment it has not read its log, and lists nothing.
  for (auto& partition : bench.cluster.topics[kOffsetsTopic].partitions) {
    if (partition.leader < 0) {
      partition.leader = 3;
      ++partition.epoch;
    }
  }
  bench.Poll();
  CHECK(bench.facts->groups.size() == 12);
  bench.cluster.brokers[3].loading = true;
  bench.Poll();
  CHECK(bench.facts->groups.size() == 12);
  bench.cluster.brokers[3].loading = false;
  for (auto& [name, group] : bench.cluster.groups) {
    group.coordinator = group.coordinator == 2 ? 3 : group.coordinator;
  }
  bench.Poll();
  CHECK(bench.facts->groups.size() == 12);
  CHECK(bench.problems.empty());
  for (const GroupFacts& group : bench.facts->groups) {
    CHECK(group.coordinator != 2);
    CHECK(bench.IsCurrent(group.committed));
  }
  bench.cluster.groups.erase("group-0");
  bench.Poll();
  CHECK(bench.facts->groups.size() == 11);
}

TEST_CASE("the broker that told the metadata dies and another one tells it", "[kafka]") {
  Bench bench;
  Fill(bench);
  bench.Poll();
  CHECK(bench.facts->metadata->source == "Metadata of broker 1");
  bench.cluster.brokers[1].unreachable = true;
  bench.Poll();
  CHECK(bench.facts->metadata->source == "Metadata of broker 2");
  CHECK(bench.facts->proof == MetadataProof::kProven);
  CHECK(bench.ProblemOf("broker 1") != nullptr);
  CHECK(bench.ProblemOf("metadata") == nullptr);
}

TEST_CASE("a broker that joins is asked in the same poll", "[kafka]") {
  Bench bench;
  Fill(bench);
  bench.Poll();
  bench.cluster.AddBrokers(1);
  bench.cluster.topics["orders"].partitions[0].leader = 4;
  bench.cluster.topics["orders"].partitions[0].latest = 400;
  bench.Poll();
  CHECK(bench.facts->brokers.size() == 4);
  CHECK(bench.Topic("orders").partitions[0].latest.offset == 400);
  CHECK(bench.problems.empty());
}

TEST_CASE("a broker that speaks no ListGroups we know hides only its groups", "[kafka]") {
  Bench bench;
  Fill(bench);
  bench.cluster.brokers[2].newest[ApiKey::kListGroups] = -1;
  bench.Poll();
  CHECK(bench.IsCurrent(bench.Topic("orders").partitions[1].latest.answer));
  CHECK(bench.facts->group_lists[1] == nullptr);
  REQUIRE(bench.ProblemOf("broker 2") != nullptr);
  CHECK(bench.ProblemOf("broker 2")->reason() == Reason::kUnsupported);
}

}  // namespace
}  // namespace klaxon::kafka_collector
