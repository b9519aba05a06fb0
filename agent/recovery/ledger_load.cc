#include <algorithm>
#include <chrono>
#include <iterator>
#include <string_view>
#include <utility>

#include "agent/recovery/ledger.h"
#include "agent/recovery/ledger_rows.h"
#include "agent/recovery/ledger_tables.h"

namespace klaxon::recovery {
namespace {

using state::IntegerOf;
using state::Row;
using state::Statement;
using state::TextOf;

/// What was decided last before this start; no kind of decision is called so.
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
    ConnectorMemory& memory = journal.connectors[TextOf(row, 0)];
    TakeRow(row, 1, now, memory);
    connectors_[TextOf(row, 0)] = RowOf(memory);
  }
  return {};
}

Result<void> Ledger::LoadPauses(Journal& journal) const {
  const auto rows = database_->Read({.sql = "SELECT connector, at, who, why FROM recovery_pauses "
                                            "WHERE cluster = ? AND connect = ?",
                                     .values = {place_.cluster, place_.connect}});
  if (!rows) {
    return rows.error();
  }
  for (const Row& row : *rows) {
    journal.pauses[TextOf(row, 0)] = {
        .who = TextOf(row, 2), .why = TextOf(row, 3), .since = state::MomentOf(row, 1)};
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
  TakeRow(rows->front(), now, journal);
  kafka_id_ = journal.cluster_id;
  cluster_ = rows->front();
  return {};
}

/// So that people see after a start, too, what was done last.
Result<void> Ledger::LoadRestarts(const Instant& now, Journal& journal) const {
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
    RestartReport report{.sent_at = InstantOf(state::MomentOf(row, 1), now, {}),
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

Result<void> Ledger::LoadBudget(const Instant& now, Journal& journal) const {
  const auto rows = database_->Read(
      {.sql = "SELECT at FROM recovery_attempts WHERE cluster = ? AND connect = ? AND at > ? "
              "ORDER BY at",
       .values = {place_.cluster, place_.connect, Milliseconds(now.wall - kBudgetWindow)}});
  if (!rows) {
    return rows.error();
  }
  for (const Row& row : *rows) {
    journal.restarts.push_back(InstantOf(state::MomentOf(row, 0), now, {}).mono);
  }
  // The breaker asks for it when the budget has long forgotten it.
  const auto newest = database_->Read(
      {.sql = "SELECT max(at) FROM recovery_attempts WHERE cluster = ? AND connect = ?",
       .values = {place_.cluster, place_.connect}});
  if (!newest) {
    return newest.error();
  }
  if (!newest->empty() && !state::IsNull(newest->front(), 0)) {
    journal.last_restart = InstantOf(state::MomentOf(newest->front(), 0), now, {}).mono;
  }
  return {};
}

/// That what was in trouble when the agent ended runs by now is written down, too.
Result<void> Ledger::LoadDecisions() {
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
  std::map<std::string, Row> written = std::exchange(connectors_, {});
  Journal other;
  const Result<void> loaded = LoadConnectors(now, other);
  if (!loaded) {
    kafka_id_ = before;
    connectors_ = std::move(written);
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
  done = LoadCluster(now, journal);
  done = done ? LoadConnectors(now, journal) : done;
  done = done ? LoadPauses(journal) : done;
  done = done ? LoadRestarts(now, journal) : done;
  done = done ? LoadBudget(now, journal) : done;
  done = done ? LoadDecisions() : done;
  return done ? Result<Journal>(std::move(journal)) : done.error();
}

}  // namespace klaxon::recovery
