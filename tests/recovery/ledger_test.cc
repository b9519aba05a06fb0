#include "agent/recovery/ledger.h"

#include <limits>

#include <catch2/catch_test_macros.hpp>

#include "agent/state/connection.h"
#include "agent/state/folder.h"
#include "tests/support/temporary_folder.h"

namespace klaxon::recovery {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

const Instant kStart{.wall = WallTime{hours{500'000}}, .mono = MonoTime{hours{10}}};

const Position kOrders{.partition = "orders-0", .offset = "17"};
const Position kSource{.partition = R"({"table":"a at b"})", .offset = R"({"pos":5})"};

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
  journal.connectors["sink"] = {
      .configuration = {.hash = 0xffffffffffffff01},
      .quarantine = {.holds = true},
      .attempts = {.count = 3, .last = After(seconds{5})},
      .poison = {.last = {.cause = "cause", .positions = {kOrders, kSource}}, .found = {kOrders}},
      .hold = {.misses = 2, .until = After(seconds{90}), .why = "held"}};
  journal.connectors["well"] = {.configuration = {.hash = 3}};
  REQUIRE(ledger.Save(journal, {}, kStart));

  Ledger other = LedgerOf(*database, "other");
  CHECK(LoadFrom(other, kStart).connectors.empty());

  const Instant later{.wall = After(seconds{65}).wall, .mono = MonoTime{seconds{7}}};
  Ledger again = LedgerOf(*database);
  const Journal restored = LoadFrom(again, later);
  REQUIRE(restored.connectors.size() == 1);
  const ConnectorMemory& memory = restored.connectors.at("sink");
  CHECK(memory.restored);
  CHECK(memory.configuration.hash == 0xffffffffffffff01);
  CHECK(memory.quarantine.holds);
  CHECK(memory.attempts.count == 3);
  CHECK(memory.attempts.last->mono == later.mono - seconds{60});
  CHECK(memory.poison.last.cause == "cause");
  CHECK(memory.poison.last.positions == Positions{kOrders, kSource});
  CHECK(memory.poison.found == Positions{kOrders});
  CHECK(memory.hold.until->mono == later.mono + seconds{25});
  CHECK(memory.hold.why == "held");
}

TEST_CASE("a wait that is not over comes back, also of what is remembered for nothing else",
          "[recovery]") {
  const testing::TemporaryFolder folder;
  const auto database = OpenIn(folder.path());
  Ledger ledger = LedgerOf(*database);
  Journal journal = LoadFrom(ledger, kStart);
  journal.connectors["sink"] = {.hold = {.until = After(seconds{90}), .why = "held"}};
  REQUIRE(ledger.Save(journal, {}, kStart));
  Ledger again = LedgerOf(*database);
  CHECK(LoadFrom(again, kStart).connectors.at("sink").hold.why == "held");
}

TEST_CASE("a wall clock that jumped makes waits longer, never shorter", "[recovery]") {
  const testing::TemporaryFolder folder;
  const auto database = OpenIn(folder.path());
  Ledger ledger = LedgerOf(*database);
  Journal journal = LoadFrom(ledger, kStart);
  journal.connectors["sink"] = {.attempts = {.count = 1, .last = kStart}};
  REQUIRE(ledger.Save(journal, {}, kStart));
  const Instant earlier{.wall = kStart.wall - hours{1000}, .mono = MonoTime{seconds{7}}};
  Ledger again = LedgerOf(*database);
  CHECK(LoadFrom(again, earlier).connectors.at("sink").attempts.last->mono == earlier.mono);
}

TEST_CASE("a restart without an answer counts, in the budget too", "[recovery]") {
  const testing::TemporaryFolder folder;
  const auto database = OpenIn(folder.path());
  {
    Ledger ledger = LedgerOf(*database);
    LoadFrom(ledger, kStart);
    const RecoveryDecision decision = Decision("sink", RecoveryAction::kRestart);
    const ConnectorMemory memory{.attempts = {.count = 1, .last = kStart}};
    REQUIRE(
        ledger.Intend({.decision = decision, .begun_at = kStart, .worker = "http://w1"}, memory));
  }
  Ledger soon = LedgerOf(*database);
  const Journal journal = LoadFrom(soon, After(seconds{20}));
  CHECK(journal.restarts.size() == 1);
  CHECK(journal.connectors.at("sink").attempts.count == 1);
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

TEST_CASE("what is older than 90 days is forgotten once a day, and at a start", "[recovery]") {
  const testing::TemporaryFolder folder;
  const auto database = OpenIn(folder.path());
  Ledger ledger = LedgerOf(*database);
  const Journal journal = LoadFrom(ledger, kStart);
  REQUIRE(ledger.Save(journal, {Decision("old", RecoveryAction::kRefuse)}, kStart));
  const std::vector<RecoveryDecision> decisions{Decision("new", RecoveryAction::kRefuse)};
  SECTION("once a day") {
    REQUIRE(ledger.Save(journal, decisions, After(hours{48})));
    CHECK(ReadLog(*database, "", 10)->size() == 2);
    REQUIRE(ledger.Save(journal, decisions, After(hours{24 * 91})));
  }
  SECTION("at a start") {
    Ledger later = LedgerOf(*database);
    LoadFrom(later, After(hours{24 * 91}));
    REQUIRE(later.Save(journal, decisions, After(hours{24 * 91})));
    CHECK(ReadLog(*database, "", 10)->size() == 2);  // so long away: is the clock right?
    Ledger again = LedgerOf(*database);
    LoadFrom(again, After(hours{24 * 91 + 12}));
  }
  const auto log = ReadLog(*database, "", 10);
  REQUIRE(log);
  REQUIRE(log->size() == 1);
  CHECK(log->at(0).connector == "new");
}

TEST_CASE("a wall clock that jumped ahead deletes nothing", "[recovery]") {
  const testing::TemporaryFolder folder;
  const auto database = OpenIn(folder.path());
  Ledger ledger = LedgerOf(*database);
  const Journal journal = LoadFrom(ledger, kStart);
  const std::vector<RecoveryDecision> decisions{Decision("old", RecoveryAction::kRefuse)};
  REQUIRE(ledger.Save(journal, decisions, kStart));
  const Instant jumped{After(hours{24 * 100}).wall, After(hours{25}).mono};
  SECTION("while it runs") {
    REQUIRE(ledger.Save(journal, decisions, jumped));
  }
  SECTION("before a start") {
    Ledger again = LedgerOf(*database);
    LoadFrom(again, jumped);
  }
  CHECK(ReadLog(*database, "", 10)->size() == 1);
}

TEST_CASE("a connector that was gone is written about as if it were new", "[recovery]") {
  const testing::TemporaryFolder folder;
  const auto database = OpenIn(folder.path());
  Ledger ledger = LedgerOf(*database);
  Journal journal = LoadFrom(ledger, kStart);
  journal.polls = 1;  // before Connect has listed its connectors none is gone
  const std::vector<RecoveryDecision> decisions{Decision("sink", RecoveryAction::kRefuse)};
  REQUIRE(ledger.Save(journal, decisions, kStart));
  REQUIRE(ledger.Save(journal, {}, After(seconds{5})));
  REQUIRE(ledger.Save(journal, decisions, After(seconds{10})));
  CHECK(ReadLog(*database, "", 10)->size() == 2);
}

TEST_CASE("stamps that no clock can have told are moments all the same", "[recovery]") {
  struct Stamp {
    int64_t milliseconds = 0;
    Duration attempt{};  ///< from now
    Duration hold{};     ///< likewise
  };

  constexpr Duration kYear = hours{24 * 366};
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  for (const Stamp& each : std::vector<Stamp>{{kLeast, -kYear, -kYear},
                                              {-1, -kYear, -kYear},
                                              {0, -kYear, -kYear},
                                              {kMost / 1000, {}, hours{24}},
                                              {kMost, {}, hours{24}}}) {
    INFO(each.milliseconds);
    const testing::TemporaryFolder folder;
    const auto database = OpenIn(folder.path());
    Ledger ledger = LedgerOf(*database);
    Journal journal = LoadFrom(ledger, kStart);
    journal.connectors["sink"] = {.attempts = {.count = 1}};
    REQUIRE(ledger.Save(journal, {Decision("sink", RecoveryAction::kRefuse)}, kStart));
    REQUIRE(database->Write(
        {{.sql = "UPDATE recovery_memory SET last_attempt = ?1, held_until = ?1",
          .values = {each.milliseconds}},
         {.sql = "UPDATE recovery_decisions SET at = ?", .values = {each.milliseconds}}}));
    const auto log = ReadLog(*database, "", 10);
    REQUIRE(log);
    CHECK((log->at(0).at > kStart.wall) == (each.milliseconds > 0));
    Ledger again = LedgerOf(*database);
    const ConnectorMemory memory = LoadFrom(again, kStart).connectors.at("sink");
    CHECK(memory.attempts.last->mono == kStart.mono + each.attempt);
    CHECK(memory.hold.until->mono == kStart.mono + each.hold);
  }
}

TEST_CASE("what became of a restart is written when the disk allows it", "[recovery]") {
  const testing::TemporaryFolder folder;
  const auto database = OpenIn(folder.path());
  Ledger ledger = LedgerOf(*database);
  Journal journal = LoadFrom(ledger, kStart);
  REQUIRE(database->Write(  // the next number is no greater one
      {{.sql =
            "INSERT INTO recovery_attempts (id, at, cluster, connect, connector, number, worker, "
            "class, cause) VALUES (?,0,'','','',1,'','','')",
        .values = {std::numeric_limits<int64_t>::max()}}}));
  const RecoveryDecision decision = Decision("sink", RecoveryAction::kRestart);
  const ConnectorMemory memory{.attempts = {.count = 1, .last = kStart}};
  const auto id =
      ledger.Intend({.decision = decision, .begun_at = kStart, .worker = "http://w1"}, memory);
  REQUIRE(id);
  RestartReport report{.sent_at = kStart, .outcome = RestartOutcome::kAccepted, .words = "202"};
  journal.connectors["sink"] = memory;
  REQUIRE(ledger.Conclude(*id, report, "sink", journal));
  report.verdict = RestartVerdict::kRecovered;
  report.evidence = "it runs";
  journal.verified.push_back({.connector = "sink", .id = *id, .report = report});
  {
    auto other = state::Connection::Open(state::DatabaseIn(folder.path()),
                                         state::Connection::Access::kWrite);
    REQUIRE(other);
    REQUIRE(other->Run({.sql = "BEGIN IMMEDIATE"}));
    CHECK(!ledger.Save(journal, {}, After(seconds{5})));
  }
  journal.verified.clear();  // as the next answer does
  REQUIRE(ledger.Save(journal, {}, After(seconds{10})));
  const auto log = ReadLog(*database, "sink", 10);
  REQUIRE(log);
  REQUIRE(log->size() == 1);
  CHECK(log->at(0).words == "restart 1: accepted (202); recovered: it runs");
}

}  // namespace
}  // namespace klaxon::recovery
