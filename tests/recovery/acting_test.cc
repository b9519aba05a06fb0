#include <sys/resource.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "agent/simulator/connect_worker.h"
#include "tests/recovery/live.h"
#include "tests/recovery/run_victim.h"
#include "tests/support/temporary_folder.h"

namespace klaxon::recovery {
namespace {

using Catch::Matchers::ContainsSubstring;
using simulator::ConnectFaults;
using simulator::ConnectWorker;
using testing::TemporaryFolder;

constexpr const char* kTrace =
    "org.apache.kafka.connect.errors.ConnectException: the step failed\n"
    "Caused by: java.net.ConnectException: Connection refused";

/// A worker with a connector "sink" of two tasks.
std::unique_ptr<ConnectWorker> StartWorker(const std::string& version = "4.3.1") {
  simulator::ConnectState state{.version = version, .kafka_cluster_id = "k1"};
  simulator::Connector sink{.name = "sink", .type = "sink", .worker_id = "w1:8083"};
  for (int id = 0; id < 2; ++id) {
    sink.tasks.push_back({.id = id, .worker_id = "w1:8083"});
  }
  state.connectors.push_back(std::move(sink));
  Result<std::unique_ptr<ConnectWorker>> worker = ConnectWorker::Start(std::move(state));
  REQUIRE(worker);
  return *std::move(worker);
}

void FailTaskOf(ConnectWorker& worker, bool incurable = false) {
  worker.Change([&](simulator::ConnectState& state) {
    simulator::FailTask(state, "sink", 0, kTrace);
    state.connectors[0].incurable = incurable;
  });
}

std::unique_ptr<state::Database> OpenState(const std::string& folder) {
  Result<std::unique_ptr<state::Database>> database = state::Database::Open(folder, {});
  REQUIRE(database);
  return *std::move(database);
}

std::string LogOf(const state::Database& database) {
  const Result<std::vector<LogEntry>> entries = ReadLog(database, "", 1000);
  REQUIRE(entries);
  std::string text;
  for (const LogEntry& entry : *entries) {
    text += entry.connector + " " + entry.words + "\n";
  }
  return text;
}

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

TEST_CASE("a record that fails every time is put into quarantine with its place", "[recovery]") {
  const TemporaryFolder folder;
  const auto database = OpenState(folder.path());
  const auto worker = StartWorker();
  Live live({.url = worker->url()}, Live::Acting(), database.get());
  live.estate().connectors[0].config.consumer_group = "connect-sink";
  live.estate().groups = {
      {"connect-sink", {.members = {"connector-consumer-sink-0"}, .commits = {{0, 17}}}}};
  live.estate().topics = {{"orders", 40}};
  FailTaskOf(*worker, true);
  live.Passes(60);
  CHECK(live.decision().action == RecoveryAction::kQuarantine);
  CHECK_THAT(live.decision().why, ContainsSubstring("without moving from orders-0@17"));
  CHECK(worker->Snapshot().restarts.size() == 1);
}

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
    {15,
     "an answer that ends midway",
     {.body = R"({"name":"sink","connector":{"sta)"},
     RestartOutcome::kAccepted},
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
    if (each.outcome == RestartOutcome::kAccepted || each.outcome == RestartOutcome::kUnknown) {
      continue;  // 200 counts as done whatever its body is
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
    REQUIRE(live.decision().last_restart);
    CHECK(live.decision().last_restart->outcome == RestartOutcome::kConflict);
    CHECK_THAT(live.decision().last_restart->words, ContainsSubstring("not sent: something"));
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
  REQUIRE(live.decision().last_restart);
  CHECK(live.decision().last_restart->outcome == RestartOutcome::kNoOp);
  CHECK(live.decision().attempts == 0);
  CHECK(worker->Snapshot().restarts.empty());
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
  worker->SetFaults({.status = 403, .message = "Forbidden", .only = "/connectors/sink/restart"});
  Live live({.url = worker->url()}, Live::Acting(), database.get());
  FailTaskOf(*worker);
  live.Passes(30);
  CHECK(live.decision().action == RecoveryAction::kRefuse);
  CHECK_THAT(live.decision().why, ContainsSubstring("Connect refused a restart (403: Forbidden)"));
  CHECK(worker->Snapshot().restarts.size() == 1);
  worker->SetFaults({});
  live.recovery().SetPolicy(Live::Acting());
  live.Passes(10);
  CHECK(worker->Snapshot().restarts.size() == 2);
}

TEST_CASE("without a sound state directory nothing is restarted, and it says why", "[recovery]") {
  const TemporaryFolder folder;
  const auto worker = StartWorker();
  SECTION("none") {
    Live live({.url = worker->url()}, Live::Acting(), nullptr);
    FailTaskOf(*worker);
    CHECK(live.Passes(5).action == RecoveryAction::kRestart);
    CHECK_FALSE(live.decision().acted);
    CHECK_THAT(live.facts().hindrance, ContainsSubstring("there is no state directory"));
    CHECK_THAT(live.news(), ContainsSubstring("recovery_hindered etl: only observes"));
  }
  SECTION("a damaged one, until somebody has looked") {
    const auto database = OpenState(folder.path());
    const std::string aside = folder.path() + "/klaxon.db.damaged-20260131T120000Z";
    std::ofstream(aside) << "x";
    Live live({.url = worker->url()}, Live::Acting(), database.get());
    FailTaskOf(*worker);
    live.Passes(5);
    CHECK_THAT(live.facts().hindrance, ContainsSubstring("the state was damaged"));
    CHECK(worker->Snapshot().restarts.empty());
    std::filesystem::remove(aside);
    live.Passes(1);
    CHECK(live.decision().acted);
    CHECK_THAT(live.news(), ContainsSubstring("recovery_hindered etl: acts again"));
    CHECK(worker->Snapshot().restarts.size() == 1);
  }
  SECTION("one that was deleted while it runs") {
    const std::string directory = folder.path() + "/state";
    const auto database = OpenState(directory);
    Live live({.url = worker->url()}, Live::Acting(), database.get());
    live.Passes(1);
    std::filesystem::remove_all(directory);
    FailTaskOf(*worker);
    live.Passes(5);
    CHECK_THAT(live.facts().hindrance, ContainsSubstring("was deleted or replaced"));
    CHECK(worker->Snapshot().restarts.empty());
  }
  SECTION("a full one, until there is room") {
    const auto database = OpenState(folder.path());
    Live live({.url = worker->url()}, Live::Acting(), database.get());
    live.Passes(1);
    std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is what a full disk looks like
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    rlimit full = before;
    full.rlim_cur = 1;
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &full) == 0);
    FailTaskOf(*worker);
    live.Passes(5);
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    CHECK_THAT(live.facts().hindrance, ContainsSubstring("klaxon.db: SQLite: "));
    CHECK(worker->Snapshot().restarts.empty());
    live.Passes(1);
    CHECK(live.facts().hindrance.empty());
    CHECK(worker->Snapshot().restarts.size() == 1);
  }
}

TEST_CASE("32: killed at any instant, it sends no restart too many", "[recovery]") {
  struct Point {
    const char* name = nullptr;
    size_t sent = 0;   ///< when it was killed
    size_t later = 0;  ///< by the next one, within two minutes
  };

  // What was intended counts, sent or not: at most one restart, never two.
  constexpr std::array<Point, 6> kPoints{{{"before intent", 0, 1},
                                          {"after intent", 0, 0},
                                          {"before send", 0, 0},
                                          {"after answer", 1, 0},
                                          {"after outcome", 1, 0},
                                          {"never", 1, 0}}};
  for (const Point& point : kPoints) {
    INFO(point.name);
    const TemporaryFolder folder;
    const auto worker = StartWorker();
    FailTaskOf(*worker, true);
    const std::optional<bool> killed =
        RunVictim({folder.path(), worker->url(), "1800000000", "3", point.name});
    CHECK(killed == (std::string_view(point.name) != "never"));
    CHECK(worker->Snapshot().restarts.size() == point.sent);
    CHECK(RunVictim({folder.path(), worker->url(), "1800000020", "24", "never"}) == false);
    CHECK(worker->Snapshot().restarts.size() == point.sent + point.later);
    const auto database = OpenState(folder.path());
    const std::string log = LogOf(*database);
    CHECK_THAT(log, ContainsSubstring("sink restart 1: "));
    const bool unanswered =
        point.sent + point.later == 0 || std::string_view(point.name) == "after answer";
    CHECK((log.find("it counts as an attempt") != std::string::npos) == unanswered);
  }
}

}  // namespace
}  // namespace klaxon::recovery
