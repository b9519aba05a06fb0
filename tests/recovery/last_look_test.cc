#include <algorithm>
#include <array>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "tests/recovery/scene.h"
#include "tests/support/temporary_folder.h"

namespace klaxon::recovery {
namespace {

using Catch::Matchers::ContainsSubstring;
using simulator::ConnectFaults;
using testing::TemporaryFolder;

TEST_CASE("what is paused, stopped or loses its worker just before a restart is left alone",
          "[recovery]") {
  struct Change {
    std::string_view what{};
    void (*change)(simulator::Connector& sink) = nullptr;
  };

  const std::vector<Change> changes{
      {"paused", [](simulator::Connector& sink) { sink.state = "PAUSED"; }},
      {"stopped", [](simulator::Connector& sink) { sink.state = "STOPPED"; }},
      {"without a worker", [](simulator::Connector& sink) { sink.state = "UNASSIGNED"; }},
      {"a task paused", [](simulator::Connector& sink) { sink.tasks[1].state = "PAUSED"; }},
      {"a task without a worker",
       [](simulator::Connector& sink) { sink.tasks[1].state = "UNASSIGNED"; }},
  };
  for (const Change& each : changes) {
    INFO(each.what);
    const TemporaryFolder folder;
    const auto database = OpenState(folder.path());
    const auto worker = StartWorker();
    Live live({.url = worker->url(),
               .checkpoint =
                   [&](std::string_view point) {
                     if (point == "before send") {
                       worker->Change([&](simulator::ConnectState& state) {
                         each.change(state.connectors[0]);
                       });
                     }
                   }},
              Live::Acting(), database.get());
    FailTaskOf(*worker);
    live.Passes(2);
    CHECK_FALSE(live.decision().last_restart);
    CHECK(live.decision().action == RecoveryAction::kWait);
    CHECK_THAT(live.decision().why, ContainsSubstring("a restart was not sent: something"));
    CHECK(live.facts().budget_left == 6);
    CHECK(live.facts().sent == std::array<uint64_t, kRestartOutcomes>{});
    CHECK_THAT(LogOf(*database), !ContainsSubstring("sink restart 1: "));
    CHECK(live.decision().attempts == 0);
    CHECK(worker->Snapshot().restarts.empty());
  }
}

TEST_CASE("13: what runs by itself in the meantime is not restarted", "[recovery]") {
  const TemporaryFolder folder;
  const auto database = OpenState(folder.path());
  const auto worker = StartWorker();
  Live live({.url = worker->url(),
             .checkpoint =
                 [&](std::string_view point) {
                   if (point == "before send") {
                     worker->Change([](simulator::ConnectState& state) {
                       simulator::HealTask(state, "sink", 0);
                     });
                   }
                 }},
            Live::Acting(), database.get());
  FailTaskOf(*worker);
  live.Passes(2);
  CHECK_FALSE(live.decision().last_restart);
  CHECK_THAT(live.decision().why, ContainsSubstring("a restart was not sent: nothing of it is FA"));
  CHECK(live.decision().attempts == 0);
  CHECK(worker->Snapshot().restarts.empty());
}

TEST_CASE("18: a chain of restarts ends when the connector is paused, or something else is wanted",
          "[recovery]") {
  const auto http = http::MakeHttpClient();
  Executor executor(*http, nullptr, std::chrono::seconds{20});
  const auto worker = StartWorker("2.8.2");
  const connect::RestartOrder order{.connector = "sink", .failed = {0, 1}};
  const WorkerSite site{.url = worker->url(), .version = "2.8.2"};
  worker->Change([](simulator::ConnectState& state) {
    simulator::FailTask(state, "sink", 0, kTrace);
    simulator::FailTask(state, "sink", 1, kTrace);
    state.connectors[0].incurable = true;
  });
  SECTION("somebody pauses it after the first") {
    const auto paused = [&] {
      worker->Change([](simulator::ConnectState& state) { state.connectors[0].state = "PAUSED"; });
      return true;
    };
    const connect::RestartAnswer answer = executor.Restart(order, site, paused, {});
    CHECK(answer.outcome == RestartOutcome::kAccepted);
    CHECK_THAT(answer.words, ContainsSubstring("1 of 2 calls accepted, then no more: "
                                               "something of it is PAUSED by now"));
  }
  SECTION("somebody orders something") {
    const connect::RestartAnswer answer = executor.Restart(order, site, [] { return false; }, {});
    CHECK(answer.outcome == RestartOutcome::kAccepted);
    CHECK_THAT(answer.words, ContainsSubstring("the others are left for later"));
  }
  CHECK(worker->Snapshot().restarts.size() == 1);
}

TEST_CASE("18: what a chain that was cut short did not restart has not failed again",
          "[recovery]") {
  const TemporaryFolder folder;
  const auto database = OpenState(folder.path());
  const auto worker = StartWorker("2.8.2");
  Live live({.url = worker->url(), .version = "2.8.2"}, Live::Acting(), database.get());
  worker->Change([](simulator::ConnectState& state) {
    simulator::FailTask(state, "sink", 0, kTrace);
    simulator::FailTask(state, "sink", 1, kTrace);
  });
  worker->SetFaults({.status = 409, .only = "/connectors/sink/tasks/1/restart"});
  live.Passes(2);
  REQUIRE(live.decision().last_restart);
  REQUIRE_THAT(live.decision().last_restart->words, ContainsSubstring("1 of 2 calls accepted"));
  worker->SetFaults({});
  SECTION("what it did restart runs") {
    live.Passes(2);
    CHECK(Name(live.decision().last_restart->verdict) == "recovered");
    live.Passes(3);
    CHECK(worker->Snapshot().restarts.size() == 3);  // the refused one, too
  }
  SECTION("somebody else restarts the rest") {
    live.Passes(2);
    worker->Change([](simulator::ConnectState& state) { simulator::HealTask(state, "sink", 1); });
    live.Passes(1);
    CHECK(live.decision().attempts == 2);
  }
}

TEST_CASE("18: what may be restarted once is, also after a chain that did not get there",
          "[recovery]") {
  const TemporaryFolder folder;
  const auto database = OpenState(folder.path());
  const auto worker = StartWorker("2.8.2");
  Policy policy = Live::Acting();
  policy.settings.on.at(static_cast<size_t>(FailureClass::kDependency)) = ClassAction::kOnce;
  Live live({.url = worker->url(), .version = "2.8.2"}, policy, database.get());
  const bool helps = GENERATE(true, false);
  worker->Change([&](simulator::ConnectState& state) {
    simulator::FailTask(state, "sink", 0, kTrace);
    simulator::FailTask(state, "sink", 1, kTrace);
    state.connectors[0].incurable = !helps;
  });
  worker->SetFaults({.status = 409, .only = "/connectors/sink/tasks/1/restart"});
  live.Passes(2);
  worker->SetFaults({});
  live.Passes(40);
  CHECK(worker->Snapshot().restarts.size() == (helps ? 3 : 2));  // the refused one, too
  CHECK(Name(live.decision().action) == (helps ? "nothing" : "quarantine"));
}

TEST_CASE("18: before 3.0, too, only what has still failed is restarted", "[recovery]") {
  struct Change {
    std::string_view what{};
    std::vector<int> failed{};  ///< of the tasks 0 and 1, by now
    std::vector<std::string> sent{};
    RestartOutcome outcome = RestartOutcome::kAccepted;
  };

  const std::vector<Change> changes{
      {"both", {0, 1}, {"/connectors/sink/tasks/0/restart", "/connectors/sink/tasks/1/restart"}},
      {"the first runs", {1}, {"/connectors/sink/tasks/1/restart"}},
      {"the second runs", {0}, {"/connectors/sink/tasks/0/restart"}},
      {"both run", {}, {}, RestartOutcome::kNoOp},
  };
  const auto http = http::MakeHttpClient();
  for (const Change& each : changes) {
    INFO(each.what);
    Executor executor(*http, nullptr, std::chrono::seconds{20});
    const auto worker = StartWorker("2.8.2");
    worker->Change([&](simulator::ConnectState& state) {
      for (const int task : each.failed) {
        simulator::FailTask(state, "sink", task, kTrace);
      }
    });
    const connect::RestartAnswer answer =
        executor.Restart({.connector = "sink", .failed = {0, 1}},
                         {.url = worker->url(), .version = "2.8.2"}, {}, {});
    CHECK(worker->Snapshot().restarts == each.sent);
    CHECK(answer.outcome == each.outcome);
    CHECK(answer.sent == !each.sent.empty());
  }
}

TEST_CASE("whose status cannot be read, or is another's, is not restarted", "[recovery]") {
  struct Look {
    std::string_view what{};
    ConnectFaults faults{};
    std::string_view words{};
    bool denied = true;  ///< so long nothing of the cluster is restarted
  };

  const std::vector<Look> looks{
      {"a web page", {.html = true}, "web page"},
      {"no JSON", {.body = "\x01\x02"}, "not JSON"},
      {"null", {.body = "null"}, "is null"},
      {"another connector's",
       {.body = R"({"name":"zzz","connector":{"state":"FAILED","worker_id":"w"},"tasks":[]})"},
       "the name of the connector"},
      {"a login is missing", {.status = 401}, "401"},
      {"a server's error", {.status = 500}, "500", false},
  };
  for (const Look& look : looks) {
    INFO(look.what);
    const TemporaryFolder folder;
    const auto database = OpenState(folder.path());
    const auto worker = StartWorker();
    Live live({.url = worker->url(),
               .checkpoint =
                   [&](std::string_view point) {
                     if (point == "before send") {
                       ConnectFaults faults = look.faults;
                       faults.only = "/connectors/sink/status";
                       worker->SetFaults(faults);
                     }
                   }},
              Live::Acting(), database.get());
    FailTaskOf(*worker);
    live.Passes(2);
    live.Think();
    CHECK(live.decision().action == RecoveryAction::kWait);
    const auto& gates = live.decision().gates;
    CHECK(std::ranges::find(gates, "permitted", &RecoveryGate::name)->open == !look.denied);
    CHECK_THAT(live.decision().why, ContainsSubstring(std::string(look.words)));
    CHECK(worker->Snapshot().restarts.empty());
    CHECK(live.facts().budget_left == 6);
  }
}

TEST_CASE("14: words in a connector's name are not Connect's words", "[recovery]") {
  const auto judged = [](const std::string& name, int status, const std::string& message) {
    const http::HttpResponse response{.status = status,
                                      .body = R"({"error_code":1,"message":")" + message + "\"}"};
    return connect::JudgeRestart(name, response, connect::Version{4, 3}).outcome;
  };
  CHECK(judged("TaskX", 404, "Unknown connector: TaskX") == RestartOutcome::kGone);
  CHECK(judged("Unknown task", 404, "Unknown connector: Unknown task") == RestartOutcome::kGone);
  CHECK(judged("rebalance", 500, "rebalance could not be restarted") == RestartOutcome::kUnknown);
  CHECK(judged("sink", 404, "Unknown task: sink-0") == RestartOutcome::kConflict);
}

}  // namespace
}  // namespace klaxon::recovery
