#include <catch2/catch_test_macros.hpp>

#include "tests/collectors/kafka/bench.h"

namespace klaxon::kafka_collector {
namespace {

using wire::ApiKey;
using wire::ErrorCode;

TEST_CASE("every partition's end and beginning come from its leader", "[kafka]") {
  Bench bench;
  bench.cluster.AddTopic("orders", 5, 100);
  bench.cluster.topics["orders"].partitions[3].latest = 333;
  bench.cluster.topics["orders"].partitions[3].earliest = 33;
  bench.Poll();
  const PartitionFacts& third = bench.Topic("orders").partitions[3];
  CHECK(third.latest.offset == 333);
  CHECK(third.earliest.offset == 33);
  CHECK(third.latest.answer->source == "ListOffsets of broker 1");
  CHECK(bench.Topic("orders").partitions[1].latest.answer->source == "ListOffsets of broker 2");
}

TEST_CASE("beginnings are read once a minute and live longer", "[kafka]") {
  Bench bench;
  bench.cluster.AddTopic("orders", 3, 100);
  bench.Poll();
  CHECK(bench.client->TakeCounts()[ApiKey::kListOffsets] == 6);
  const AnswerRef first = bench.Topic("orders").partitions[0].earliest.answer;
  CHECK(first->good_for == std::chrono::minutes{3});
  for (int poll = 0; poll < 5; ++poll) {
    bench.Poll();
    CHECK(bench.client->TakeCounts()[ApiKey::kListOffsets] == 3);
    CHECK(bench.Topic("orders").partitions[0].earliest.answer == first);
  }
  bench.Poll();
  CHECK(bench.client->TakeCounts()[ApiKey::kListOffsets] == 6);
  CHECK(bench.IsCurrent(bench.Topic("orders").partitions[0].earliest.answer));
}

TEST_CASE("a new partition's beginning is read at once", "[kafka]") {
  Bench bench;
  bench.cluster.AddTopic("orders", 3, 100);
  bench.Poll();
  bench.cluster.AddTopic("orders", 4, 100);
  bench.cluster.topics["orders"].id = bench.Topic("orders").id;
  bench.cluster.topics["orders"].partitions[3].earliest = 12;
  bench.Poll();
  CHECK(bench.Topic("orders").partitions[3].earliest.offset == 12);
}

TEST_CASE("a partition that its leader refuses keeps its last offset and the reason", "[kafka]") {
  Bench bench;
  bench.cluster.AddTopic("orders", 6, 100);
  bench.Poll();
  const AnswerRef before = bench.Topic("orders").partitions[0].latest.answer;
  for (auto& partition : bench.cluster.topics["orders"].partitions) {
    partition.latest = 200;
  }
  bench.cluster.topics["orders"].partitions[0].error = ErrorCode::kNotLeaderOrFollower;
  bench.cluster.topics["orders"].partitions[3].error = ErrorCode::kNotLeaderOrFollower;
  bench.Poll();
  const PartitionFacts& refused = bench.Topic("orders").partitions[0];
  CHECK(refused.latest.offset == 100);
  CHECK(refused.latest.answer->taken_at == before->taken_at);
  REQUIRE(ErrorIn(refused.latest.answer) != nullptr);
  CHECK(ErrorIn(refused.latest.answer)->message() == "broker 1 says NOT_LEADER_OR_FOLLOWER");
  CHECK(bench.Topic("orders").partitions[1].latest.offset == 200);
  REQUIRE(bench.ProblemOf("offsets of broker 1") != nullptr);
  CHECK(bench.ProblemOf("offsets of broker 1")->message() ==
        "broker 1 says NOT_LEADER_OR_FOLLOWER for 2 partitions, e.g. orders-0");
}

TEST_CASE("a partition without a leader is not asked for, and never 0 or -1", "[kafka]") {
  Bench bench;
  bench.cluster.AddTopic("orders", 3, 100).AddTopic("born-dead", 1, 0);
  bench.cluster.topics["born-dead"].partitions[0].leader = -1;
  bench.Poll();
  CHECK(bench.Topic("born-dead").partitions[0].leader == -1);
  CHECK(bench.Topic("born-dead").partitions[0].latest.answer == nullptr);
  bench.cluster.topics["orders"].partitions[1].leader = -1;
  bench.Poll();
  CHECK(bench.Topic("orders").partitions[1].latest.offset == 100);
  CHECK(ErrorIn(bench.Topic("orders").partitions[1].latest.answer) != nullptr);
  CHECK(bench.problems.empty());
}

TEST_CASE("a cluster larger than one request is asked in pieces", "[kafka]") {
  Bench bench;
  bench.cluster.AddTopic("wide", 50'000, 7);
  bench.Poll();
  bench.Poll();
  bench.client->TakeCounts();
  bench.Poll();
  CHECK(bench.client->TakeCounts()[ApiKey::kListOffsets] == 6);  // two a broker
  for (const PartitionFacts& partition : bench.Topic("wide").partitions) {
    REQUIRE(bench.IsCurrent(partition.latest.answer));
  }
}

}  // namespace
}  // namespace klaxon::kafka_collector
