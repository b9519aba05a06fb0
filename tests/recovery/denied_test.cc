#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "tests/recovery/estate.h"
#include "tests/recovery/scene.h"
#include "tests/support/temporary_folder.h"

/// What becomes of restarts that Connect, or a gateway in front of it, does not allow.
namespace klaxon::recovery {
namespace {

using Catch::Matchers::ContainsSubstring;
using enum RecoveryAction;
using testing::TemporaryFolder;

/// Three connectors that have failed on workers of their own.
void FailThree(Estate& estate) {
  for (const char* name : {"a", "b", "c"}) {
    for (Item& item : estate.Add(name).items) {
      item.worker = std::string(name) + ":8083";
    }
    estate.Pass(5);
  }
  for (const char* name : {"a", "b", "c"}) {
    estate.Fail(name, 0);
  }
  estate.policy.breaker_least = 100;
  estate.Passes(2);
}

std::string Restarted(const Estate& estate) {
  std::string names;
  for (const RecoveryDecision& decision : estate.decisions) {
    names += decision.action == kRestart ? decision.connector : "";
  }
  return names;
}

TEST_CASE("16: a 403 holds the connector that it is of; another one's too, the cluster",
          "[recovery]") {
  struct Row {
    std::string_view what{};
    void (*play)(Estate&) = nullptr;
    std::string_view restarted{};  ///< those of "abc" that would be restarted next
  };

  const std::vector<Row> rows{
      {"401 of one", [](Estate& e) { e.Answer("a", RestartOutcome::kDenied); }, ""},
      {"403 of one", [](Estate& e) { e.Forbid("a"); }, "bc"},
      {"403 of one, again after ten minutes",
       [](Estate& e) {
         e.Forbid("a");
         e.Passes(125);
         e.Forbid("a");
       },
       "bc"},
      {"403 of one, ten minutes ago",
       [](Estate& e) {
         e.Forbid("a");
         e.Passes(125);
       },
       "abc"},
      {"403 of two",
       [](Estate& e) {
         e.Forbid("a");
         e.Pass(5);
         e.Forbid("b");
       },
       ""},
      {"403 of two, ten minutes apart",
       [](Estate& e) {
         e.Forbid("a");
         e.Passes(125);
         e.Forbid("b");
       },
       "ac"},
      {"403 of two, and a third was let through between them",
       [](Estate& e) {
         e.Forbid("a");
         e.Pass(5);
         e.Answer("c", RestartOutcome::kNoOp);
         e.Pass(5);
         e.Forbid("b");
         e.Passes(6);
       },
       "c"},
      {"403 of two, and a third was let through an hour before",
       [](Estate& e) {
         e.Answer("c", RestartOutcome::kNoOp);
         e.Passes(720);
         e.Forbid("a");
         e.Pass(5);
         e.Forbid("b");
       },
       ""},
      {"a 403 and no answer of another",
       [](Estate& e) {
         e.Forbid("a");
         e.Pass(5);
         e.Answer("b", RestartOutcome::kUnknown);
         e.Pass(5);
         e.Forbid("c");
       },
       ""},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    Estate estate;
    estate.policy.settings.verify_timeout = std::chrono::seconds{1};
    FailThree(estate);
    REQUIRE(Restarted(estate) == "abc");
    row.play(estate);
    estate.Pass(5);
    CHECK(Restarted(estate) == row.restarted);
  }
}

TEST_CASE("16: what was refused by itself says so, and comes after what was not", "[recovery]") {
  Estate estate;
  FailThree(estate);
  estate.policy.budget_a_minute = 1;
  estate.Forbid("a");
  estate.Passes(13);
  CHECK(estate.About("a").action == kRefuse);
  CHECK_THAT(estate.About("a").why,
             ContainsSubstring("Connect does not let it be restarted (403: Forbidden)"));
  CHECK_THAT(estate.About("a").way_out, ContainsSubstring("a login that may restart"));
  CHECK(Restarted(estate) == "b");
  estate.Passes(120);
  CHECK(Restarted(estate) == "b");
}

/// Each has one of its own, so that none waits for the other.
std::string WorkerOf(std::string_view connector) {
  return connector == "sink" ? "w1:8083" : "w2:8083";
}

/// Two connectors, of which a gateway lets only "sink" be restarted.
std::unique_ptr<simulator::ConnectWorker> StartGateway() {
  simulator::ConnectState state{.version = "4.3.1", .kafka_cluster_id = "k1"};
  for (const char* name : {"other", "sink"}) {
    state.connectors.push_back({.name = name,
                                .type = "sink",
                                .worker_id = WorkerOf(name),
                                .tasks = {{.id = 0, .worker_id = WorkerOf(name)}}});
  }
  auto worker = simulator::ConnectWorker::Start(std::move(state));
  REQUIRE(worker);
  return *std::move(worker);
}

TEST_CASE("16: a gateway that lets one connector not be restarted holds up no other",
          "[recovery]") {
  for (const std::string only : {"/connectors/other/restart", "/connectors/other/"}) {
    INFO(only);
    const TemporaryFolder folder;
    const auto database = OpenState(folder.path());
    const auto worker = StartGateway();
    worker->SetFaults({.status = 403, .message = "Forbidden", .only = only});
    worker->Change([](simulator::ConnectState& state) {
      for (const char* name : {"other", "sink"}) {
        simulator::FailTask(state, name, 0, kTrace);
      }
    });
    const auto look = [&](testing::ConnectEstate& estate) {
      const simulator::ConnectState state = worker->Snapshot();
      for (size_t i = 0; i < state.connectors.size(); ++i) {
        estate.connectors[i].tasks[0].state = state.connectors[i].tasks[0].state;
      }
    };
    const auto sent = [&](const std::string& name) {
      const std::vector<std::string> restarts = worker->Snapshot().restarts;
      return std::ranges::count(restarts, "/connectors/" + name + "/restart");
    };
    const auto fill = [](testing::ConnectEstate& estate) {
      estate.connectors.clear();
      for (const char* name : {"other", "sink"}) {
        estate.Connector(name, "sink", 1).tasks[0].worker = WorkerOf(name);
      }
    };
    int64_t refused = 0;
    {
      Live live({.url = worker->url(), .look = look}, Live::Acting(), database.get());
      fill(live.estate());
      live.Passes(4);
      CHECK(live.decision().action == kRefuse);
      CHECK_THAT(live.decision().why, ContainsSubstring("Connect does not let it be restarted"));
      CHECK(sent("sink") == 1);
      refused = sent("other");
      live.recovery().SetPolicy(Live::Acting());  // whoever did may have mended it
      live.Passes(2);
      refused = refused == 0 ? 0 : refused + 1;
      CHECK(sent("other") == refused);
    }
    Live live({.url = worker->url(), .started = 1'800'000'030, .look = look}, Live::Acting(),
              database.get());
    fill(live.estate());
    live.Passes(60);
    CHECK(sent("other") == refused);
    worker->SetFaults({});
    live.Passes(100);
    CHECK(sent("other") == refused + 1);
  }
}

}  // namespace
}  // namespace klaxon::recovery
