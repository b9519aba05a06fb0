#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/collectors/kafka/bench.h"

namespace klaxon::kafka_collector {
namespace {

using wire::ApiKey;
using wire::ErrorCode;

TEST_CASE("the first poll tells brokers, topics and the controller", "[kafka]") {
  Bench bench;
  bench.cluster.AddTopic("orders", 4, 100).AddTopic("__consumer_offsets", 50, 7);
  const Reading reading = bench.Poll();
  CHECK(reading.answered);
  CHECK(reading.problems.empty());
  CHECK(bench.facts->cluster_id == "cluster-1");
  REQUIRE(bench.facts->brokers.size() == 3);
  CHECK(bench.facts->brokers[2].id == 3);
  CHECK(bench.facts->brokers[2].host == "kafka-3");
  CHECK_FALSE(bench.facts->brokers[2].error);
  CHECK(bench.facts->proof == MetadataProof::kProven);
  CHECK(bench.facts->controller == 1);
  CHECK(bench.IsCurrent(bench.facts->controller_answer));
  CHECK(bench.IsCurrent(bench.facts->leadership));
  REQUIRE(bench.facts->topics.size() == 2);
  CHECK(bench.facts->topics[0].entity->name == "__consumer_offsets");
  CHECK(bench.facts->topics[0].internal);
  CHECK(bench.Topic("orders").partitions[1].leader == 2);
}

TEST_CASE("a poll lists every answer that a fact refers to, once", "[kafka]") {
  Bench bench;
  bench.cluster.AddTopic("orders", 6, 100).AddGroup("shop", "orders", 90);
  for (int poll = 0; poll < 3; ++poll) {
    if (poll == 2) {
      bench.cluster.brokers[2].silent = true;
    }
    bench.Poll();
    std::set<AnswerRef> listed(bench.facts->answers.begin(), bench.facts->answers.end());
    CHECK(listed.size() == bench.facts->answers.size());
    CHECK_FALSE(listed.contains(nullptr));
    std::set<AnswerRef> used = {bench.facts->metadata, bench.facts->leadership,
                                bench.facts->controller_answer};
    used.insert(bench.facts->group_lists.begin(), bench.facts->group_lists.end());
    for (const TopicFacts& topic : bench.facts->topics) {
      for (const PartitionFacts& partition : topic.partitions) {
        used.insert({partition.latest.answer, partition.earliest.answer});
      }
    }
    for (const GroupFacts& group : bench.facts->groups) {
      used.insert({group.listed, group.described, group.committed});
    }
    used.erase(nullptr);
    CHECK(std::includes(listed.begin(), listed.end(), used.begin(), used.end()));
  }
}

TEST_CASE("a cluster without a quorum leader keeps what was proven, ageing", "[kafka]") {
  Bench bench;
  bench.cluster.AddTopic("orders", 3, 100);
  bench.Poll();
  const AnswerRef proven = bench.facts->leadership;
  bench.cluster.quorum_leader = -1;
  bench.cluster.topics["orders"].partitions[0].leader = 3;
  bench.cluster.topics.erase("__consumer_offsets");
  for (int poll = 0; poll < 3; ++poll) {
    bench.Poll();
    CHECK(bench.facts->proof == MetadataProof::kDoubtful);
    CHECK(bench.facts->leadership->taken_at == proven->taken_at);
    REQUIRE(ErrorIn(bench.facts->leadership) != nullptr);
    CHECK(ErrorIn(bench.facts->leadership)->reason() == Reason::kRefused);
    CHECK(ErrorIn(bench.facts->controller_answer) != nullptr);
    CHECK(bench.Topic("orders").partitions[0].leader == 1);
    CHECK(bench.ProblemOf("quorum") != nullptr);
  }
  bench.Poll();
  CHECK(FreshnessOf(bench.facts->leadership, bench.clock.Now()) == Freshness::kStale);
  bench.cluster.quorum_leader = 2;
  bench.Poll();
  CHECK(bench.facts->proof == MetadataProof::kProven);
  CHECK(bench.facts->controller == 2);
  CHECK(bench.IsCurrent(bench.facts->leadership));
  CHECK(bench.Topic("orders").partitions[0].leader == 3);
  CHECK(bench.problems.empty());
}

TEST_CASE("a broker cut off from its quorum is not believed while another one is not", "[kafka]") {
  Bench bench;
  bench.cluster.AddTopic("orders", 3, 100);
  bench.Poll();
  bench.cluster.brokers[1].cut_off = true;
  bench.Poll();
  CHECK(bench.facts->proof == MetadataProof::kProven);
  CHECK(bench.IsCurrent(bench.facts->leadership));
  CHECK(bench.facts->metadata->source == "Metadata of broker 2");
  bench.client->TakeCounts();
  bench.Poll();  // and is not asked first any more
  CHECK(bench.client->TakeCounts()[ApiKey::kMetadata] == 1);
}

TEST_CASE("a cluster cut off from its quorum still tells groups and offsets", "[kafka]") {
  Bench bench;
  bench.cluster.AddTopic("orders", 3, 100).AddGroup("shop", "orders", 90);
  bench.Poll();
  for (auto& [id, broker] : bench.cluster.brokers) {
    broker.cut_off = true;
  }
  bench.Poll();
  bench.cluster.topics["orders"].partitions[2].latest = 170;
  bench.Poll();
  CHECK(bench.facts->proof == MetadataProof::kDoubtful);
  CHECK(bench.Topic("orders").partitions[2].latest.offset == 170);
  CHECK(bench.IsCurrent(bench.Topic("orders").partitions[2].latest.answer));
  CHECK(bench.IsCurrent(bench.Group("shop").committed));
}

TEST_CASE("the quorum is found again at any broker that has it", "[kafka]") {
  Bench bench;
  bench.cluster.AddTopic("orders", 3, 100);
  const int32_t whole = GENERATE(1, 2, 3);
  bench.Poll();
  for (auto& [id, broker] : bench.cluster.brokers) {
    broker.cut_off = true;
  }
  bench.Poll();
  bench.Poll();
  bench.cluster.brokers[whole].cut_off = false;
  for (int poll = 0; poll < 3 && bench.facts->proof != MetadataProof::kProven; ++poll) {
    bench.Poll();
  }
  CHECK(bench.facts->proof == MetadataProof::kProven);
  CHECK(bench.facts->metadata->source == "Metadata of broker " + std::to_string(whole));
}

TEST_CASE("a cluster in doubt that moved to other addresses is found again", "[kafka]") {
  Bench bench;
  bench.cluster.AddTopic("orders", 3, 100);
  bench.Poll();
  bench.cluster.quorum_leader = -1;
  bench.Poll();
  bench.cluster.quorum_leader = 7;
  bench.cluster.brokers.clear();
  bench.cluster.brokers[7] = {};
  for (auto& partition : bench.cluster.topics["orders"].partitions) {
    partition.leader = 7;
  }
  bench.Poll();
  CHECK(bench.facts->proof == MetadataProof::kProven);
  CHECK(bench.facts->controller == 7);
  CHECK(bench.ProblemOf("metadata") == nullptr);
  CHECK(bench.ProblemOf("quorum") == nullptr);
}

TEST_CASE("a cluster found without a quorum has names, but leaders are unknown", "[kafka]") {
  Bench bench;
  bench.cluster.AddTopic("orders", 3, 100);
  bench.cluster.quorum_leader = -1;
  bench.Poll();
  CHECK(bench.facts->proof == MetadataProof::kDoubtful);
  CHECK(bench.facts->topics.size() == 1);
  CHECK(bench.facts->leadership == nullptr);
  CHECK(bench.facts->controller_answer == nullptr);
  CHECK(bench.IsCurrent(bench.Topic("orders").partitions[0].latest.answer));
}

TEST_CASE("in ZooKeeper mode metadata is believed unproven and names the controller", "[kafka]") {
  Bench bench;
  for (auto& [id, broker] : bench.cluster.brokers) {
    broker.newest[ApiKey::kDescribeQuorum] = -1;
  }
  bench.cluster.AddTopic("orders", 3, 100);
  bench.Poll();
  CHECK(bench.facts->proof == MetadataProof::kUnproven);
  CHECK(bench.facts->controller == 2);
  CHECK(bench.IsCurrent(bench.facts->leadership));
  CHECK(bench.problems.empty());
}

TEST_CASE("without permission to ask the quorum the controller is unknown", "[kafka]") {
  Bench bench;
  bench.cluster.quorum_error = ErrorCode::kClusterAuthorizationFailed;
  bench.Poll();
  CHECK(bench.facts->proof == MetadataProof::kUnproven);
  CHECK_FALSE(bench.facts->controller);
  CHECK(bench.facts->controller_answer == nullptr);
  CHECK(bench.IsCurrent(bench.facts->leadership));
  REQUIRE(bench.ProblemOf("quorum") != nullptr);
  CHECK(bench.ProblemOf("quorum")->reason() == Reason::kUnauthorized);
}

TEST_CASE("what lists leave out without a trace is said, asked for once a minute", "[kafka]") {
  struct Row {
    bool cluster;
    bool topics;
    bool groups;
    std::vector<std::string> missing;
  };

  const std::string no_topics = "permissions: topics";
  const std::string no_groups = "permissions: groups";
  const std::vector<Row> rows{
      {true, true, true, {}},
      {true, false, true, {no_topics}},
      {true, true, false, {}},  // all groups are listed, and each says that it is refused
      {false, true, true, {}},  // each group is listed because of itself
      {false, true, false, {no_groups}},
      {false, false, false, {no_topics, no_groups}},
  };
  for (const Row& row : rows) {
    Bench bench;
    bench.cluster.operations = row.cluster ? 1 << 8 : 0;
    bench.cluster.may_describe_topics = row.topics;
    bench.cluster.may_describe_groups = row.groups;
    for (int poll = 0; poll < 5; ++poll) {
      bench.Poll();
      INFO(row.cluster << row.topics << row.groups);
      for (const std::string& scope : {no_topics, no_groups}) {
        const bool missing = std::count(row.missing.begin(), row.missing.end(), scope) == 1;
        REQUIRE((bench.ProblemOf(scope) != nullptr) == missing);
        CHECK((!missing || bench.ProblemOf(scope)->reason() == Reason::kUnauthorized));
      }
    }
    CHECK(bench.client->TakeCounts()[ApiKey::kDescribeCluster] == 1);
  }
}

TEST_CASE("a permission that goes or comes back is noticed when the lists change", "[kafka]") {
  Bench bench;
  bench.cluster.AddTopic("orders", 1, 100).AddTopic("payments", 1, 100);
  bench.Poll();
  CHECK(bench.ProblemOf("permissions: topics") == nullptr);
  const auto topics = std::exchange(bench.cluster.topics, {});
  bench.cluster.may_describe_topics = false;
  bench.Poll();
  CHECK(bench.ProblemOf("permissions: topics") != nullptr);
  bench.cluster.topics = topics;
  bench.cluster.may_describe_topics = true;
  bench.Poll();
  CHECK(bench.ProblemOf("permissions: topics") == nullptr);
  bench.client->TakeCounts();
  bench.Poll();
  CHECK(bench.client->TakeCounts()[ApiKey::kDescribeCluster] == 0);
}

TEST_CASE("a topic that was deleted is gone, a new one of its name has no old offsets", "[kafka]") {
  Bench bench;
  bench.cluster.AddTopic("orders", 3, 100).AddTopic("old", 1, 5);
  bench.Poll();
  bench.cluster.topics.erase("old");
  bench.cluster.topics["orders"].id[0] = 9;
  for (auto& partition : bench.cluster.topics["orders"].partitions) {
    partition.error = ErrorCode::kOffsetNotAvailable;
  }
  bench.Poll();
  CHECK(bench.facts->topics.size() == 1);
  CHECK(bench.Topic("orders").partitions[0].latest.answer == nullptr);
  CHECK(bench.Topic("orders").partitions[0].earliest.answer == nullptr);
}

TEST_CASE("nobody answers: first nothing, later everything with the reason", "[kafka]") {
  Bench bench;
  bench.cluster.AddTopic("orders", 3, 100).AddGroup("shop", "orders", 90);
  const auto all = [&](bool unreachable) {
    for (auto& [id, broker] : bench.cluster.brokers) {
      broker.unreachable = unreachable;
    }
  };
  all(true);
  const Reading never = bench.Poll();
  CHECK_FALSE(never.answered);
  CHECK(never.facts == nullptr);
  REQUIRE(bench.ProblemOf("metadata") != nullptr);
  CHECK(bench.ProblemOf("metadata")->reason() == Reason::kUnreachable);

  all(false);
  bench.Poll();
  CHECK(bench.problems.empty());
  all(true);
  const Reading lost = bench.Poll();
  CHECK_FALSE(lost.answered);
  REQUIRE(bench.facts != nullptr);
  CHECK(ErrorIn(bench.facts->metadata) != nullptr);
  CHECK(ErrorIn(bench.Topic("orders").partitions[0].latest.answer) != nullptr);
  CHECK(bench.Topic("orders").partitions[0].latest.offset == 100);
  CHECK(ErrorIn(bench.Group("shop").committed) != nullptr);
  CHECK(bench.Group("shop").topics[0].commits[0].offset == 90);
  CHECK(bench.facts->brokers[0].error);
  all(false);
  bench.Poll();
  CHECK(bench.problems.empty());
  CHECK(bench.IsCurrent(bench.facts->metadata));
}

TEST_CASE("a broker that advertises a port that is none is told with it", "[kafka]") {
  for (const int32_t port : {-1, 0, 70'000}) {
    CAPTURE(port);
    Bench bench;
    bench.cluster.AddBrokers(2);
    bench.cluster.brokers[2].port = port;
    bench.Poll();
    REQUIRE(bench.ProblemOf("broker 2") != nullptr);
    CHECK(bench.ProblemOf("broker 2")
              ->message()
              .starts_with("advertises port " + std::to_string(port)));
  }
}

}  // namespace
}  // namespace klaxon::kafka_collector
