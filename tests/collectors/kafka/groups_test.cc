#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/collectors/kafka/bench.h"

namespace klaxon::kafka_collector {
namespace {

using namespace std::string_literals;  // NOLINT(google-build-using-namespace)
using wire::ApiKey;
using wire::ErrorCode;

TEST_CASE("a group has its state, members and commits, all in order", "[kafka]") {
  Bench bench;
  bench.cluster.AddTopic("orders", 3, 100).AddTopic("bills", 2, 50).AddGroup("shop", "orders", 90);
  bench.cluster.groups["shop"].commits["bills"][1] = 7;
  bench.cluster.groups["shop"].commits["bills"][0] = -1;
  bench.cluster.groups["shop"].commits["gone"][4] = 8;
  bench.Poll();
  const GroupFacts& shop = bench.Group("shop");
  CHECK(shop.kind == GroupKind::kClassic);
  CHECK(shop.protocol_type == "consumer");
  CHECK(shop.coordinator == 1);
  CHECK(shop.state == "Stable");
  REQUIRE(shop.members.size() == 1);
  CHECK(shop.members[0].client_id == "client-shop");
  CHECK_FALSE(shop.members_unknown);
  CHECK(bench.IsCurrent(shop.listed));
  CHECK(bench.IsCurrent(shop.described));
  CHECK(bench.IsCurrent(shop.committed));
  REQUIRE(shop.topics.size() == 3);
  CHECK(shop.topics[0].topic->name == "bills");
  CHECK(shop.topics[0].topic_index == 0);
  REQUIRE(shop.topics[0].commits.size() == 1);  // partition 0 was never committed
  CHECK(shop.topics[0].commits[0].partition == 1);
  CHECK(shop.topics[1].topic->name == "gone");
  CHECK(shop.topics[1].topic_index == -1);
  CHECK(shop.topics[2].topic == bench.Topic("orders").entity);
  CHECK(shop.topics[2].topic_index == 1);
  REQUIRE(shop.topics[2].commits.size() == 3);
  CHECK(shop.topics[2].commits[0].partition == 0);
  CHECK(shop.topics[2].commits[2].offset == 90);
}

TEST_CASE("offsets are read after commits, so that lag is never negative", "[kafka]") {
  Bench bench;
  bench.cluster.AddTopic("orders", 3, 100).AddGroup("shop", "orders", 90);
  // A consumer that is always right behind a producer: both move on while we poll.
  const auto move = [&] {
    for (auto& partition : bench.cluster.topics["orders"].partitions) {
      partition.latest += 10;
    }
    for (auto& [partition, offset] : bench.cluster.groups["shop"].commits["orders"]) {
      offset = bench.cluster.topics["orders"].partitions[0].latest;
    }
  };
  for (const ApiKey api : {ApiKey::kMetadata, ApiKey::kListGroups, ApiKey::kDescribeGroups,
                           ApiKey::kOffsetFetch, ApiKey::kListOffsets}) {
    bench.cluster.before[api] = move;
  }
  for (int poll = 0; poll < 5; ++poll) {
    bench.Poll();
    for (const CommitFacts& commit : bench.Group("shop").topics[0].commits) {
      const auto partition = static_cast<size_t>(commit.partition);
      CHECK(bench.Topic("orders").partitions[partition].latest.offset >= commit.offset);
    }
  }
}

TEST_CASE("groups of other kinds have commits, but members only as unknown", "[kafka]") {
  Bench bench;
  bench.cluster.AddTopic("orders", 3, 100)
      .AddGroup("new", "orders", 90)
      .AddGroup("shared", "orders", 0);
  bench.cluster.groups["new"].type = "Consumer";
  bench.cluster.groups["shared"].type = "Share";
  bench.Poll();
  const GroupFacts& modern = bench.Group("new");
  CHECK(modern.kind == GroupKind::kConsumer);
  CHECK(modern.state == "Stable");
  CHECK(bench.IsCurrent(modern.described));
  REQUIRE(modern.members_unknown);
  CHECK(modern.members_unknown->reason() == Reason::kUnsupported);
  CHECK(modern.members_unknown->message() == "group kind not read yet");
  CHECK(modern.topics.size() == 1);
  CHECK(bench.Group("shared").kind == GroupKind::kShare);
  CHECK(bench.Group("shared").committed == nullptr);
  bench.client->TakeCounts();  // the first poll has asked what we may see
  bench.Poll();
  CHECK(bench.client->TakeCounts()[ApiKey::kDescribeGroups] == 0);
}

TEST_CASE("before 3.8 a group dead with commits is of a kind that we do not read", "[kafka]") {
  Bench bench;
  for (auto& [id, broker] : bench.cluster.brokers) {
    broker.newest[ApiKey::kListGroups] = 4;
    broker.newest[ApiKey::kDescribeGroups] = 5;
  }
  bench.cluster.AddTopic("orders", 3, 100)
      .AddGroup("new", "orders", 90)
      .AddGroup("old", "orders", 90);
  bench.cluster.groups["new"].type = "Consumer";
  bench.Poll();
  CHECK(bench.Group("old").kind == GroupKind::kClassic);
  CHECK(bench.Group("old").state == "Stable");
  CHECK(bench.Group("new").kind == GroupKind::kUnknown);
  CHECK(bench.Group("new").members_unknown);
  CHECK(bench.Group("new").described == nullptr);
  CHECK(bench.Group("new").topics.size() == 1);
}

TEST_CASE("a broker before 3.0 is asked for the commits of one group a request", "[kafka]") {
  Bench bench;
  bench.cluster.AddTopic("orders", 3, 100);
  for (int i = 0; i < 30; ++i) {
    bench.cluster.AddGroup("group-" + std::to_string(i), "orders", i);
  }
  bench.cluster.brokers[2].newest[ApiKey::kOffsetFetch] = 7;
  bench.Poll();
  CHECK(bench.client->TakeCounts()[ApiKey::kOffsetFetch] == 12);  // ten, and two for the others
  for (int i = 0; i < 30; ++i) {
    CHECK(bench.Group("group-" + std::to_string(i)).topics[0].commits[0].offset == i);
  }
}

TEST_CASE("many groups are asked for 250 at a time", "[kafka]") {
  Bench bench;
  bench.cluster.AddTopic("orders", 1, 100);
  for (int i = 0; i < 1000; ++i) {
    bench.cluster.AddGroup("group-" + std::to_string(i), "orders", i % 100);
  }
  bench.Poll();
  bench.client->TakeCounts();
  const size_t before = bench.client->exchanges();
  bench.Poll();
  auto counts = bench.client->TakeCounts();
  CHECK(counts[ApiKey::kMetadata] == 1);
  CHECK(counts[ApiKey::kDescribeQuorum] == 1);
  CHECK(counts[ApiKey::kListGroups] == 3);
  CHECK(counts[ApiKey::kDescribeGroups] == 6);
  CHECK(counts[ApiKey::kOffsetFetch] == 6);
  CHECK(counts[ApiKey::kListOffsets] == 1);
  CHECK(bench.client->exchanges() - before == 4);
  CHECK(bench.facts->groups.size() == 1000);
}

TEST_CASE("a group that moves to another coordinator is followed within the poll", "[kafka]") {
  for (const int16_t find_version : {int16_t{3}, int16_t{4}}) {
    Bench bench;
    for (auto& [id, broker] : bench.cluster.brokers) {
      broker.newest[ApiKey::kFindCoordinator] = find_version;
    }
    bench.cluster.AddTopic("orders", 3, 100).AddGroup("shop", "orders", 90);
    bench.Poll();
    // Between the list and the questions.
    bench.cluster.before[ApiKey::kDescribeGroups] = [&] {
      bench.cluster.groups["shop"].coordinator = 3;
      bench.cluster.groups["shop"].commits["orders"][0] = 95;
    };
    bench.Poll();
    CHECK(bench.problems.empty());
    CHECK(bench.Group("shop").coordinator == 3);
    CHECK(bench.IsCurrent(bench.Group("shop").described));
    CHECK(bench.IsCurrent(bench.Group("shop").committed));
    CHECK(bench.Group("shop").topics[0].commits[0].offset == 95);
    bench.Poll();
    CHECK(bench.facts->groups.size() == 1);
    CHECK(bench.Group("shop").coordinator == 3);
  }
}

TEST_CASE("a group that never settles keeps its last values and says so", "[kafka]") {
  Bench bench;
  bench.cluster.AddTopic("orders", 3, 100).AddGroup("shop", "orders", 90);
  bench.Poll();
  bench.cluster.groups["shop"].error = ErrorCode::kNotCoordinator;
  bench.Poll();
  REQUIRE(bench.ProblemOf("group shop") != nullptr);
  CHECK(bench.Group("shop").topics[0].commits[0].offset == 90);
  CHECK(ErrorIn(bench.Group("shop").committed) != nullptr);
  CHECK(ErrorIn(bench.Group("shop").described) != nullptr);
}

TEST_CASE("a group that we may not read stays, unknown", "[kafka]") {
  Bench bench;
  bench.cluster.AddTopic("orders", 3, 100).AddGroup("secret", "orders", 90);
  bench.cluster.groups["secret"].error = ErrorCode::kGroupAuthorizationFailed;
  bench.Poll();
  const GroupFacts& secret = bench.Group("secret");
  CHECK(secret.described == nullptr);
  CHECK(secret.committed == nullptr);
  CHECK(secret.topics.empty());
  REQUIRE(secret.members_unknown);
  CHECK(secret.members_unknown->reason() == Reason::kUnauthorized);
  REQUIRE(bench.ProblemOf("group secret") != nullptr);
  CHECK(bench.ProblemOf("group secret")->reason() == Reason::kUnauthorized);
}

TEST_CASE("the problems of many groups are summed up", "[kafka]") {
  Bench bench;
  bench.cluster.AddTopic("orders", 1, 100);
  for (int i = 0; i < 51; ++i) {
    const std::string name = "group-" + std::to_string(i);
    bench.cluster.AddGroup(name, "orders", 1);
    bench.cluster.groups[name].error = ErrorCode::kGroupAuthorizationFailed;
  }
  bench.Poll();
  CHECK(bench.problems.size() == 21);
  REQUIRE(bench.ProblemOf("more groups") != nullptr);
  CHECK(bench.ProblemOf("more groups")->message().starts_with("and 31 groups more"));
}

TEST_CASE("a group that was deleted is gone when all who could list it answered", "[kafka]") {
  Bench bench;
  const bool offsets_topic_seen = GENERATE(true, false);
  bench.cluster.AddTopic("orders", 3, 100).AddGroup("shop", "orders", 90);
  if (offsets_topic_seen) {
    bench.cluster.AddTopic("__consumer_offsets", 50, 1);
  }
  bench.Poll();
  bench.cluster.groups.clear();
  bench.Poll();
  CHECK(bench.facts->groups.empty());
}

TEST_CASE("a group that nobody lists is gone only when its coordinator says so", "[kafka]") {
  struct Case {
    const char* what;
    ErrorCode told;
    int32_t coordinator;
    std::vector<size_t> there;  // how many groups after each poll
  };

  const Case cases[] = {
      {"it is described: a list that came in the wrong moment", ErrorCode::kNone, 1, {1, 1}},
      {"the next coordinator loads it", ErrorCode::kCoordinatorLoadInProgress, 1, {1, 1}},
      {"a permission was taken away", ErrorCode::kGroupAuthorizationFailed, 1, {1, 1}},
      {"it was handed over, and nobody lists it a poll later", ErrorCode::kNone, 2, {1, 0}},
  };
  for (const Case& each : cases) {
    CAPTURE(each.what);
    Bench bench;
    bench.cluster.AddTopic("orders", 3, 100).AddGroup("shop", "orders", 90);
    bench.Poll();
    auto& group = bench.cluster.groups["shop"];
    group.listed = false;
    group.error = each.told;
    group.coordinator = each.coordinator;
    for (const size_t there : each.there) {
      bench.Poll();
      CHECK(bench.facts->groups.size() == there);
      if (there == 1) {
        CHECK(bench.facts->groups[0].listed->error);
        CHECK(bench.facts->groups[0].topics.size() == 1);
      }
    }
    group.listed = true;
    group.error = ErrorCode::kNone;
    group.coordinator = 1;
    bench.Poll();
    REQUIRE(bench.facts->groups.size() == 1);
    CHECK_FALSE(bench.facts->groups[0].listed->error);
  }
}

// ConnectProtocol.java, version 0: of worker "http:", which has to run task 0 of "sink".
const std::string kWorkerState = "\0\0\0\5http:\0\0\0\0\0\0\0\7"s;
const std::string kWorkerLoad =
    "\0\0\0\0\0\1m\0\1u\0\0\0\0\0\0\0\7\0\0\0\1\0\4sink\0\0\0\1\0\0\0\0"s;

TEST_CASE("a group of Connect workers has what its members told, also while it rebalances",
          "[kafka]") {
  Bench bench;
  bench.cluster.groups["workers"] = {
      .protocol_type = "connect", .metadata = {kWorkerState}, .assignment = {kWorkerLoad}};
  bench.Poll();
  const auto check = [&](const std::string& state) {
    const GroupFacts& group = bench.Group("workers");
    CHECK(group.state == state);
    REQUIRE(group.connect);
    REQUIRE(group.connect->members.size() == 1);
    CHECK(group.connect->members[0].url == "http:");
    CHECK(group.connect->members[0].config_offset == 7);
    REQUIRE(group.connect->members[0].carries.size() == 1);
    CHECK(group.connect->members[0].carries[0].connector == "sink");
  };
  check("Stable");
  bench.client->TakeCounts();
  bench.cluster.groups["workers"].state = "PreparingRebalance";
  bench.cluster.groups["workers"].metadata = {""};
  bench.Poll();
  check("PreparingRebalance");
  CHECK(bench.client->TakeCounts()[ApiKey::kDescribeGroups] == 1);
  CHECK(bench.problems.empty());

  bench.cluster.groups["workers"].error = ErrorCode::kGroupAuthorizationFailed;
  bench.Poll();
  check("PreparingRebalance");
  CHECK(ErrorIn(bench.Group("workers").described) != nullptr);

  bench.cluster.groups["workers"].error = ErrorCode::kNone;
  bench.cluster.groups["workers"].metadata = {"\0"s};
  bench.Poll();
  const Error* misread = bench.ProblemOf("group workers");
  REQUIRE(misread != nullptr);
  CHECK(misread->reason() == Reason::kBadAnswer);
}

TEST_CASE("a group of registry nodes has its leader", "[kafka]") {
  Bench bench;
  bench.cluster.groups["schema-registry"] = {
      .protocol_type = "sr",
      .metadata = {R"({"host":"sr-1","port":8081,"scheme":"http","master_eligibility":true})"},
      .assignment = {R"({"master":"member-0","master_identity":{"host":"sr-1","port":8081}})"}};
  bench.Poll();
  const GroupFacts& group = bench.Group("schema-registry");
  REQUIRE(group.registry);
  CHECK(group.registry->leader_url == "http://sr-1:8081");
  CHECK(group.registry->leader == group.registry->members.at(0).member_id);
  CHECK_FALSE(group.connect);
}

}  // namespace
}  // namespace klaxon::kafka_collector
