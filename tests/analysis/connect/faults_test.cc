#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/analysis/connect/estate.h"

namespace klaxon {
namespace {

using testing::ConnectEstate;
using Words = std::vector<std::string>;

TEST_CASE("the workers' group is found by their addresses", "[analysis]") {
  ConnectEstate estate;
  estate.Connector("sink", "sink", 1);
  estate.Pass(10);
  CHECK(estate.derived().workers.entity->name == "a-workers");
  CHECK(estate.derived().workers.kafka == "main");
  CHECK(estate.derived().workers.unknown.empty());
  CHECK(estate.First().ghost == Truth::kNo);
  CHECK(estate.First().verdicts.empty());
}

TEST_CASE("a group that cannot be told leaves ghosts unknown, and says why", "[analysis]") {
  ConnectEstate estate;
  ConnectorFacts& sink = estate.Connector("sink", "sink", 1);
  sink.tasks[0].worker = "dead:8083";
  std::string why;
  SECTION("another Kafka cluster") {
    estate.cluster_id = "k2";
    why = "its Kafka cluster, id k2, is not among those that are watched";
  }
  SECTION("no such group") {
    estate.has_workers_group = false;
    why = "no group of Connect workers is seen in Kafka cluster main";
  }
  SECTION("a group of others") {
    estate.workers.members = {{.member_id = "m", .url = "http://x:1/"}};
    why = "none of the 1 groups of Connect workers in Kafka cluster main";
  }
  for (int poll = 0; poll < 3; ++poll) {
    estate.Pass(10);
    CHECK(estate.derived().workers.unknown.starts_with(why));
    CHECK(estate.First().tasks[0].ghost == Truth::kUnknown);
    CHECK(estate.Verdicts().empty());
  }
}

TEST_CASE("what runs on a worker that is gone is a ghost at the second look", "[analysis]") {
  const std::string state = GENERATE("RUNNING", "PAUSED", "RESTARTING");
  ConnectEstate estate;
  ConnectorFacts& sink = estate.Connector("sink", "sink", 2);
  sink.tasks[1].worker = "w3:8083";
  sink.tasks[1].state = state;
  estate.Pass(10);
  CHECK(estate.First().tasks[1].ghost == Truth::kUnknown);
  CHECK(estate.Verdicts().empty());
  estate.Pass(10);
  CHECK(estate.First().tasks[0].ghost == Truth::kNo);
  CHECK(estate.First().tasks[1].ghost == Truth::kYes);
  REQUIRE(estate.Verdicts() == "ghost 1");
  CHECK(estate.First().verdicts[0].why ==
        state + " on w3:8083, which is not among the 2 workers of group a-workers");
  estate.workers.members[0].url.clear();  // somebody joins: it may be that one
  estate.workers.members[0].carries.clear();
  estate.Pass(10);
  CHECK(estate.First().tasks[1].ghost == Truth::kUnknown);
  estate.workers.members[0].url = "http://w3:8083/";
  estate.connectors[0].worker = "w2:8083";
  estate.Pass(10);
  CHECK(estate.First().tasks[1].ghost == Truth::kNo);
}

TEST_CASE("nothing is judged while REST is silent, and nothing forgotten", "[analysis]") {
  ConnectEstate estate;
  ConnectorFacts& sink = estate.Connector("sink", "sink", 1);
  sink.state = "FAILED";
  sink.root_cause = "no disk";
  estate.Pass(10);
  CHECK(estate.Verdicts() == "failed -1");
  const Instant since = estate.First().verdicts[0].since;
  estate.answers = false;
  estate.Pass(40);
  CHECK(estate.Verdicts().empty());
  CHECK(estate.First().ghost == Truth::kUnknown);
  CHECK(estate.First().zombie == Truth::kUnknown);
  estate.answers = true;
  estate.Pass(10);
  REQUIRE(estate.Verdicts() == "failed -1");
  CHECK(estate.First().verdicts[0].since == since);
  CHECK(estate.First().verdicts[0].why == "no disk");
  CHECK(estate.Events().empty());
}

TEST_CASE("a connector without tasks is told, unless that may be", "[analysis]") {
  struct Row {
    std::string java_class{};
    std::string state{};
    ConnectIntent intent{};
    std::string verdicts{};
  };

  const auto row =
      GENERATE(Row{"com.example.Sink", "RUNNING", ConnectIntent::kRunning, "zero_tasks -1"},
               Row{"com.example.Sink", "RUNNING", ConnectIntent::kUnknown, "zero_tasks -1"},
               Row{"com.example.Sink", "STOPPED", ConnectIntent::kStopped, ""},
               Row{"com.example.Sink", "PAUSED", ConnectIntent::kPaused, ""},
               Row{"org.apache.kafka.connect.mirror.MirrorHeartbeatConnector", "RUNNING",
                   ConnectIntent::kRunning, ""},
               Row{"org.apache.kafka.connect.mirror.MirrorCheckpointConnector", "RUNNING",
                   ConnectIntent::kRunning, ""});
  ConnectEstate estate;
  ConnectorFacts& connector = estate.Connector("sink", "source", 0);
  connector.connector_class = row.java_class;
  connector.state = row.state;
  connector.intent = row.intent;
  estate.Pass(10);
  CHECK(estate.Verdicts().empty());
  estate.Pass(10);
  estate.Pass(20);
  CHECK(estate.Verdicts() == row.verdicts);
}

TEST_CASE("what nobody carries is told when nothing will change it", "[analysis]") {
  struct Row {
    std::string state{};
    std::string group_state{};
    int delay = 0;   ///< seconds
    int silent = 0;  ///< polls of 10 s after which nothing is said yet
    std::string why{};
  };

  const auto row = GENERATE(
      Row{"UNASSIGNED", "Stable", 0, 2, "UNASSIGNED though group a-workers is Stable"},
      Row{"RUNNING", "Stable", 0, 2, "carried by no worker though group a-workers is Stable"},
      Row{"UNASSIGNED", "Stable", 60, 8, "UNASSIGNED for longer than the 1m that lost work"},
      Row{"UNASSIGNED", "PreparingRebalance", 0, 11,
          "UNASSIGNED while group a-workers is PreparingRebalance"});
  ConnectEstate estate;
  ConnectorFacts& sink = estate.Connector("sink", "sink", 1);
  sink.tasks[0].state = row.state;
  estate.workers.members[0].carries[0].tasks.clear();
  estate.workers.delay = std::chrono::seconds{row.delay};
  estate.workers_state = row.group_state;
  for (int poll = 0; poll <= row.silent; ++poll) {
    estate.Pass(10);
    CHECK(estate.Verdicts().empty());
  }
  estate.Pass(10);
  REQUIRE(estate.Verdicts() == "stuck_unassigned 0");
  CHECK(estate.First().verdicts[0].why.starts_with(row.why));
}

TEST_CASE("a restart that does not end, and a connector that has no status, are told",
          "[analysis]") {
  ConnectEstate estate;
  ConnectorFacts& sink = estate.Connector("sink", "sink", 1);
  SECTION("restarting") {
    sink.tasks[0].state = "RESTARTING";
    for (int poll = 0; poll < 9; ++poll) {
      estate.Pass(10);
      CHECK(estate.Verdicts().empty());
    }
    estate.Pass(10);
    CHECK(estate.Verdicts() == "stuck_restarting 0");
  }
  SECTION("no status") {
    sink.state.clear();
    sink.tasks.clear();
    estate.Pass(10);
    estate.Pass(20);
    CHECK(estate.Verdicts().empty());
    estate.Pass(10);
    CHECK(estate.Verdicts() == "no_status -1");
    CHECK(estate.First().zombie == Truth::kUnknown);
  }
}

TEST_CASE("workers that disagree are told after two minutes", "[analysis]") {
  ConnectEstate estate;
  ConnectorFacts& sink = estate.Connector("sink", "sink", 1);
  estate.compares = true;
  estate.disagreements = {{.connector = sink.entity, .task = 0, .states = {"RUNNING", ""}}};
  for (int poll = 0; poll < 12; ++poll) {
    estate.Pass(10);
    CHECK(estate.Verdicts().empty());
  }
  estate.Pass(10);
  REQUIRE(estate.Verdicts() == "disagreement 0");
  CHECK(estate.First().verdicts[0].why == "w1:8083 says RUNNING, w2:8083 says nothing");
  estate.disagreements.clear();
  estate.Pass(10);
  CHECK(estate.Verdicts().empty());
}

TEST_CASE("a connector that fails again and again flaps, also while it runs", "[analysis]") {
  ConnectEstate estate;
  estate.Connector("sink", "sink", 1);
  estate.Pass(10);
  for (int round = 0; round < 3; ++round) {
    CHECK(estate.First().failures_an_hour == static_cast<uint64_t>(round));
    estate.connectors[0].tasks[0].state = "FAILED";
    estate.Pass(10);
    estate.connectors[0].tasks[0].state = "RUNNING";
    estate.Pass(10);
  }
  CHECK(estate.Verdicts() == "flapping -1");
  CHECK(estate.First().tasks[0].age.failures == 3);
  CHECK(estate.First().tasks[0].age.seen);
  estate.Pass(3'600);
  CHECK(estate.Verdicts().empty());
  CHECK(estate.First().tasks[0].age.failures == 3);
}

TEST_CASE("states have an age, which is at least the one seen", "[analysis]") {
  ConnectEstate estate;
  estate.Connector("sink", "sink", 1);
  estate.Pass(10);
  const Instant start = estate.Now();
  estate.Pass(10);
  CHECK(estate.First().age.since == start);
  CHECK_FALSE(estate.First().age.seen);
  estate.connectors[0].state = "PAUSED";
  estate.Pass(10);
  CHECK(estate.First().age.since == estate.Now());
  CHECK(estate.First().age.seen);
}

TEST_CASE("what changes in a Connect cluster is an event, and nothing is at the start",
          "[analysis]") {
  ConnectEstate estate;
  estate.Connector("old", "sink", 1);
  estate.Connector("sink", "sink", 1);
  estate.Pass(10);
  CHECK(estate.Events().empty());
  estate.connectors[1].tasks[0].state = "FAILED";
  estate.connectors[1].tasks[0].root_cause = "no disk";
  estate.connectors[1].state = "PAUSED";
  estate.connectors.erase(estate.connectors.begin());
  estate.Connector("newer", "source", 1);
  estate.workers_state = "PreparingRebalance";
  estate.workers.members.erase(estate.workers.members.begin() + 1);
  estate.Pass(10);
  CHECK(estate.Events() == Words{"rebalance_began etl / group a-workers PreparingRebalance",
                                 "connector_state etl / sink RUNNING \u2192 PAUSED",
                                 "connector_failed etl / sink task 0 no disk",
                                 "connector_created etl / newer", "connector_deleted etl / old"});
  estate.workers_state = "Stable";
  estate.Pass(10);
  estate.Worker("w9:8083");
  estate.Pass(10);
  const Words events = estate.Events();
  REQUIRE(events.size() == 8);
  CHECK(events[5] == "rebalance_ended etl / group a-workers");
  CHECK(events[6] == "worker_left etl / w2:8083");
  CHECK(events[7] == "worker_joined etl / w9:8083");
}

TEST_CASE("another Connect cluster behind the addresses begins anew", "[analysis]") {
  ConnectEstate estate;
  estate.Connector("sink", "sink", 1);
  estate.Pass(10);
  estate.Pass(10);
  estate.cluster_id = "k2";
  estate.connectors[0].state = "FAILED";
  estate.Connector("theirs", "source", 1);
  estate.Pass(10);
  CHECK(estate.Events() ==
        Words{"connect_moved etl / workers of Kafka cluster k2 now, and were of k1"});
  CHECK(estate.First().age.since == estate.Now());
  CHECK_FALSE(estate.First().age.seen);
  CHECK(estate.First().failures_an_hour == 0);
}

}  // namespace
}  // namespace klaxon
