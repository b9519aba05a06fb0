#include <array>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "tests/recovery/scene.h"
#include "tests/support/temporary_folder.h"

namespace klaxon::recovery {
namespace {

using Catch::Matchers::ContainsSubstring;
using simulator::ConnectFaults;
using testing::TemporaryFolder;

/// An answer of Connect to a restart, with the number that the contract gives the situation.
struct Answered {
  int number = 0;
  std::string_view what{};
  ConnectFaults faults{};
  RestartOutcome outcome{};
  size_t sent = 1;  ///< within half a minute
};

const std::vector<Answered> kAnswers{
    {12,
     "409",
     {.status = 409, .message = "a rebalance is in progress"},
     RestartOutcome::kConflict,
     2},
    {12,
     "500 that means the same",
     {.status = 500,
      .message = "Cannot complete request because of a conflicting operation (e.g. "
                 "worker rebalance); a rebalance is expected"},
     RestartOutcome::kConflict,
     2},
    {12,
     "404 of a task that moves",
     {.status = 404, .message = "Unknown task: sink-0"},
     RestartOutcome::kConflict,
     2},
    {14, "404", {.status = 404, .message = "Unknown connector: sink"}, RestartOutcome::kGone, 2},
    {14,
     "404 in older words",
     {.status = 404, .message = "Connector sink not found"},
     RestartOutcome::kGone,
     2},
    {14,
     "404 of another",
     {.status = 404, .message = "HTTP 404 Not Found"},
     RestartOutcome::kDenied},
    {14,
     "404 of a path",
     {.status = 404, .message = "Unknown connector: other"},
     RestartOutcome::kDenied},
    {15,
     "500 after a long wait",
     {.status = 500, .message = "Request timed out"},
     RestartOutcome::kUnknown},
    {15,
     "502 of a proxy",
     {.status = 502, .message = "IO Error trying to forward REST request"},
     RestartOutcome::kUnknown},
    {16, "401", {.status = 401, .message = "Unauthorized"}, RestartOutcome::kDenied},
    {16, "403", {.status = 403, .message = "Forbidden"}, RestartOutcome::kDenied},
    {17,
     "a redirect",
     {.status = 307, .message = "elsewhere", .location = "http://127.0.0.1:9/"},
     RestartOutcome::kDenied},
    {17, "a login page", {.html = true}, RestartOutcome::kDenied},
};

TEST_CASE("an answer that is no attempt is none, and is not asked for again at once",
          "[recovery]") {
  for (const Answered& each : kAnswers) {
    if (each.outcome == RestartOutcome::kUnknown) {
      continue;  // an attempt: see below
    }
    INFO(each.number << ": " << each.what);
    const TemporaryFolder folder;
    const auto database = OpenState(folder.path());
    const auto worker = StartWorker();
    ConnectFaults faults = each.faults;
    faults.only = "/connectors/sink/restart";
    worker->SetFaults(faults);
    Live live({.url = worker->url()}, Live::Acting(), database.get());
    FailTaskOf(*worker, true);
    live.Passes(2);
    CHECK(live.decision().acted);
    REQUIRE(live.decision().last_restart);
    CHECK(live.decision().last_restart->outcome == each.outcome);
    CHECK(live.decision().attempts == 0);
    CHECK(live.facts().sent.at(static_cast<size_t>(each.outcome)) == 1);
    live.Passes(4);
    CHECK(worker->Snapshot().restarts.size() == (each.faults.html ? 0 : each.sent));
    CHECK_THAT(LogOf(*database), ContainsSubstring(std::string(Name(each.outcome))));
  }
}

TEST_CASE("15: a restart without an answer is an attempt, and is verified", "[recovery]") {
  for (const Answered& each : kAnswers) {
    if (each.outcome != RestartOutcome::kUnknown) {
      continue;
    }
    INFO(each.what);
    const TemporaryFolder folder;
    const auto database = OpenState(folder.path());
    const auto worker = StartWorker();
    ConnectFaults faults = each.faults;
    faults.only = "/connectors/sink/restart";
    worker->SetFaults(faults);
    Policy policy = Live::Acting();
    policy.settings.on.at(static_cast<size_t>(FailureClass::kDependency)) = ClassAction::kOnce;
    Live live({.url = worker->url()}, policy, database.get());
    FailTaskOf(*worker, true);
    live.Passes(2);
    REQUIRE(live.decision().last_restart);
    CHECK(live.decision().last_restart->outcome == RestartOutcome::kUnknown);
    CHECK(live.decision().attempts == 1);
    live.Passes(17);  // 85 s of the 90 in which it may still be done
    CHECK(live.decision().action == RecoveryAction::kWait);
    live.Passes(100);
    CHECK(live.decision().action == RecoveryAction::kQuarantine);
    CHECK(live.decision().last_restart->verdict == RestartVerdict::kFailedAgain);
    CHECK(worker->Snapshot().restarts.size() == 1);
  }
}

TEST_CASE("15: a restart that was done without an answer is seen to have helped", "[recovery]") {
  const TemporaryFolder folder;
  const auto database = OpenState(folder.path());
  const auto worker = StartWorker();
  worker->SetFaults({.status = 500, .only = "/connectors/sink/restart"});
  Live live({.url = worker->url()}, Live::Acting(), database.get());
  FailTaskOf(*worker);
  live.Passes(4);
  worker->Change([](simulator::ConnectState& state) { simulator::HealTask(state, "sink", 0); });
  live.Passes(2);
  REQUIRE(live.decision().last_restart);
  CHECK(live.decision().last_restart->verdict == RestartVerdict::kRecovered);
  CHECK(live.decision().attempts == 1);
}

TEST_CASE("15: a restart without an answer is an attempt for the next start, too", "[recovery]") {
  const TemporaryFolder folder;
  const auto worker = StartWorker();
  Policy policy = Live::Acting();
  policy.settings.on.at(static_cast<size_t>(FailureClass::kDependency)) = ClassAction::kOnce;
  FailTaskOf(*worker, true);
  {
    const auto database = OpenState(folder.path());
    worker->SetFaults({.status = 500, .only = "/connectors/sink/restart"});
    Live live({.url = worker->url()}, policy, database.get());
    live.Passes(3);
    CHECK(worker->Snapshot().restarts.size() == 1);
  }
  worker->SetFaults({});
  const auto database = OpenState(folder.path());
  Live live({.url = worker->url(), .started = 1'800'000'020}, policy, database.get());
  live.Passes(100);
  CHECK(live.decision().action == RecoveryAction::kQuarantine);
  CHECK(worker->Snapshot().restarts.size() == 1);
}

TEST_CASE("14: what is gone but still listed is asked for less and less often", "[recovery]") {
  const TemporaryFolder folder;
  const auto database = OpenState(folder.path());
  const auto worker = StartWorker();
  Policy policy = Live::Acting();
  policy.settings.attempts = 2;
  Live live({.url = worker->url()}, policy, database.get());
  FailTaskOf(*worker, true);
  live.Passes(3);
  REQUIRE(worker->Snapshot().restarts.size() == 1);
  CHECK(live.decision().attempts == 1);
  worker->SetFaults(
      {.status = 404, .message = "Unknown connector: sink", .only = "/connectors/sink/restart"});
  live.Passes(100);  // 500 s: at once, after 15, 30, 60, 120 and 240 s
  CHECK(worker->Snapshot().restarts.size() == 7);
  CHECK(live.decision().attempts == 1);  // one stray 404 forgives nothing
  worker->SetFaults({});
  live.Passes(200);
  CHECK(live.decision().action == RecoveryAction::kExhausted);
  CHECK(worker->Snapshot().restarts.size() == 8);
}

TEST_CASE("18: what was accepted before a refusal is an attempt", "[recovery]") {
  struct Refusal {
    int status = 0;
    RestartOutcome outcome{};
  };

  constexpr std::array<Refusal, 3> kRefusals{{{409, RestartOutcome::kAccepted},
                                              {404, RestartOutcome::kAccepted},
                                              {500, RestartOutcome::kUnknown}}};
  for (const Refusal& refusal : kRefusals) {
    INFO(refusal.status);
    const TemporaryFolder folder;
    const auto database = OpenState(folder.path());
    const auto worker = StartWorker("2.8.2");
    worker->SetFaults({.status = refusal.status, .only = "/connectors/sink/tasks/1/restart"});
    Live live({.url = worker->url(), .version = "2.8.2"}, Live::Acting(), database.get());
    worker->Change([](simulator::ConnectState& state) {
      simulator::FailTask(state, "sink", 0, kTrace);
      simulator::FailTask(state, "sink", 1, kTrace);
    });
    live.Passes(2);
    REQUIRE(live.decision().last_restart);
    CHECK(live.decision().last_restart->outcome == refusal.outcome);
    CHECK_THAT(live.decision().last_restart->words,
               ContainsSubstring("1 of 2 calls accepted, then "));
    CHECK(live.decision().attempts == 1);
  }
}

TEST_CASE("who denied a restart is not asked again, nor for another connector", "[recovery]") {
  const TemporaryFolder folder;
  const auto database = OpenState(folder.path());
  const auto worker = StartWorker();
  worker->SetFaults({.status = 401, .message = "Unauthorized", .only = "/connectors/sink/restart"});
  Live live({.url = worker->url()}, Live::Acting(), database.get());
  FailTaskOf(*worker);
  live.Passes(30);
  CHECK(live.decision().action == RecoveryAction::kRefuse);
  CHECK_THAT(live.decision().why,
             ContainsSubstring("Connect lets no restart be made (401: Unauthorized)"));
  CHECK(worker->Snapshot().restarts.size() == 1);
  worker->SetFaults({});
  live.recovery().SetPolicy(Live::Acting());
  live.Passes(10);
  CHECK(worker->Snapshot().restarts.size() == 2);
}

}  // namespace
}  // namespace klaxon::recovery
