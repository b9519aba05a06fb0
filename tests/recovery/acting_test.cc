#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "tests/recovery/scene.h"
#include "tests/support/temporary_folder.h"

namespace klaxon::recovery {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::TemporaryFolder;

TEST_CASE("what failed for a passing reason is restarted once, and seen to run", "[recovery]") {
  const TemporaryFolder folder;
  const auto database = OpenState(folder.path());
  const auto worker = StartWorker();
  Live live({.url = worker->url()}, Live::Acting(), database.get());
  live.Passes(2);
  CHECK(worker->Snapshot().restarts.empty());
  FailTaskOf(*worker);
  CHECK(live.Passes(1).action == RecoveryAction::kWait);
  const RecoveryDecision restarted = live.Passes(1);
  CHECK(InWords(restarted) == "restarted: dependency: restart 1 of 5");
  CHECK(worker->Snapshot().restarts == std::vector<std::string>{"/connectors/sink/restart"});
  CHECK(live.facts().acts);
  CHECK(live.facts().budget_left == 5);
  live.Passes(3);
  const RecoveryDecision& after = live.decision();
  REQUIRE(after.last_restart);
  CHECK(after.last_restart->verdict == RestartVerdict::kRecovered);
  CHECK(after.last_restart->took == std::chrono::seconds{10});
  CHECK(live.facts().sent == std::array<uint64_t, kRestartOutcomes>{1, 0, 0, 0, 0, 0});
  CHECK_THAT(live.news(), ContainsSubstring("recovery_restart sink: dependency: restart 1 of 5; "
                                            "accepted: 202, RESTARTING"));
  CHECK_THAT(live.news(), ContainsSubstring("recovery_verdict sink: recovered: it runs"));
  live.Passes(40);
  CHECK(live.decision().attempts == 0);  // it has run for long enough
  CHECK(worker->Snapshot().restarts.size() == 1);
  CHECK_THAT(LogOf(*database),
             ContainsSubstring("sink restart 1: accepted (202, RESTARTING); recovered 10.0 s "
                               "after it failed: it runs"));
}

TEST_CASE("what cannot be cured is restarted as often as is allowed, and left alone",
          "[recovery]") {
  const TemporaryFolder folder;
  const auto database = OpenState(folder.path());
  const auto worker = StartWorker();
  Policy policy = Live::Acting();
  policy.settings.attempts = 3;
  Live live({.url = worker->url()}, policy, database.get());
  FailTaskOf(*worker, true);
  live.Passes(60);
  CHECK(live.decision().action == RecoveryAction::kExhausted);
  CHECK(worker->Snapshot().restarts.size() == 3);
  CHECK_THAT(live.news(),
             ContainsSubstring("recovery_given_up sink: given up: 3 restarts did not"));
}

TEST_CASE("what is explained is what is decided now, gate by gate", "[recovery]") {
  const TemporaryFolder folder;
  const auto database = OpenState(folder.path());
  const auto worker = StartWorker();
  Live live({.url = worker->url()}, Live::Acting(), database.get());
  const auto explained = [&] {
    const auto all = Explain(*database, "sink");
    REQUIRE(all);
    REQUIRE(all->size() == 1);
    return all->front();
  };
  live.Passes(1);
  FailTaskOf(*worker, true);
  live.Passes(1);
  CHECK_THAT(explained().decision.words, ContainsSubstring("wait: seen 1 of 2 times"));
  REQUIRE(explained().gates.size() == 15);
  CHECK(explained().gates[0] == "debounce: shut (seen 1 of 2 times)");
  CHECK(explained().gates[14] == "breaker: open (closed)");
  live.Passes(2);
  CHECK_THAT(explained().decision.words, ContainsSubstring("wait: restart 1 of 5 was sent"));
  live.Passes(1);
  CHECK_THAT(explained().decision.words, ContainsSubstring("wait: back-off after restart 1 of 5"));
  CHECK_THAT(explained().gates[0], ContainsSubstring("back_off: shut ("));
}

TEST_CASE("a record that fails every time is put into quarantine with its place", "[recovery]") {
  const TemporaryFolder folder;
  const auto database = OpenState(folder.path());
  const auto worker = StartWorker();
  Live live({.url = worker->url()}, Live::Acting(), database.get());
  live.estate().connectors[0].config.consumer_group = "connect-sink";
  live.estate().groups = {
      {"connect-sink", {.members = {"connector-consumer-sink-0"}, .commits = {{0, 17}}}}};
  live.estate().topics = {{"orders", 40}};
  FailTaskOf(*worker, true, "java.lang.IllegalStateException: nobody knows this one");
  live.Passes(60);
  CHECK(live.decision().action == RecoveryAction::kQuarantine);
  CHECK_THAT(live.decision().why, ContainsSubstring("without moving from orders-0@17"));
  CHECK(worker->Snapshot().restarts.size() == 1);
}

TEST_CASE("18: before 3.0 the connector and its tasks are restarted one by one", "[recovery]") {
  const TemporaryFolder folder;
  const auto database = OpenState(folder.path());
  const auto worker = StartWorker("2.8.2");
  Live live({.url = worker->url(), .version = "2.8.2"}, Live::Acting(), database.get());
  worker->Change([](simulator::ConnectState& state) {
    state.connectors[0].state = "FAILED";
    state.connectors[0].trace = kTrace;
    simulator::FailTask(state, "sink", 1, kTrace);
  });
  live.Passes(2);
  CHECK(worker->Snapshot().restarts ==
        std::vector<std::string>{"/connectors/sink/restart", "/connectors/sink/tasks/1/restart"});
}

}  // namespace
}  // namespace klaxon::recovery
