#include <array>
#include <filesystem>
#include <fstream>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "agent/state/opener.h"
#include "tests/recovery/run_victim.h"
#include "tests/recovery/scene.h"
#include "tests/recovery/situations.h"
#include "tests/support/temporary_folder.h"

/// What holds for a whole Connect cluster outlives the agent.
namespace klaxon::recovery {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::TemporaryFolder;

constexpr int64_t kLater = 1'800'000'200;

TEST_CASE("what stops all restarts of a cluster still does after the next start", "[recovery]") {
  const TemporaryFolder folder;
  const auto worker = StartWorker();
  FailTaskOf(*worker, true);
  SECTION("Connect has refused one") {
    worker->SetFaults({.status = 403, .only = "/connectors/sink/restart"});
  }
  SECTION("one had no answer") {
    worker->SetFaults({.status = 500, .only = "/connectors/sink/restart"});
  }
  {
    const auto database = OpenState(folder.path());
    Live live({.url = worker->url()}, Live::Acting(), database.get());
    live.Passes(2);
    REQUIRE(worker->Snapshot().restarts.size() == 1);
  }
  worker->SetFaults({});
  const auto database = OpenState(folder.path());
  Live live({.url = worker->url(), .started = 1'800'000'015}, Live::Acting(), database.get());
  live.Passes(5);
  CHECK(worker->Snapshot().restarts.size() == 1);
  live.Passes(150);  // the hold is over
  CHECK(worker->Snapshot().restarts.size() > 1);
}

TEST_CASE("a restart whose answer the end of Klaxon cut off holds as one without an answer",
          "[recovery]") {
  const TemporaryFolder folder;
  const auto worker = StartWorker();
  FailTaskOf(*worker, true);
  REQUIRE(RunVictim({folder.path(), worker->url(), "1800000000", "3", "after answer"}));
  const size_t sent = worker->Snapshot().restarts.size();
  REQUIRE(sent == 1);
  const auto database = OpenState(folder.path());
  Live live({.url = worker->url(), .started = 1'800'000'020}, Live::Acting(), database.get());
  live.Passes(10);  // its back-off is over
  CHECK(worker->Snapshot().restarts.size() == sent);
  const auto& gates = live.decision().gates;
  const auto answered = std::ranges::find(gates, "answered", &RecoveryGate::name);
  if (answered != gates.end()) CHECK_FALSE(answered->open);
  live.Passes(20);  // verify.timeout, too
  CHECK(worker->Snapshot().restarts.size() > sent);
}

TEST_CASE("a breaker that lets one after the other through does so after a while away, too",
          "[recovery]") {
  const TemporaryFolder folder;
  const auto worker = StartWorker();
  {
    const auto database = OpenState(folder.path());
    Live live({.url = worker->url()}, Live::Acting(), database.get());
    FailTaskOf(*worker, true);
    live.Passes(2);
    REQUIRE(worker->Snapshot().restarts.size() == 1);
  }
  const auto database = OpenState(folder.path());
  Result<Ledger> ledger = Ledger::Make(*database, {.cluster = "main", .connect = "etl"});
  REQUIRE(ledger);
  const auto sent = database->Read({.sql = "SELECT max(at) FROM recovery_attempts"});
  REQUIRE(sent);
  const Duration away = std::chrono::minutes{3};
  const Instant now{.wall = state::MomentOf(sent->at(0), 0) + std::chrono::minutes{3},
                    .mono = MonoTime{std::chrono::hours{1}}};
  const Result<Journal> journal = ledger->Load(now);
  REQUIRE(journal);
  CHECK(journal->restarts.empty());  // of the last minute
  REQUIRE(journal->last_restart);
  CHECK(now.mono - *journal->last_restart == away);
}

TEST_CASE("what became of the last restart is told after the next start, too", "[recovery]") {
  const TemporaryFolder folder;
  const auto worker = StartWorker();
  {
    const auto database = OpenState(folder.path());
    Live live({.url = worker->url()}, Live::Acting(), database.get());
    live.Passes(1);
    FailTaskOf(*worker);
    live.Passes(60);  // its attempts are forgotten by then
    REQUIRE(live.decision().attempts == 0);
  }
  const auto database = OpenState(folder.path());
  Live live({.url = worker->url(), .started = 1'800'000'900}, Live::Acting(), database.get());
  const RecoveryDecision& decision = live.Passes(1);
  CHECK(decision.attempts == 0);
  REQUIRE(decision.last_restart);
  CHECK(decision.last_restart->outcome == RestartOutcome::kAccepted);
  CHECK(decision.last_restart->verdict == RestartVerdict::kRecovered);
  CHECK(decision.last_restart->took == std::chrono::seconds{10});
}

TEST_CASE("what runs again since the agent ended is told to run", "[recovery]") {
  const TemporaryFolder folder;
  const auto worker = StartWorker();
  {
    const auto database = OpenState(folder.path());
    Live live({.url = worker->url()}, Live::Acting(), database.get());
    FailTaskOf(*worker, true, "java.lang.ClassNotFoundException: a.B");
    live.Passes(20);
    REQUIRE(live.decision().action == RecoveryAction::kQuarantine);
  }
  worker->Change([](simulator::ConnectState& state) { simulator::HealTask(state, "sink", 0); });
  const auto database = OpenState(folder.path());
  Live live({.url = worker->url(), .started = kLater}, Live::Acting(), database.get());
  live.Passes(2);
  const auto told = Explain(*database, "sink");
  REQUIRE(told);
  REQUIRE(told->size() == 1);
  CHECK_THAT(told->at(0).decision.words, ContainsSubstring("nothing: it runs"));
}

TEST_CASE("an open breaker is open at the next start", "[recovery]") {
  const TemporaryFolder folder;
  const auto database = OpenState(folder.path());
  const auto worker = StartWorker();
  const Place place{.cluster = "main", .connect = "etl"};
  const Instant then{.wall = WallTime{std::chrono::seconds{kLater}}, .mono = MonoTime{}};
  {
    Result<Ledger> ledger = Ledger::Make(*database, place);
    REQUIRE(ledger);
    Result<Journal> journal = ledger->Load(then);
    REQUIRE(journal);
    journal->cluster_id = "k1";
    journal->breaker = {.state = BreakerState::kCanary,
                        .since = then,
                        .why = "9 of 9 connectors failed at once",
                        .canary = "other"};
    REQUIRE(ledger->Save(*journal, {}, then));
  }
  Result<Ledger> ledger = Ledger::Make(*database, place);
  REQUIRE(ledger);
  const Instant now{.wall = then.wall + std::chrono::seconds{100},
                    .mono = MonoTime{std::chrono::hours{1}}};
  const Result<Journal> journal = ledger->Load(now);
  REQUIRE(journal);
  CHECK(journal->cluster_id == "k1");
  CHECK(journal->breaker.state == BreakerState::kCanary);
  CHECK(journal->breaker.canary == "other");
  CHECK(journal->breaker.why == "9 of 9 connectors failed at once");
  CHECK(now.mono - journal->breaker.since.mono >= std::chrono::seconds{85});
  CHECK(now.mono - journal->breaker.since.mono <= std::chrono::seconds{100});
}

TEST_CASE("32: the canary that was sent is the canary after the next start, too", "[recovery]") {
  const TemporaryFolder folder;
  const auto database = OpenState(folder.path());
  const Place place{.cluster = "main", .connect = "etl"};
  Estate estate;
  const Instant opened = estate.now;
  {
    Result<Ledger> ledger = Ledger::Make(*database, place);
    REQUIRE(ledger);
    Result<Journal> journal = ledger->Load(opened);
    REQUIRE(journal);
    journal->cluster_id = "k1";
    journal->breaker = {.state = BreakerState::kCanary, .since = opened, .canary = "sink"};
    estate.Later(5);
    journal->connectors["sink"] = {.attempts = {.count = 1, .last = estate.now}};
    REQUIRE(ledger->Save(*journal, {}, estate.now));
  }
  estate.Later(20);
  Result<Ledger> ledger = Ledger::Make(*database, place);
  REQUIRE(ledger);
  Result<Journal> journal = ledger->Load(estate.now);
  REQUIRE(journal);
  estate.journal = *std::move(journal);
  for (const char* name : {"other", "sink"}) {
    estate.Add(name);
    estate.Fail(name, 0);
  }
  estate.Passes(2);
  CHECK(Name(estate.About("other").action) != Name(RecoveryAction::kRestart));
}

TEST_CASE("31: another Kafka cluster behind the name inherits nothing", "[recovery]") {
  const TemporaryFolder folder;
  const auto worker = StartWorker();
  Policy policy = Live::Acting();
  policy.settings.attempts = 1;
  FailTaskOf(*worker, true);
  {
    const auto database = OpenState(folder.path());
    Live live({.url = worker->url()}, policy, database.get());
    live.Passes(50);
    REQUIRE(live.decision().action == RecoveryAction::kExhausted);
    REQUIRE(worker->Snapshot().restarts.size() == 1);
  }
  const auto database = OpenState(folder.path());
  Live live({.url = worker->url(), .started = kLater + 100}, policy, database.get());
  const std::string first = live.estate().cluster_id;
  live.estate().cluster_id = live.estate().kafka_id = "another";
  live.Passes(100);
  CHECK(live.decision().action == RecoveryAction::kRefuse);
  CHECK_THAT(live.decision().why, ContainsSubstring("is another: another Connect cluster answers"));
  CHECK(worker->Snapshot().restarts.size() == 1);

  const Result<std::string> lifted = live.Order(RecoveryVerb::kLift, "");
  REQUIRE(lifted);
  CHECK_THAT(*lifted, ContainsSubstring("Kafka cluster another stands behind it from now on"));
  live.Passes(50);  // its own attempts
  CHECK(live.decision().action == RecoveryAction::kExhausted);
  CHECK(worker->Snapshot().restarts.size() == 2);

  live.estate().cluster_id = live.estate().kafka_id =
      first;  // and what was remembered of the first is still known
  live.Passes(2);
  REQUIRE(live.Order(RecoveryVerb::kLift, ""));
  live.Passes(50);
  CHECK(live.decision().action == RecoveryAction::kExhausted);
  CHECK(worker->Snapshot().restarts.size() == 2);
}

TEST_CASE("31: another Kafka cluster that is FAILED as a whole is not restarted as a whole",
          "[recovery]") {
  const TemporaryFolder folder;
  const auto database = OpenState(folder.path());
  const auto worker = StartWorker();
  Policy policy = Live::Acting();
  policy.quiet_polls = 2;
  policy.breaker_least = 2;
  Live live({.url = worker->url(), .look = [](testing::ConnectEstate&) {}}, policy, database.get());
  live.estate().Connector("other", "sink", 1);
  live.Passes(3);
  live.estate().cluster_id = live.estate().kafka_id = "another";
  for (ConnectorFacts& connector : live.estate().connectors) {
    connector.tasks[0].state = "FAILED";
  }
  FailTaskOf(*worker, true);
  live.Passes(3);
  REQUIRE(live.Order(RecoveryVerb::kLift, ""));
  CHECK(Name(live.facts().breaker) == "open");
  CHECK(live.facts().breaker_why == "2 of 2 connectors were FAILED when Klaxon began to look");
  live.Passes(1);
  CHECK_THAT(live.decision().why, ContainsSubstring("poll 2 of 2 that only look"));
  live.Passes(8);
  CHECK(worker->Snapshot().restarts.empty());
}

/// The tables of the first version, as they were released.
constexpr std::array<std::string_view, 1> kFirst{R"(
CREATE TABLE recovery_connectors (
  cluster TEXT NOT NULL, connect TEXT NOT NULL, connector TEXT NOT NULL,
  config_hash INTEGER NOT NULL, quarantined INTEGER NOT NULL, attempts INTEGER NOT NULL,
  last_attempt INTEGER, last_cause TEXT NOT NULL, poison TEXT NOT NULL,
  misses INTEGER NOT NULL, held_until INTEGER, held_why TEXT NOT NULL,
  PRIMARY KEY (cluster, connect, connector)) STRICT, WITHOUT ROWID;
CREATE TABLE recovery_attempts (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  cluster TEXT NOT NULL, connect TEXT NOT NULL, connector TEXT NOT NULL,
  number INTEGER NOT NULL, worker TEXT NOT NULL, class TEXT NOT NULL, cause TEXT NOT NULL,
  outcome TEXT, words TEXT, verdict TEXT, evidence TEXT, took INTEGER) STRICT;
CREATE INDEX recovery_attempts_at ON recovery_attempts (at);
CREATE TABLE recovery_decisions (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  cluster TEXT NOT NULL, connect TEXT NOT NULL, connector TEXT NOT NULL,
  action TEXT NOT NULL, why TEXT NOT NULL, way_out TEXT NOT NULL, class TEXT NOT NULL,
  cause TEXT NOT NULL, gates TEXT NOT NULL) STRICT;
CREATE INDEX recovery_decisions_at ON recovery_decisions (at);
CREATE INDEX recovery_decisions_of ON recovery_decisions (connector, id)
)"};

TEST_CASE("what the first version remembered goes on to hold", "[recovery]") {
  const TemporaryFolder folder;
  const auto worker = StartWorker();
  {
    const auto database = OpenState(folder.path());
    REQUIRE(database->Migrate("recovery", kFirst));
    REQUIRE(database->Write({{.sql = "INSERT INTO recovery_connectors VALUES "
                                     "('main','etl','sink',7,1,5,?,'','',0,NULL,'')",
                              .values = {int64_t{1'799'999'000'000}}}}));
  }
  FailTaskOf(*worker, true);
  for (int64_t start = 0; start < 2; ++start) {  // of no cluster at the first, of one at the second
    const auto database = OpenState(folder.path());
    Live live({.url = worker->url(), .started = 1'800'000'000 + start * 1000}, Live::Acting(),
              database.get());
    live.Passes(10);
    CHECK(live.decision().action == RecoveryAction::kExhausted);
  }
  CHECK(worker->Snapshot().restarts.empty());
}

TEST_CASE("20: what the first version took for poison is known as that", "[recovery]") {
  struct Written {
    std::string what{};
    std::string last_cause{};
    std::string poison{};
    std::string_view last{};
    std::string_view found{};
    std::string_view words{};
  };

  for (const Written& written : std::vector<Written>{
           {"nothing", "", "", "", "", ""},
           {"a sink's", "-1 07\nt-0@17\nt-1@5", "t-0@17, t-1@5", "t-0@17 t-1@5", "t-0@17 t-1@5",
            "t-0@17, t-1@5"},
           {"a source's", "0 07\n{\"a\":1} at {\"b\":2}, ...", "{\"a\":1} at {\"b\":2}, ...",
            "{\"a\":1} at {\"b\":2}", "{\"a\":1} at {\"b\":2}", "{\"a\":1} at {\"b\":2}"}}) {
    INFO(written.what);
    const TemporaryFolder folder;
    const auto database = OpenState(folder.path());
    REQUIRE(database->Migrate("recovery", kFirst));
    REQUIRE(database->Write({{.sql = "INSERT INTO recovery_connectors VALUES "
                                     "('main','etl','sink',7,1,2,0,?,?,0,NULL,'')",
                              .values = {written.last_cause, written.poison}}}));
    Result<Ledger> ledger = Ledger::Make(*database, {.cluster = "main", .connect = "etl"});
    REQUIRE(ledger);
    const Result<Journal> journal = ledger->Load({.wall = WallTime{std::chrono::seconds{kLater}}});
    REQUIRE(journal);
    const PoisonMemory& poison = journal->connectors.at("sink").poison;
    CHECK(poison.last.positions == At(written.last));
    CHECK(poison.found == At(written.found));
    CHECK(InWords(poison.found) == written.words);
  }
}

class ManualClock final : public Clock {
 public:
  Instant Now() override { return now; }

  bool SleepUntil(MonoTime, const std::stop_token&) override { return false; }

  Instant now{};
};

TEST_CASE("a state directory that could not be used at the start is tried again", "[state]") {
  const TemporaryFolder folder;
  const std::string directory = folder.path() + "/mount/state";
  std::ofstream(folder.path() + "/mount") << "not mounted yet";
  ManualClock clock;
  state::Opener opener(directory, clock);
  CHECK_FALSE(opener.Get());
  std::filesystem::remove(folder.path() + "/mount");
  CHECK_FALSE(opener.Get());  // not all the time
  clock.now.mono += std::chrono::seconds{11};
  const Result<state::Database*> opened = opener.Get();
  REQUIRE(opened);
  CHECK((*opened)->folder() == directory);
  CHECK(opener.Get());
}

}  // namespace
}  // namespace klaxon::recovery
