#include "agent/recovery/ledger.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/support/temporary_folder.h"

namespace klaxon::recovery {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

const Instant kStart{.wall = WallTime{hours{500'000}}, .mono = MonoTime{hours{10}}};

Instant After(Duration time) {
  return {kStart.wall + std::chrono::duration_cast<WallTime::duration>(time), kStart.mono + time};
}

std::unique_ptr<state::Database> OpenIn(const std::string& folder) {
  Result<std::unique_ptr<state::Database>> database = state::Database::Open(folder, kStart);
  REQUIRE(database);
  return *std::move(database);
}

Ledger LedgerOf(state::Database& database, const std::string& connect = "etl") {
  Result<Ledger> ledger = Ledger::Make(database, {.cluster = "main", .connect = connect});
  REQUIRE(ledger);
  return *std::move(ledger);
}

Journal LoadFrom(Ledger& ledger, const Instant& now) {
  Result<Journal> journal = ledger.Load(now);
  REQUIRE(journal);
  return *std::move(journal);
}

RecoveryDecision Decision(const std::string& connector, RecoveryAction action) {
  return {.connector = connector,
          .action = action,
          .failed = {0},
          .why = "because",
          .gates = {{.name = "fresh", .open = true, .value = "2 s old"},
                    {.name = "breaker", .value = "open"}}};
}

TEST_CASE("what is remembered of connectors comes back, on the clocks of the next start",
          "[recovery]") {
  const testing::TemporaryFolder folder;
  const auto database = OpenIn(folder.path());
  Ledger ledger = LedgerOf(*database);
  Journal journal = LoadFrom(ledger, kStart);
  CHECK(journal.connectors.empty());
  journal.connectors["sink"] = {.config_hash = 0xffffffffffffff01,
                                .quarantined = true,
                                .attempts = 3,
                                .last_attempt = After(seconds{5}),
                                .last_cause = "cause",
                                .poison = "orders-0@17",
                                .misses = 2,
                                .held_until = After(seconds{90}),
                                .held_why = "held"};
  journal.connectors["well"] = {.config_hash = 3};
  REQUIRE(ledger.Save(journal, {}, kStart));

  Ledger other = LedgerOf(*database, "other");
  CHECK(LoadFrom(other, kStart).connectors.empty());

  const Instant later{.wall = After(seconds{65}).wall, .mono = MonoTime{seconds{7}}};
  Ledger again = LedgerOf(*database);
  const Journal restored = LoadFrom(again, later);
  REQUIRE(restored.connectors.size() == 1);
  const ConnectorMemory& memory = restored.connectors.at("sink");
  CHECK(memory.restored);
  CHECK(memory.config_hash == 0xffffffffffffff01);
  CHECK(memory.quarantined);
  CHECK(memory.attempts == 3);
  CHECK(memory.last_attempt->mono == later.mono - seconds{60});
  CHECK(memory.poison == "orders-0@17");
  CHECK(memory.held_until->mono == later.mono + seconds{25});
  CHECK(memory.held_why == "held");
}

TEST_CASE("a wall clock that jumped makes waits longer, never shorter", "[recovery]") {
  const testing::TemporaryFolder folder;
  const auto database = OpenIn(folder.path());
  Ledger ledger = LedgerOf(*database);
  Journal journal = LoadFrom(ledger, kStart);
  journal.connectors["sink"] = {.attempts = 1, .last_attempt = kStart};
  REQUIRE(ledger.Save(journal, {}, kStart));
  const Instant earlier{.wall = kStart.wall - hours{1000}, .mono = MonoTime{seconds{7}}};
  Ledger again = LedgerOf(*database);
  CHECK(LoadFrom(again, earlier).connectors.at("sink").last_attempt->mono == earlier.mono);
}

TEST_CASE("a restart without an answer counts, in the budget too", "[recovery]") {
  const testing::TemporaryFolder folder;
  const auto database = OpenIn(folder.path());
  {
    Ledger ledger = LedgerOf(*database);
    LoadFrom(ledger, kStart);
    const RecoveryDecision decision = Decision("sink", RecoveryAction::kRestart);
    const ConnectorMemory memory{.attempts = 1, .last_attempt = kStart};
    REQUIRE(ledger.Intend({.decision = decision, .at = kStart, .worker = "http://w1"}, memory));
  }
  Ledger soon = LedgerOf(*database);
  const Journal journal = LoadFrom(soon, After(seconds{20}));
  CHECK(journal.restarts.size() == 1);
  CHECK(journal.connectors.at("sink").attempts == 1);
  Ledger late = LedgerOf(*database);
  CHECK(LoadFrom(late, After(seconds{70})).restarts.empty());
  const auto log = ReadLog(*database, "sink", 10);
  REQUIRE(log);
  REQUIRE(log->size() == 1);
  CHECK(log->at(0).words ==
        "restart 1: unknown (Klaxon ended before there was an answer; it counts as an attempt)");
}

TEST_CASE("decisions are written when they become others, and explained", "[recovery]") {
  const testing::TemporaryFolder folder;
  const auto database = OpenIn(folder.path());
  Ledger ledger = LedgerOf(*database);
  const Journal journal = LoadFrom(ledger, kStart);
  RecoveryDecision decision = Decision("sink", RecoveryAction::kRefuse);
  REQUIRE(ledger.Save(journal, {decision}, kStart));
  decision.why = "because, 5 s later";
  REQUIRE(ledger.Save(journal, {decision}, After(seconds{5})));
  decision.action = RecoveryAction::kQuarantine;
  decision.root_cause = "java.io.IOException: no";
  decision.way_out = "change it";
  REQUIRE(ledger.Save(journal, {decision}, After(seconds{10})));
  const auto log = ReadLog(*database, "", 10);
  REQUIRE(log);
  REQUIRE(log->size() == 2);
  CHECK(log->at(0).words == "refuse: because");
  CHECK(log->at(1).at == After(seconds{10}).wall);
  CHECK(ReadLog(*database, "other", 10)->empty());
  CHECK(ReadLog(*database, "", 1)->at(0).words.starts_with("quarantine: "));

  const auto explained = Explain(*database, "sink");
  REQUIRE(explained);
  REQUIRE(explained->size() == 1);
  CHECK(explained->at(0).decision.words ==
        "quarantine: because, 5 s later; cause: java.io.IOException: no");
  CHECK(explained->at(0).way_out == "change it");
  CHECK(explained->at(0).gates ==
        std::vector<std::string>{"fresh: open (2 s old)", "breaker: shut (open)"});
}

TEST_CASE("what is older than 90 days is forgotten", "[recovery]") {
  const testing::TemporaryFolder folder;
  const auto database = OpenIn(folder.path());
  Ledger ledger = LedgerOf(*database);
  const Journal journal = LoadFrom(ledger, kStart);
  REQUIRE(ledger.Save(journal, {Decision("old", RecoveryAction::kRefuse)}, kStart));
  REQUIRE(ledger.Save(journal, {Decision("new", RecoveryAction::kRefuse)}, After(hours{48})));
  Ledger later = LedgerOf(*database);
  LoadFrom(later, After(hours{24 * 91}));
  const auto log = ReadLog(*database, "", 10);
  REQUIRE(log);
  REQUIRE(log->size() == 1);
  CHECK(log->at(0).connector == "new");
}

}  // namespace
}  // namespace klaxon::recovery
