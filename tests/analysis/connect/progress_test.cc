#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/analysis/connect/estate.h"

namespace klaxon {
namespace {

using testing::ConnectEstate;

/// A sink with one task whose group reads topic "orders".
class Sink : public ConnectEstate {
 public:
  Sink() {
    Connector("sink", "sink", 1);
    groups = {{"connect-sink", {.members = {"connector-consumer-sink-0"}, .commits = {{0, 0}}}}};
  }

  Group& group() { return groups[0].second; }

  /// Ten seconds in which so many records come and so many are committed.
  void Go(int64_t come, int64_t committed) {
    topics[0].second += come;
    group().commits[0].second += committed;
    Pass(10);
  }
};

TEST_CASE("a sink that follows is no zombie and shows its lag", "[analysis]") {
  Sink sink;
  for (int i = 0; i < 30; ++i) {
    sink.Go(100, 90);
  }
  CHECK(sink.First().zombie == Truth::kNo);
  CHECK(sink.First().tasks[0].zombie == Truth::kNo);
  CHECK(sink.First().lag == 300);
  CHECK(sink.First().group->name == "connect-sink");
  CHECK(sink.First().moved == sink.Now());
  CHECK(sink.Verdicts().empty());
}

TEST_CASE("a sink that commits nothing while records come is a zombie", "[analysis]") {
  Sink sink;
  for (int i = 0; i < 5; ++i) {
    sink.Go(10, 10);
  }
  const Instant moved = sink.Now();
  for (int i = 0; i < 11; ++i) {
    sink.Go(10, 0);
    CHECK(sink.Verdicts().empty());
    CHECK(sink.First().zombie != Truth::kYes);
  }
  sink.Go(10, 0);
  REQUIRE(sink.Verdicts() == "zombie -1");
  CHECK(sink.First().verdicts[0].why ==
        "RUNNING, but orders-0 is not committed any further for 2 min while records come: 120 "
        "behind");
  CHECK(sink.First().verdicts[0].since == moved);
  CHECK(sink.First().zombie == Truth::kYes);
  sink.Go(10, 1);
  CHECK(sink.Verdicts().empty());
}

TEST_CASE("a sink that pauses as long as it always does is no zombie", "[analysis]") {
  Sink sink;
  for (int file = 0; file < 4; ++file) {
    for (int i = 0; i < 29; ++i) {
      sink.Go(10, 0);
      CHECK(sink.First().zombie != Truth::kYes);
    }
    sink.Go(10, 300);
  }
  for (int i = 0; i < 89; ++i) {
    sink.Go(10, 0);
    CHECK(sink.Verdicts().empty());
  }
  sink.Go(10, 0);  // three times its longest pause of five minutes
  CHECK(sink.Verdicts() == "zombie -1");
}

TEST_CASE("a sink that stands still without need is not called one", "[analysis]") {
  Sink sink;
  std::string state = "RUNNING";
  SECTION("nothing comes") {
    sink.Go(10, 10);
  }
  SECTION("nothing more comes, and the rest cannot be committed") {
    sink.Go(10, 9);
  }
  SECTION("it is paused") {
    sink.Go(10, 9);
    state = "PAUSED";
    sink.connectors[0].state = sink.connectors[0].tasks[0].state = state;
  }
  for (int i = 0; i < 100; ++i) {
    sink.Go(state == "PAUSED" ? 10 : 0, 0);
    CHECK(sink.Verdicts().empty());
    CHECK(sink.First().zombie != Truth::kYes);
  }
}

TEST_CASE("a task that is no member of its sink's group is a zombie", "[analysis]") {
  Sink sink;
  sink.connectors[0].tasks.push_back({.id = 1, .state = "RUNNING", .worker = "w1:8083"});
  sink.workers.members[0].carries[0].tasks.push_back(1);
  sink.group().members.emplace_back("connector-consumer-sink-1");
  sink.Go(10, 10);
  CHECK(sink.First().tasks[1].zombie == Truth::kNo);
  sink.group().members.pop_back();
  sink.Go(10, 10);
  CHECK(sink.First().tasks[1].zombie == Truth::kUnknown);
  CHECK(sink.First().zombie == Truth::kUnknown);
  sink.Go(10, 10);
  sink.Go(10, 10);
  CHECK(sink.Verdicts().empty());
  sink.Go(10, 10);
  REQUIRE(sink.Verdicts() == "zombie 1");
  CHECK(sink.First().verdicts[0].why ==
        "RUNNING, but it is no member of its consumer group connect-sink: it reads nothing");
  CHECK(sink.First().tasks[0].zombie == Truth::kNo);
  CHECK(sink.First().tasks[1].zombie == Truth::kYes);
  sink.group().state = "PreparingRebalance";
  sink.Go(10, 10);
  CHECK(sink.First().tasks[1].zombie == Truth::kUnknown);
}

TEST_CASE("members with names of their own say nothing of single tasks", "[analysis]") {
  Sink sink;
  sink.group().members = {"my-client"};
  for (int i = 0; i < 10; ++i) {
    sink.Go(10, 10);
  }
  CHECK(sink.Verdicts().empty());
  CHECK(sink.First().zombie == Truth::kUnknown);
}

TEST_CASE("a consumer group by another name is found by the configuration", "[analysis]") {
  Sink sink;
  sink.groups[0].first = "mine";
  sink.Go(10, 10);
  CHECK(sink.First().group == nullptr);
  CHECK(sink.First().zombie == Truth::kUnknown);
  CHECK(sink.First().progress == "there is no consumer group connect-sink in Kafka cluster main");
  sink.connectors[0].config.consumer_group = "mine";
  sink.Go(10, 10);
  CHECK(sink.First().group->name == "mine");
  sink.groups.clear();
  for (int i = 0; i < 3; ++i) {
    sink.Pass(10);
    CHECK(sink.Verdicts().empty());
  }
  sink.Pass(10);
  REQUIRE(sink.Verdicts() == "zombie -1");
  CHECK(sink.First().verdicts[0].why == "RUNNING, but its consumer group mine is gone");
}

TEST_CASE("a source is measured by its own history", "[analysis]") {
  ConnectEstate estate;
  ConnectorFacts& source = estate.Connector("source", "source", 1);
  source.active_topics = {"orders"};
  for (int i = 0; i < 20; ++i) {
    estate.topics[0].second += 5;
    estate.Pass(10);
    CHECK(estate.First().zombie == (i < 3 ? Truth::kUnknown : Truth::kNo));
  }
  CHECK(estate.First().progress == "records in the topics it writes to");
  for (int i = 0; i < 29; ++i) {
    estate.Pass(10);
    CHECK(estate.Verdicts().empty());
  }
  estate.Pass(10);
  REQUIRE(estate.Verdicts() == "zombie -1");
  CHECK(estate.First().verdicts[0].why ==
        "RUNNING, but records in the topics it writes to stand still for 5 min; before, never "
        "longer than 10 s: it is stuck, or has nothing to read");
  estate.topics[0].second += 5;
  estate.Pass(10);
  CHECK(estate.Verdicts().empty());
}

TEST_CASE("a source whose topics are not known is unknown", "[analysis]") {
  ConnectEstate estate;
  estate.Connector("source", "source", 1);
  for (int i = 0; i < 100; ++i) {
    estate.Pass(10);
  }
  CHECK(estate.First().zombie == Truth::kUnknown);
  CHECK(estate.First().progress.starts_with("where it writes to is not known"));
  CHECK(estate.Verdicts().empty());
}

TEST_CASE("records in the dead letter topic are told for ten minutes", "[analysis]") {
  Sink sink;
  sink.connectors[0].config.dead_letter_topic = "dead";
  sink.topics = {{"dead", 7}, {"orders", 0}};
  sink.Pass(10);
  CHECK(sink.First().dead_letters == 7);
  CHECK(sink.Verdicts().empty());
  sink.topics[0].second = 9;
  sink.Pass(10);
  REQUIRE(sink.Verdicts() == "dead_letters -1");
  CHECK(sink.First().verdicts[0].why ==
        "2 records went to its dead letter topic dead in the last 10 s");
  for (int i = 0; i < 60; ++i) {
    sink.Pass(10);
  }
  CHECK(sink.Verdicts().empty());
  CHECK(sink.First().dead_letters == 9);
}

}  // namespace
}  // namespace klaxon
