#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

#include "agent/base/text.h"
#include "agent/recovery/ledger.h"
#include "agent/recovery/ledger_rows.h"

namespace klaxon::recovery {
namespace {

using state::IntegerOf;
using state::Row;
using state::Statement;
using state::TextOf;

constexpr auto kLongestHold = std::chrono::hours{24};  // as the configuration allows

// A released step never changes.
constexpr std::array<std::string_view, 4> kTables{R"(
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
)",
                                                  R"(
CREATE TABLE recovery_memory (
  cluster TEXT NOT NULL, connect TEXT NOT NULL, kafka_id TEXT NOT NULL, connector TEXT NOT NULL,
  config_hash INTEGER NOT NULL, quarantined INTEGER NOT NULL, attempts INTEGER NOT NULL,
  last_attempt INTEGER, last_cause TEXT NOT NULL, poison TEXT NOT NULL,
  misses INTEGER NOT NULL, held_until INTEGER, held_why TEXT NOT NULL,
  PRIMARY KEY (cluster, connect, kafka_id, connector)) STRICT, WITHOUT ROWID;
INSERT INTO recovery_memory SELECT cluster, connect, '', connector, config_hash, quarantined,
  attempts, last_attempt, last_cause, poison, misses, held_until, held_why
  FROM recovery_connectors;
DROP TABLE recovery_connectors;
CREATE TABLE recovery_clusters (
  cluster TEXT NOT NULL, connect TEXT NOT NULL, kafka_id TEXT NOT NULL,
  breaker INTEGER NOT NULL, breaker_since INTEGER NOT NULL, breaker_why TEXT NOT NULL,
  canary TEXT NOT NULL, denied TEXT NOT NULL, denied_until INTEGER,
  unanswered TEXT NOT NULL, unanswered_until INTEGER,
  PRIMARY KEY (cluster, connect)) STRICT, WITHOUT ROWID;
CREATE TABLE recovery_pauses (
  cluster TEXT NOT NULL, connect TEXT NOT NULL, connector TEXT NOT NULL,
  at INTEGER NOT NULL, who TEXT NOT NULL, why TEXT NOT NULL,
  PRIMARY KEY (cluster, connect, connector)) STRICT, WITHOUT ROWID;
CREATE TABLE recovery_orders (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  cluster TEXT NOT NULL, connect TEXT NOT NULL, connector TEXT NOT NULL,
  verb TEXT NOT NULL, who TEXT NOT NULL, address TEXT NOT NULL, why TEXT NOT NULL,
  result TEXT NOT NULL) STRICT;
CREATE INDEX recovery_orders_at ON recovery_orders (at)
)",
                                                  R"(
ALTER TABLE recovery_memory ADD COLUMN changes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE recovery_memory ADD COLUMN changed_at INTEGER;
ALTER TABLE recovery_memory ADD COLUMN not_reached TEXT NOT NULL DEFAULT ''
)",
                                                  // "orders-0@17, orders-3@5" as LinesOf writes it
                                                  R"(
UPDATE recovery_memory SET
  last_cause = CASE WHEN instr(last_cause, '{')
    THEN replace(replace(last_cause, ', ...', ''), ' at ', char(9))
    ELSE replace(last_cause, '@', char(9)) END,
  poison = CASE WHEN instr(poison, '{')
    THEN replace(replace(poison, ', ...', ''), ' at ', char(9))
    ELSE replace(replace(poison, ', ', char(10)), '@', char(9)) END
)"};

/// What was told last before this start; no kind of decision is called so.
constexpr std::string_view kOfBefore = "of before";

RestartOutcome OutcomeNamed(std::string_view name) {
  for (size_t i = 0; i < kRestartOutcomes; ++i) {
    if (Name(static_cast<RestartOutcome>(i)) == name) {
      return static_cast<RestartOutcome>(i);
    }
  }
  return RestartOutcome::kUnknown;
}

RestartVerdict VerdictNamed(std::string_view name) {
  for (size_t i = 0; i < kRestartVerdicts; ++i) {
    if (Name(static_cast<RestartVerdict>(i)) == name) {
      return static_cast<RestartVerdict>(i);
    }
  }
  return RestartVerdict::kPending;
}

FailureMark MarkIn(std::string_view text) {
  const size_t end = std::min(text.find('\n'), text.size());
  return {.cause = std::string(text.substr(0, end)), .positions = PositionsIn(text.substr(end))};
}

/// "-1 0 2"; how often each had failed is counted anew.
Failures ItemsIn(std::string_view text) {
  Failures items;
  for (const std::string_view word : Split(text, ' ')) {
    int32_t id = 0;
    if (std::from_chars(word.data(), word.data() + word.size(), id).ec == std::errc()) {
      items[id] = 0;
    }
  }
  return items;
}

}  // namespace

Result<Ledger> Ledger::Make(state::Database& database, Place place) {
  if (Result<void> made = database.Migrate("recovery", kTables); !made) {
    return made.error();
  }
  return Ledger(database, std::move(place));
}

Result<void> Ledger::LoadConnectors(const Instant& now, Journal& journal) {
  const auto rows = database_->Read(
      {.sql = "SELECT connector, config_hash, quarantined, attempts, last_attempt, last_cause, "
              "poison, misses, held_until, held_why, changes, changed_at, not_reached "
              "FROM recovery_memory "
              "WHERE cluster = ? AND connect = ? AND kafka_id = ?",
       .values = {place_.cluster, place_.connect, kafka_id_}});
  if (!rows) {
    return rows.error();
  }
  for (const Row& row : *rows) {
    const auto count = [&](size_t column) {
      return static_cast<uint32_t>(std::clamp<int64_t>(IntegerOf(row, column), 0, 1'000'000));
    };
    const auto moment = [&](size_t column, Duration latest) {
      return state::IsNull(row, column)
                 ? std::nullopt
                 : std::optional(InstantOf(state::MomentOf(row, column), now, latest));
    };
    ConnectorMemory& memory = journal.connectors[TextOf(row, 0)];
    memory.restored = true;
    memory.configuration.hash = static_cast<uint64_t>(IntegerOf(row, 1));
    memory.quarantine.holds = IntegerOf(row, 2) != 0;
    memory.attempts.count = count(3);
    memory.attempts.last = moment(4, {});
    memory.poison.last = MarkIn(TextOf(row, 5));
    memory.poison.found = PositionsIn(TextOf(row, 6));
    memory.hold.misses = count(7);
    memory.hold.until = moment(8, kLongestHold);
    memory.hold.why = TextOf(row, 9);
    memory.configuration.changes = count(10);
    memory.configuration.changed_at = moment(11, {});
    memory.own.left = ItemsIn(TextOf(row, 12));
    connectors_[TextOf(row, 0)] = Worth(memory);
  }
  return {};
}

Result<void> Ledger::LoadPauses(const Instant& /*now*/, Journal& journal) {
  const auto rows = database_->Read({.sql = "SELECT connector, at, who, why FROM recovery_pauses "
                                            "WHERE cluster = ? AND connect = ?",
                                     .values = {place_.cluster, place_.connect}});
  if (!rows) {
    return rows.error();
  }
  for (const Row& row : *rows) {
    journal.pauses[TextOf(row, 0)] = {
        .who = TextOf(row, 2), .why = TextOf(row, 3), .at = state::MomentOf(row, 1)};
  }
  return {};
}

Result<void> Ledger::LoadCluster(const Instant& now, Journal& journal) {
  const auto rows = database_->Read(
      {.sql = "SELECT kafka_id, breaker, breaker_since, breaker_why, canary, denied, "
              "denied_until, unanswered, unanswered_until FROM recovery_clusters "
              "WHERE cluster = ? AND connect = ?",
       .values = {place_.cluster, place_.connect}});
  if (!rows) {
    return rows.error();
  }
  if (rows->empty()) {
    return {};
  }
  const Row& row = rows->front();
  const auto until = [&](size_t column) {
    return state::IsNull(row, column)
               ? std::nullopt
               : std::optional(InstantOf(state::MomentOf(row, column), now, kLongestHold));
  };
  const auto breaker = std::clamp<int64_t>(IntegerOf(row, 1), 0, kBreakerStates - 1);
  journal.cluster_id = TextOf(row, 0);
  journal.breaker = {.state = static_cast<BreakerState>(breaker),
                     .since = InstantOf(state::MomentOf(row, 2), now, {}),
                     .why = TextOf(row, 3),
                     .canary = TextOf(row, 4)};
  journal.denied = TextOf(row, 5);
  journal.denied_until = until(6);
  journal.unanswered = TextOf(row, 7);
  journal.unanswered_until = until(8);
  kafka_id_ = journal.cluster_id;
  cluster_ = row;
  return {};
}

/// So that people see after a start, too, what was done last.
Result<void> Ledger::LoadRestarts(const Instant& now, Journal& journal) {
  const auto rows = database_->Read(
      {.sql =
           "SELECT connector, at, outcome, words, verdict, evidence, took FROM recovery_attempts "
           "WHERE id IN (SELECT max(id) FROM recovery_attempts WHERE cluster = ? AND connect = ? "
           "GROUP BY connector)",
       .values = {place_.cluster, place_.connect}});
  if (!rows) {
    return rows.error();
  }
  for (const Row& row : *rows) {
    RestartReport report{.at = InstantOf(state::MomentOf(row, 1), now, {}),
                         .outcome = OutcomeNamed(TextOf(row, 2)),
                         .words = TextOf(row, 3),
                         .verdict = VerdictNamed(TextOf(row, 4)),
                         .evidence = TextOf(row, 5)};
    if (!state::IsNull(row, 6)) {
      constexpr int64_t kMost = 1'000'000'000;
      report.took = std::chrono::milliseconds{std::clamp<int64_t>(IntegerOf(row, 6), 0, kMost)};
    }
    ConnectorMemory& memory = journal.connectors[TextOf(row, 0)];
    memory.restored = true;
    memory.own.last = std::move(report);
  }
  return {};
}

/// What was in trouble when the agent ended, and runs by now, is told to run.
Result<void> Ledger::LoadDecisions(const Instant& /*now*/, Journal& /*journal*/) {
  const auto rows = database_->Read(
      {.sql =
           "SELECT connector FROM recovery_decisions WHERE action != ? AND id IN (SELECT max(id) "
           "FROM recovery_decisions WHERE cluster = ? AND connect = ? GROUP BY connector)",
       .values = {std::string(Name(RecoveryAction::kNothing)), place_.cluster, place_.connect}});
  if (!rows) {
    return rows.error();
  }
  for (const Row& row : *rows) {
    decisions_[TextOf(row, 0)] = kOfBefore;
  }
  return {};
}

Result<void> Ledger::Switch(const std::string& kafka_id, const Instant& now, Journal& journal) {
  const std::string before = std::exchange(kafka_id_, kafka_id);
  std::map<std::string, Row> told = std::exchange(connectors_, {});
  Journal other;
  const Result<void> loaded = LoadConnectors(now, other);
  if (!loaded) {
    kafka_id_ = before;
    connectors_ = std::move(told);
    return loaded;
  }
  decisions_.clear();
  journal.connectors = std::move(other.connectors);
  journal.cluster_id = kafka_id;
  journal.polls = 0;  // it is looked at for the first time
  journal.followed = nullptr;
  journal.breaker = {};
  journal.denied_until.reset();
  journal.refused.clear();
  journal.unanswered_until.reset();
  return {};
}

Result<Journal> Ledger::Load(const Instant& now) {
  const auto newest =
      database_->Read({.sql = "SELECT max(at) FROM (SELECT at FROM recovery_attempts UNION ALL "
                              "SELECT at FROM recovery_decisions)"});
  if (!newest) {
    return newest.error();
  }
  std::vector<Statement> statements{
      {.sql = "UPDATE recovery_attempts SET outcome = 'unknown', "
              "words = 'Klaxon ended before there was an answer; it counts as an attempt' "
              "WHERE outcome IS NULL AND cluster = ? AND connect = ?",
       .values = {place_.cluster, place_.connect}},
      {.sql =
           "UPDATE recovery_orders SET result = 'Klaxon ended before there was an answer; it may "
           "have been done' WHERE result = ? AND cluster = ? AND connect = ?",
       .values = {std::string(kBegun), place_.cluster, place_.connect}}};
  if (std::chrono::abs(now.wall - state::MomentOf(newest->at(0), 0)) <= kDay) {
    std::ranges::move(DeleteOld(now), std::back_inserter(statements));
  }
  Result<void> done = database_->Write(statements);
  if (!done) {
    return done.error();
  }
  deleted_ = now;
  Journal journal;
  for (const auto load : {&Ledger::LoadCluster, &Ledger::LoadConnectors, &Ledger::LoadPauses,
                          &Ledger::LoadRestarts, &Ledger::LoadDecisions}) {
    done = (this->*load)(now, journal);
    if (!done) {
      return done.error();
    }
  }
  const auto recent = database_->Read(
      {.sql = "SELECT at FROM recovery_attempts WHERE cluster = ? AND connect = ? AND at > ? "
              "ORDER BY at",
       .values = {place_.cluster, place_.connect, Milliseconds(now.wall - kBudgetWindow)}});
  if (!recent) {
    return recent.error();
  }
  for (const Row& row : *recent) {
    journal.restarts.push_back(InstantOf(state::MomentOf(row, 0), now, {}).mono);
    journal.last_restart = journal.restarts.back();
  }
  return journal;
}

}  // namespace klaxon::recovery
