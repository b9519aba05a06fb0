#include "agent/recovery/ledger.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace klaxon::recovery {
namespace {

using state::IntegerOf;
using state::Row;
using state::Statement;
using state::TextOf;
using state::Value;
using std::chrono::milliseconds;

// A released step never changes.
constexpr std::array<std::string_view, 1> kTables{R"(
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

constexpr auto kDay = std::chrono::hours{24};
constexpr auto kKept = kDay * 90;
constexpr auto kBudgetWindow = std::chrono::minutes{1};

int64_t Milliseconds(WallTime time) {
  return std::chrono::duration_cast<milliseconds>(time.time_since_epoch()).count();
}

Value MillisecondsOrNull(const std::optional<Instant>& time) {
  return time ? Value(Milliseconds(time->wall)) : Value();
}

/// A moment of another process on the clocks of this one. The wall clock may have jumped: a moment
/// is never later than `latest`.
Instant InstantOf(WallTime stamp, const Instant& now, Duration latest) {
  constexpr Duration kYear = kDay * 366;
  const Duration ahead = std::clamp<Duration>(stamp - now.wall, -kYear, latest);
  return {now.wall + std::chrono::duration_cast<WallTime::duration>(ahead), now.mono + ahead};
}

std::vector<Statement> DeleteOld(const Instant& now) {
  const int64_t old = Milliseconds(now.wall - kKept);
  return {{.sql = "DELETE FROM recovery_attempts WHERE at < ?", .values = {old}},
          {.sql = "DELETE FROM recovery_decisions WHERE at < ?", .values = {old}}};
}

/// What is worth remembering after a restart; empty: nothing is.
Row Worth(const ConnectorMemory& memory) {
  if (memory.attempts == 0 && !memory.quarantined && memory.poison.empty() && memory.misses == 0) {
    return {};
  }
  return {static_cast<int64_t>(memory.config_hash),
          int64_t{memory.quarantined},
          int64_t{memory.attempts},
          MillisecondsOrNull(memory.last_attempt),
          memory.last_cause,
          memory.poison,
          int64_t{memory.misses},
          MillisecondsOrNull(memory.held_until),
          memory.held_why};
}

std::string_view FirstShut(const RecoveryDecision& decision) {
  const auto shut = std::ranges::find(decision.gates, false, &RecoveryGate::open);
  return shut == decision.gates.end() ? "" : shut->name;
}

/// What a decision must differ in to be written down; the words differ with every second.
std::string KindOf(const RecoveryDecision& decision) {
  return fmt::format("{} {} {}", Name(decision.action),
                     decision.failed.empty() ? "" : Name(decision.failure), FirstShut(decision));
}

std::string GatesOf(const RecoveryDecision& decision) {
  std::string text;
  for (const RecoveryGate& gate : decision.gates) {
    text += fmt::format("{}{}: {} ({})", text.empty() ? "" : "\n", gate.name,
                        gate.open   ? "open"
                        : gate.seen ? "shut"
                                    : "cannot be seen, so shut",
                        gate.value);
  }
  return text;
}

}  // namespace

Result<Ledger> Ledger::Make(state::Database& database, Place place) {
  if (Result<void> made = database.Migrate("recovery", kTables); !made) {
    return made.error();
  }
  return Ledger(database, std::move(place));
}

Result<void> Ledger::LoadConnectors(const Instant& now, Journal& journal) {
  constexpr auto kLongestHold = std::chrono::hours{24};  // as the configuration allows
  const auto rows = database_->Read(
      {.sql = "SELECT connector, config_hash, quarantined, attempts, last_attempt, last_cause, "
              "poison, misses, held_until, held_why FROM recovery_connectors "
              "WHERE cluster = ? AND connect = ?",
       .values = {place_.cluster, place_.connect}});
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
    memory.config_hash = static_cast<uint64_t>(IntegerOf(row, 1));
    memory.quarantined = IntegerOf(row, 2) != 0;
    memory.attempts = count(3);
    memory.last_attempt = moment(4, {});
    memory.last_cause = TextOf(row, 5);
    memory.poison = TextOf(row, 6);
    memory.misses = count(7);
    memory.held_until = moment(8, kLongestHold);
    memory.held_why = TextOf(row, 9);
    connectors_[TextOf(row, 0)] = Worth(memory);
  }
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
       .values = {place_.cluster, place_.connect}}};
  if (std::chrono::abs(now.wall - state::MomentOf(newest->at(0), 0)) <= kDay) {
    std::ranges::move(DeleteOld(now), std::back_inserter(statements));
  }
  Result<void> done = database_->Write(statements);
  if (!done) {
    return done.error();
  }
  deleted_ = now;
  Journal journal;
  done = LoadConnectors(now, journal);
  if (!done) {
    return done.error();
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
  }
  return journal;
}

Statement Ledger::Remember(const std::string& connector, const ConnectorMemory& memory) const {
  Row values{place_.cluster, place_.connect, connector};
  std::ranges::copy(Worth(memory), std::back_inserter(values));
  return {.sql = "INSERT OR REPLACE INTO recovery_connectors VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
          .values = std::move(values)};
}

Statement Ledger::Forget(const std::string& connector) const {
  return {.sql =
              "DELETE FROM recovery_connectors "
              "WHERE cluster = ? AND connect = ? AND connector = ?",
          .values = {place_.cluster, place_.connect, connector}};
}

Result<int64_t> Ledger::Intend(const Intent& intent, const ConnectorMemory& memory) {
  const RecoveryDecision& decision = intent.decision;
  Result<int64_t> id = database_->Insert(
      {Remember(decision.connector, memory),
       {.sql = "INSERT INTO recovery_attempts (at, cluster, connect, connector, number, worker, "
               "class, cause) VALUES (?,?,?,?,?,?,?,?)",
        .values = {Milliseconds(intent.at.wall), place_.cluster, place_.connect, decision.connector,
                   int64_t{memory.attempts}, intent.worker, std::string(Name(decision.failure)),
                   decision.root_cause}}});
  if (id) {
    connectors_[decision.connector] = Worth(memory);
  }
  return id;
}

Result<void> Ledger::Conclude(int64_t id, const RestartReport& report, const std::string& connector,
                              const ConnectorMemory* memory) {
  const bool worth = memory != nullptr && !Worth(*memory).empty();
  const Result<void> done =
      database_->Write({{.sql = "UPDATE recovery_attempts SET outcome = ?, words = ? WHERE id = ?",
                         .values = {std::string(Name(report.outcome)), report.words, id}},
                        worth ? Remember(connector, *memory) : Forget(connector)});
  if (done) {
    connectors_[connector] = worth ? Worth(*memory) : Row();
  }
  return done;
}

/// Once a day. A clock that jumped is believed when it has gone on evenly for another day.
bool Ledger::TimeToDelete(const Instant& now) {
  constexpr auto kJump = std::chrono::hours{1};
  const Duration passed = now.mono - deleted_.mono;
  if (passed < kDay) {
    return false;
  }
  const bool jumped = std::chrono::abs(now.wall - deleted_.wall - passed) > kJump;
  if (jumped) {
    deleted_ = now;
  }
  return !jumped;
}

/// Names that are no more; there may be new ones every day.
void Ledger::DropGone(const Journal& journal, const std::vector<RecoveryDecision>& decisions) {
  std::erase_if(decisions_, [&](const auto& told) {
    return !journal.connectors.contains(told.first) &&
           std::ranges::find(decisions, told.first, &RecoveryDecision::connector) ==
               decisions.end();
  });
  std::erase_if(connectors_, [](const auto& told) { return told.second.empty(); });
}

void Ledger::TellConnectors(const Journal& journal, std::vector<Statement>& statements,
                            std::map<std::string, Row>& told) const {
  for (const auto& [connector, memory] : journal.connectors) {
    Row worth = Worth(memory);
    const auto before = connectors_.find(connector);
    if (worth == (before == connectors_.end() ? Row() : before->second)) {
      continue;
    }
    statements.push_back(worth.empty() ? Forget(connector) : Remember(connector, memory));
    told[connector] = std::move(worth);
  }
  for (const auto& [connector, worth] : connectors_) {
    if (!worth.empty() && !journal.connectors.contains(connector)) {
      statements.push_back(Forget(connector));
      told[connector] = {};
    }
  }
}

void Ledger::TellDecisions(const std::vector<RecoveryDecision>& decisions, const Instant& now,
                           std::vector<Statement>& statements,
                           std::map<std::string, std::string>& told) const {
  for (const RecoveryDecision& decision : decisions) {
    std::string kind = KindOf(decision);
    const auto before = decisions_.find(decision.connector);
    const bool first = before == decisions_.end();
    if (first ? decision.action == RecoveryAction::kNothing : before->second == kind) {
      continue;
    }
    statements.push_back(
        {.sql = "INSERT INTO recovery_decisions (at, cluster, connect, connector, action, why, "
                "way_out, class, cause, gates) VALUES (?,?,?,?,?,?,?,?,?,?)",
         .values = {Milliseconds(now.wall), place_.cluster, place_.connect, decision.connector,
                    std::string(Name(decision.action)), decision.why, decision.way_out,
                    std::string(decision.failed.empty() ? "" : Name(decision.failure)),
                    decision.root_cause, GatesOf(decision)}});
    told[decision.connector] = std::move(kind);
  }
}

void Ledger::TellVerdicts(std::vector<Statement>& statements) const {
  for (const auto& [id, report] : verdicts_) {
    Value took;
    if (report.took) {
      took = static_cast<int64_t>(std::chrono::duration_cast<milliseconds>(*report.took).count());
    }
    statements.push_back(
        {.sql = "UPDATE recovery_attempts SET verdict = ?, evidence = ?, took = ? WHERE id = ?",
         .values = {std::string(Name(report.verdict)), report.evidence, took, id}});
  }
}

Result<void> Ledger::Save(const Journal& journal, const std::vector<RecoveryDecision>& decisions,
                          const Instant& now) {
  DropGone(journal, decisions);
  for (const Verified& verified : journal.verified) {
    verdicts_[verified.id] = verified.report;
  }
  const bool deletes = TimeToDelete(now);
  std::vector<Statement> statements = deletes ? DeleteOld(now) : std::vector<Statement>{};
  std::map<std::string, Row> connectors;
  std::map<std::string, std::string> kinds;
  TellConnectors(journal, statements, connectors);
  TellDecisions(decisions, now, statements, kinds);
  TellVerdicts(statements);
  if (statements.empty()) {
    return {};
  }
  const Result<void> done = database_->Write(statements);
  if (done) {
    verdicts_.clear();
    deleted_ = deletes ? now : deleted_;
    for (auto& [connector, worth] : connectors) {
      connectors_[connector] = std::move(worth);
    }
    for (auto& [connector, kind] : kinds) {
      decisions_[connector] = std::move(kind);
    }
  }
  return done;
}

}  // namespace klaxon::recovery
