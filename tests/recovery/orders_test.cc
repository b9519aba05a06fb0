#include <sys/resource.h>

#include <csignal>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "tests/recovery/scene.h"
#include "tests/support/temporary_folder.h"

namespace klaxon::recovery {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::TemporaryFolder;

std::string WordsOf(const Result<std::string>& done) {
  return done ? *done : done.error().message();
}

TEST_CASE("paused, nothing is restarted until somebody resumes it, over ends of the agent, too",
          "[recovery]") {
  const TemporaryFolder folder;
  const auto worker = StartWorker();
  const std::string whom = GENERATE("sink", "");
  {
    const auto database = OpenState(folder.path());
    Live live({.url = worker->url()}, Live::Acting(), database.get());
    live.Passes(1);
    REQUIRE(live.Order(RecoveryVerb::kPause, whom));
    REQUIRE(live.facts().pauses.size() == 1);
    CHECK(live.facts().pauses[0].who == "alice");
    FailTaskOf(*worker);
    live.Passes(10);
    CHECK(live.decision().action == RecoveryAction::kRefuse);
    CHECK_THAT(live.decision().why, ContainsSubstring("recovery is paused by alice since 20"));
    CHECK_THAT(live.decision().why, ContainsSubstring("the database moves"));
  }
  const auto database = OpenState(folder.path());
  Live live({.url = worker->url(), .started = 1'800'000'100}, Live::Acting(), database.get());
  live.Passes(10);
  CHECK(worker->Snapshot().restarts.empty());
  REQUIRE(live.Order(RecoveryVerb::kResume, whom));
  CHECK(live.facts().pauses.empty());
  CHECK(worker->Snapshot().restarts.size() == 1);
  CHECK_FALSE(live.Order(RecoveryVerb::kResume, whom));
  const std::string log = LogOf(*database);
  CHECK_THAT(log, ContainsSubstring(whom + " pause by alice from 192.0.2.7: the database moves"));
  CHECK_THAT(log, ContainsSubstring(whom + " resume by alice from 192.0.2.7"));
  CHECK_THAT(log, ContainsSubstring("not done: recovery of "));
  CHECK_THAT(live.news(), ContainsSubstring("recovery_order " + (whom.empty() ? "etl" : whom)));
}

TEST_CASE("what Connect has not told of yet can be paused, and no more", "[recovery]") {
  const TemporaryFolder folder;
  const auto database = OpenState(folder.path());
  const auto worker = StartWorker();
  FailTaskOf(*worker, true);
  Live live({.url = worker->url()}, Live::Acting(), database.get());
  const std::string whom = GENERATE("sink", "");
  const auto order = [&](RecoveryVerb verb) {
    return live.recovery().CarryUnseen({.verb = verb,
                                        .connector = whom,
                                        .who = "alice",
                                        .address = "192.0.2.7",
                                        .why = "the database moves"});
  };
  for (const RecoveryVerb verb : {RecoveryVerb::kRestart, RecoveryVerb::kLift}) {
    CHECK(WordsOf(order(verb)) == "Connect cluster main/etl has not answered yet");
  }
  const Result<std::string> paused = order(RecoveryVerb::kPause);
  CHECK(paused);
  CHECK((WordsOf(paused).find("is not known yet") != std::string::npos) == !whom.empty());
  CHECK_THAT(LogOf(*database), ContainsSubstring(whom + " pause by alice"));
  live.Passes(10);
  CHECK_THAT(live.decision().why, ContainsSubstring("recovery is paused by alice"));
  CHECK(worker->Snapshot().restarts.empty());
  CHECK(order(RecoveryVerb::kResume));
  live.Passes(2);
  CHECK(worker->Snapshot().restarts.size() == 1);
}

TEST_CASE("a person's restart waits for nothing, is counted and written down", "[recovery]") {
  struct Before {
    std::string_view what{};
    void (*play)(Live&) = nullptr;
    size_t sent = 0;  ///< before
  };

  const std::vector<Before> befores{
      {"seen once", [](Live& live) { live.Passes(1); }, 0},
      {"in back-off", [](Live& live) { live.Passes(4); }, 1},
      {"used up", [](Live& live) { live.Passes(300); }, 2},
      {"paused",
       [](Live& live) {
         REQUIRE(live.Order(RecoveryVerb::kPause));
         live.Passes(4);
       },
       0},
  };
  for (const Before& before : befores) {
    INFO(before.what);
    const TemporaryFolder folder;
    const auto database = OpenState(folder.path());
    const auto worker = StartWorker();
    Policy policy = Live::Acting();
    policy.settings.attempts = 2;
    Live live({.url = worker->url()}, policy, database.get());
    live.Passes(1);
    FailTaskOf(*worker, true);
    before.play(live);
    REQUIRE(worker->Snapshot().restarts.size() == before.sent);
    const uint32_t attempts = live.decision().attempts;
    const Result<std::string> done = live.Order(RecoveryVerb::kRestart);
    CHECK(WordsOf(done) == "connector sink: accepted, 202, RESTARTING");
    CHECK(worker->Snapshot().restarts.size() == before.sent + 1);
    CHECK(live.decision().attempts == attempts + 1);
    live.Passes(2);
    CHECK(worker->Snapshot().restarts.size() == before.sent + 1);
    CHECK_THAT(LogOf(*database), ContainsSubstring("sink restart by alice from 192.0.2.7: the "
                                                   "database moves: connector sink: accepted"));
  }
}

TEST_CASE("11: what hangs in RESTARTING keeps nobody from restarting what failed", "[recovery]") {
  const TemporaryFolder folder;
  const auto database = OpenState(folder.path());
  const auto worker = StartWorker();
  FailTaskOf(*worker);
  worker->Change(
      [](simulator::ConnectState& state) { state.connectors[0].tasks[1].state = "RESTARTING"; });
  Live live({.url = worker->url()}, Live::Acting(), database.get());
  live.Passes(10);
  CHECK(WordsOf(live.Order(RecoveryVerb::kRestart)) == "a restart of it is under way");
  live.Passes(10);  // 90 s are over
  REQUIRE(live.decision().action == RecoveryAction::kRefuse);
  CHECK(live.Order(RecoveryVerb::kRestart));
  CHECK(worker->Snapshot().restarts.size() == 1);
}

TEST_CASE("15: of a person's restart without an answer nobody says that it was not done",
          "[recovery]") {
  const TemporaryFolder folder;
  const auto database = OpenState(folder.path());
  const auto worker = StartWorker();
  Live live({.url = worker->url()}, Live::Acting(), database.get());
  FailTaskOf(*worker, true);
  live.Passes(1);
  worker->SetFaults({.status = 500, .only = "/connectors/sink/restart"});
  const Result<std::string> done = live.Order(RecoveryVerb::kRestart);
  REQUIRE_FALSE(done);
  CHECK(done.error().reason() == Reason::kTimeout);
  CHECK_THAT(WordsOf(done), ContainsSubstring("unknown, 500: Request timed out; it may have been"));
  CHECK_THAT(LogOf(*database), !ContainsSubstring("not done"));
}

TEST_CASE("26: what runs without tasks is restarted if a person asks for it", "[recovery]") {
  const TemporaryFolder folder;
  const auto database = OpenState(folder.path());
  const auto worker = StartWorker();
  worker->Change([](simulator::ConnectState& state) { state.connectors[0].tasks.clear(); });
  Live live({.url = worker->url()}, Live::Acting(), database.get());
  live.estate().connectors[0].tasks.clear();
  live.Passes(40);
  REQUIRE_THAT(live.decision().why, ContainsSubstring("it runs without tasks"));
  CHECK(WordsOf(live.Order(RecoveryVerb::kRestart)) == "connector sink: accepted, 202, RESTARTING");
  CHECK(worker->Snapshot().restarts == std::vector<std::string>{"/connectors/sink/restart"});
}

TEST_CASE("in observe a person's restart is sent, and nothing else", "[recovery]") {
  const TemporaryFolder folder;
  const auto database = OpenState(folder.path());
  const auto worker = StartWorker();
  Policy policy = Live::Acting();
  policy.settings.mode = RecoveryMode::kObserve;
  Live live({.url = worker->url()}, policy, database.get());
  FailTaskOf(*worker, true);
  live.Passes(10);
  CHECK_THAT(LogOf(*database),
             ContainsSubstring("sink restart: only observed (mode: observe): dependency: "));
  REQUIRE(live.Order(RecoveryVerb::kRestart));
  live.Passes(50);
  CHECK(worker->Snapshot().restarts.size() == 1);
}

TEST_CASE("a person's restart that must not be sent is refused with the reason", "[recovery]") {
  struct Refusal {
    std::string_view why{};
    void (*play)(Live& live, simulator::ConnectWorker& worker) = nullptr;
    std::string connector = "sink";
  };

  const std::vector<Refusal> refusals{
      {"nothing of it is FAILED", [](Live& live, auto&) { live.Passes(1); }},
      {"there is no connector \"other\"", [](Live& live, auto&) { live.Passes(1); }, "other"},
      {"name the connector", [](Live& live, auto&) { live.Passes(1); }, ""},
      {"it is paused or stopped in Connect",
       [](Live& live, auto& worker) {
         FailTaskOf(worker, true);
         live.estate().connectors[0].intent = ConnectIntent::kPaused;
         live.Passes(1);
       }},
      {"a restart of it is under way",
       [](Live& live, auto& worker) {
         FailTaskOf(worker, true);
         live.Passes(2);
       }},
      {"gate worker_group is shut",
       [](Live& live, auto& worker) {
         FailTaskOf(worker, true);
         live.estate().workers_state = "PreparingRebalance";
         live.Passes(2);
       }},
      {"the budget of 1 restarts a minute is spent",
       [](Live& live, auto& worker) {
         FailTaskOf(worker, true);
         Policy policy = Live::Acting();
         policy.budget_a_minute = 1;
         policy.settings.verify_timeout = std::chrono::seconds{1};
         live.recovery().SetPolicy(policy);
         live.Passes(5);
       }},
      {"recovery is off for it",
       [](Live& live, auto& worker) {
         FailTaskOf(worker, true);
         Policy policy = Live::Acting();
         policy.settings.mode = RecoveryMode::kOff;
         live.recovery().SetPolicy(policy);
         live.Passes(1);
       }},
  };
  for (const Refusal& refusal : refusals) {
    INFO(refusal.why);
    const TemporaryFolder folder;
    const auto database = OpenState(folder.path());
    const auto worker = StartWorker();
    Live live({.url = worker->url()}, Live::Acting(), database.get());
    live.Passes(1);
    refusal.play(live, *worker);
    const size_t sent = worker->Snapshot().restarts.size();
    const Result<std::string> done = live.Order(RecoveryVerb::kRestart, refusal.connector);
    CHECK_FALSE(done);
    CHECK_THAT(WordsOf(done), ContainsSubstring(std::string(refusal.why)));
    CHECK(worker->Snapshot().restarts.size() == sent);
    CHECK_THAT(LogOf(*database), ContainsSubstring("not done: " + std::string(refusal.why)));
  }
}

TEST_CASE("what is let out of quarantine starts afresh", "[recovery]") {
  const TemporaryFolder folder;
  const auto database = OpenState(folder.path());
  const auto worker = StartWorker();
  Policy policy = Live::Acting();
  policy.settings.attempts = 1;
  Live live({.url = worker->url()}, policy, database.get());
  live.Passes(1);
  CHECK_FALSE(live.Order(RecoveryVerb::kLift));  // it is in none
  FailTaskOf(*worker, true);
  live.Passes(50);
  REQUIRE(live.decision().action == RecoveryAction::kExhausted);
  REQUIRE(live.Order(RecoveryVerb::kLift));
  CHECK(live.decision().action == RecoveryAction::kLift);
  CHECK(live.decision().why == "alice has lifted it; it starts afresh");
  CHECK(live.decision().attempts == 0);
  live.Passes(3);
  CHECK(worker->Snapshot().restarts.size() == 2);
}

TEST_CASE("attempts are given back while the last of them is followed, too", "[recovery]") {
  const TemporaryFolder folder;
  const auto database = OpenState(folder.path());
  const auto worker = StartWorker();
  Policy policy = Live::Acting();
  policy.settings.attempts = 1;
  Live live({.url = worker->url()}, policy, database.get());
  FailTaskOf(*worker, true);
  live.Passes(2);
  REQUIRE(worker->Snapshot().restarts.size() == 1);
  REQUIRE(live.decision().action == RecoveryAction::kRestart);
  CHECK(live.Order(RecoveryVerb::kLift));
  CHECK(live.decision().attempts == 0);
}

TEST_CASE("a quarantine goes on while Connect is silent: told once, and to be lifted",
          "[recovery]") {
  const TemporaryFolder folder;
  const auto database = OpenState(folder.path());
  const auto worker = StartWorker();
  Live live({.url = worker->url()}, Live::Acting(), database.get());
  FailTaskOf(*worker, true, "java.lang.ClassNotFoundException: a.B");
  live.Passes(20);
  REQUIRE(live.decision().action == RecoveryAction::kQuarantine);
  live.estate().answers = false;
  live.Passes(20);
  REQUIRE(live.decision().action == RecoveryAction::kRefuse);
  SECTION("it answers again") {
    live.estate().answers = true;
    live.Passes(3);
    CHECK(live.decision().action == RecoveryAction::kQuarantine);
    const std::string_view news = live.news();
    CHECK(news.find("recovery_given_up") == news.rfind("recovery_given_up"));
  }
  SECTION("somebody lifts it") {
    CHECK(live.Order(RecoveryVerb::kLift));
  }
}

TEST_CASE("what cannot be written down is not done", "[recovery]") {
  const auto worker = StartWorker();
  SECTION("there is no state directory") {
    Live live({.url = worker->url()}, Live::Acting(), nullptr);
    live.Passes(1);
    const Result<std::string> done = live.Order(RecoveryVerb::kPause);
    CHECK_THAT(WordsOf(done), ContainsSubstring("could not be written down: there is no state"));
    CHECK(live.facts().pauses.empty());
  }
  SECTION("the disk is full") {
    const TemporaryFolder folder;
    const auto database = OpenState(folder.path());
    Live live({.url = worker->url()}, Live::Acting(), database.get());
    live.Passes(1);
    std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is what a full disk looks like
    const auto on_a_full_disk = [](const auto& order) {
      rlimit before{};
      REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
      rlimit full = before;
      full.rlim_cur = 1;
      REQUIRE(::setrlimit(RLIMIT_FSIZE, &full) == 0);
      Result<std::string> done = order();
      REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
      return done;
    };
    FailTaskOf(*worker, true);
    live.Pass();
    const Result<std::string> restarted =
        on_a_full_disk([&] { return live.Order(RecoveryVerb::kRestart); });
    CHECK_FALSE(restarted);
    CHECK(worker->Snapshot().restarts.empty());
    // But a pause: it makes things safer.
    const Result<std::string> paused =
        on_a_full_disk([&] { return live.Order(RecoveryVerb::kPause); });
    CHECK(paused);
    CHECK_THAT(WordsOf(paused), ContainsSubstring("is forgotten if Klaxon ends before it can be "
                                                  "written down: "));
    REQUIRE(live.facts().pauses.size() == 1);
    const Result<std::string> resumed =
        on_a_full_disk([&] { return live.Order(RecoveryVerb::kResume); });
    CHECK_THAT(WordsOf(resumed), ContainsSubstring("could not be written down"));
    CHECK(live.facts().pauses.size() == 1);
    SECTION("it is written down when there is room") {
      live.Passes(3);
      CHECK_THAT(LogOf(*database), ContainsSubstring("sink pause by alice"));
      Live next({.url = worker->url(), .started = 1'800'000'100}, Live::Acting(), database.get());
      next.Passes(1);
      CHECK(next.facts().pauses.size() == 1);
    }
    SECTION("resumed first, it is gone for good") {
      REQUIRE(live.Order(RecoveryVerb::kResume));
      CHECK_THAT(LogOf(*database), ContainsSubstring("sink pause by alice"));
      live.Pass();
      Live next({.url = worker->url(), .started = 1'800'000'100}, Live::Acting(), database.get());
      next.Passes(1);
      CHECK(next.facts().pauses.empty());
    }
  }
}

}  // namespace
}  // namespace klaxon::recovery
