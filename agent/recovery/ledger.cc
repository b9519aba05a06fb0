#include "agent/recovery/ledger.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "agent/recovery/ledger_rows.h"

namespace klaxon::recovery {
namespace {

using state::Row;
using state::Statement;
using state::Value;
using std::chrono::milliseconds;

std::string_view FirstShut(const RecoveryDecision& decision) {
  const auto shut = std::ranges::find(decision.gates, false, &RecoveryGate::open);
  return shut == decision.gates.end() ? "" : shut->name;
}

/// "only observed (mode: observe): ", if a restart is decided and not sent.
std::string OnlyObserved(const RecoveryDecision& decision, std::string_view hindrance) {
  if (decision.action != RecoveryAction::kRestart) {
    return "";
  }
  if (decision.mode != RecoveryMode::kAct) {
    return fmt::format("only observed (mode: {}): ", Name(decision.mode));
  }
  return hindrance.empty() ? "" : fmt::format("only observed ({}): ", hindrance);
}

/// What a decision must differ in to be written down; the words differ with every second.
std::string KindOf(const RecoveryDecision& decision, const std::string& observed) {
  return fmt::format("{} {} {} {}", Name(decision.action),
                     decision.failed.empty() ? "" : Name(decision.failure),
                     decision.rule.empty() ? FirstShut(decision) : decision.rule, observed);
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

Statement Ledger::Remember(const std::string& connector, const ConnectorMemory& memory) const {
  Row values{place_.cluster, place_.connect, kafka_id_, connector};
  std::ranges::copy(RowOf(memory), std::back_inserter(values));
  return {.sql = "INSERT OR REPLACE INTO recovery_memory VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
          .values = std::move(values)};
}

Statement Ledger::Forget(const std::string& connector) const {
  return {.sql =
              "DELETE FROM recovery_memory "
              "WHERE cluster = ? AND connect = ? AND kafka_id = ? AND connector = ?",
          .values = {place_.cluster, place_.connect, kafka_id_, connector}};
}

Statement Ledger::Ordered(const RecoveryOrder& order, WallTime at, std::string_view result) const {
  return {.sql =
              "INSERT INTO recovery_orders (at, cluster, connect, connector, verb, who, address, "
              "why, result) VALUES (?,?,?,?,?,?,?,?,?)",
          .values = {Milliseconds(at), place_.cluster, place_.connect, order.connector,
                     std::string(Name(order.verb)), order.who, order.address, order.why,
                     std::string(result)}};
}

/// That it is paused, or not.
Statement Ledger::Paused(const std::string& connector, const Journal& journal) const {
  const auto found = journal.pauses.find(connector);
  if (found == journal.pauses.end()) {
    return {
        .sql = "DELETE FROM recovery_pauses WHERE cluster = ? AND connect = ? AND connector = ?",
        .values = {place_.cluster, place_.connect, connector}};
  }
  const Pause& pause = found->second;
  return {.sql = "INSERT OR REPLACE INTO recovery_pauses VALUES (?,?,?,?,?,?)",
          .values = {place_.cluster, place_.connect, connector, Milliseconds(pause.since),
                     pause.who, pause.why}};
}

Result<int64_t> Ledger::Intend(const Intent& intent, const ConnectorMemory& memory) {
  const RecoveryDecision& decision = intent.decision;
  std::vector<Statement> statements{Remember(decision.connector, memory)};
  if (intent.order != nullptr) {
    statements.push_back(Ordered(*intent.order, intent.begun_at.wall, kBegun));
  }
  statements.push_back(
      {.sql = "INSERT INTO recovery_attempts (at, cluster, connect, connector, number, worker, "
              "class, cause) VALUES (?,?,?,?,?,?,?,?)",
       .values = {Milliseconds(intent.begun_at.wall), place_.cluster, place_.connect,
                  decision.connector, int64_t{memory.attempts.count}, intent.worker,
                  std::string(Name(decision.failure)), decision.root_cause}});
  Result<int64_t> id = database_->Insert(statements);
  failed_ = !id;
  order_begun_ = id && intent.order != nullptr ? std::optional(Milliseconds(intent.begun_at.wall))
                                               : std::nullopt;
  if (id) {
    connectors_[decision.connector] = RowOf(memory);
  }
  return id;
}

Result<void> Ledger::Conclude(int64_t id, const RestartReport& report, const std::string& connector,
                              const Journal& journal) {
  return CommitAbout(connector, journal,
                     {.sql = "UPDATE recovery_attempts SET outcome = ?, words = ? WHERE id = ?",
                      .values = {std::string(Name(report.outcome)), report.words, id}});
}

Result<void> Ledger::Withdraw(int64_t id, const std::string& connector, const Journal& journal) {
  return CommitAbout(connector, journal,
                     {.sql = "DELETE FROM recovery_attempts WHERE id = ?", .values = {id}});
}

Result<void> Ledger::Record(const RecoveryOrder& order, WallTime at, std::string_view result,
                            const Journal& journal) {
  const std::optional<int64_t> begun = std::exchange(order_begun_, std::nullopt);
  const Statement outcome =
      begun ? Statement{.sql =
                            "UPDATE recovery_orders SET result = ? WHERE cluster = ? AND "
                            "connect = ? AND connector = ? AND at = ? AND result = ?",
                        .values = {std::string(result), place_.cluster, place_.connect,
                                   order.connector, *begun, std::string(kBegun)}}
            : Ordered(order, at, result);
  const Statement pause = Paused(order.connector, journal);
  Batch batch{.statements = owed_};
  batch.statements.push_back(outcome);
  batch.statements.push_back(pause);
  AddConnector(order.connector, journal, batch);
  AddCluster(journal, batch);
  const Result<void> done = Commit(std::move(batch));
  if (done) {
    owed_.clear();
    return done;
  }
  if (begun || order.verb == RecoveryVerb::kPause) {
    owed_.push_back(outcome);
  }
  if (order.verb == RecoveryVerb::kPause) {
    owed_.push_back(pause);
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

/// Names that are no more; there may be new ones every day. Before the first list none is known to
/// be gone.
void Ledger::DropGone(const Journal& journal, const std::vector<RecoveryDecision>& decisions) {
  std::erase_if(decisions_, [&](const auto& written) {
    return journal.polls > 0 && !journal.connectors.contains(written.first) &&
           std::ranges::find(decisions, written.first, &RecoveryDecision::connector) ==
               decisions.end();
  });
  std::erase_if(connectors_, [](const auto& written) { return written.second.empty(); });
}

void Ledger::AddConnector(const std::string& connector, const Journal& journal,
                          Batch& batch) const {
  const auto memory = journal.connectors.find(connector);
  const auto before = connectors_.find(connector);
  Row worth = memory == journal.connectors.end() ? Row() : RowOf(memory->second);
  if (worth == (before == connectors_.end() ? Row() : before->second)) {
    return;
  }
  batch.statements.push_back(worth.empty() ? Forget(connector)
                                           : Remember(connector, memory->second));
  batch.connectors[connector] = std::move(worth);
}

void Ledger::AddConnectors(const Journal& journal, Batch& batch) const {
  for (const auto& [connector, memory] : journal.connectors) {
    AddConnector(connector, journal, batch);
  }
  for (const auto& [connector, worth] : connectors_) {
    if (!worth.empty() && !journal.connectors.contains(connector)) {
      batch.statements.push_back(Forget(connector));
      batch.connectors[connector] = {};
    }
  }
}

void Ledger::AddCluster(const Journal& journal, Batch& batch) const {
  Row worth = RowOf(journal);
  if (worth == cluster_) {
    return;
  }
  Row values{place_.cluster, place_.connect};
  std::ranges::copy(worth, std::back_inserter(values));
  batch.statements.push_back(
      {.sql = "INSERT OR REPLACE INTO recovery_clusters VALUES (?,?,?,?,?,?,?,?,?,?,?)",
       .values = std::move(values)});
  batch.cluster = std::move(worth);
}

void Ledger::AddDecisions(const std::vector<RecoveryDecision>& decisions, const Instant& now,
                          std::string_view hindrance, Batch& batch) const {
  for (const RecoveryDecision& decision : decisions) {
    const std::string observed = OnlyObserved(decision, hindrance);
    std::string kind = KindOf(decision, observed);
    const auto before = decisions_.find(decision.connector);
    const bool first = before == decisions_.end();
    if (first ? decision.action == RecoveryAction::kNothing : before->second == kind) {
      continue;
    }
    batch.statements.push_back(
        {.sql = "INSERT INTO recovery_decisions (at, cluster, connect, connector, action, why, "
                "way_out, class, cause, gates) VALUES (?,?,?,?,?,?,?,?,?,?)",
         .values = {Milliseconds(now.wall), place_.cluster, place_.connect, decision.connector,
                    std::string(Name(decision.action)), observed + decision.why, decision.way_out,
                    std::string(decision.failed.empty() ? "" : Name(decision.failure)),
                    decision.root_cause, GatesOf(decision)}});
    batch.decisions[decision.connector] = std::move(kind);
  }
}

void Ledger::AddVerdicts(Batch& batch) const {
  for (const auto& [id, report] : verdicts_) {
    Value took;
    if (report.took) {
      took = static_cast<int64_t>(std::chrono::duration_cast<milliseconds>(*report.took).count());
    }
    batch.statements.push_back(
        {.sql = "UPDATE recovery_attempts SET verdict = ?, evidence = ?, took = ? WHERE id = ?",
         .values = {std::string(Name(report.verdict)), report.evidence, took, id}});
  }
}

Result<void> Ledger::Commit(Batch batch) {
  const Result<void> done = database_->Write(batch.statements);
  failed_ = !done;
  if (!done) {
    return done;
  }
  for (auto& [connector, worth] : batch.connectors) {
    connectors_[connector] = std::move(worth);
  }
  for (auto& [connector, kind] : batch.decisions) {
    decisions_[connector] = std::move(kind);
  }
  if (!batch.cluster.empty()) {
    cluster_ = std::move(batch.cluster);
  }
  return done;
}

/// With what became of one restart; written later if it cannot be now.
Result<void> Ledger::CommitAbout(const std::string& connector, const Journal& journal,
                                 const Statement& outcome) {
  Batch batch{.statements = {outcome}};
  AddConnector(connector, journal, batch);
  AddCluster(journal, batch);
  const Result<void> done = Commit(std::move(batch));
  if (!done) {
    owed_.push_back(outcome);
  }
  return done;
}

/// Of all clusters: names that come and go, made up by whoever may create connectors, must not fill
/// the disk that everything else is written to.
constexpr int64_t kMostDecisions = 100'000;

Result<void> Ledger::Save(const Journal& journal, const std::vector<RecoveryDecision>& decisions,
                          const Instant& now, std::string_view hindrance) {
  DropGone(journal, decisions);
  for (const Verified& verified : journal.verified) {
    verdicts_[verified.id] = verified.report;
  }
  const bool deletes = TimeToDelete(now);
  Batch batch{.statements = owed_};
  std::vector<Statement>& statements = batch.statements;
  if (deletes) {
    std::ranges::move(DeleteOld(now), std::back_inserter(statements));
  }
  if (failed_) {
    cluster_.clear();  // whether the disk can be written again is known by writing to it
  }
  const std::string before = kafka_id_;
  if (kafka_id_.empty() && !journal.cluster_id.empty()) {
    kafka_id_ =
        journal.cluster_id;  // what is of no known cluster belongs to the first that is known
    statements.push_back({.sql = "UPDATE OR REPLACE recovery_memory SET kafka_id = ? "
                                 "WHERE cluster = ? AND connect = ? AND kafka_id = ''",
                          .values = {kafka_id_, place_.cluster, place_.connect}});
  }
  AddConnectors(journal, batch);
  const size_t before_decisions = statements.size();
  AddDecisions(decisions, now, hindrance, batch);
  if (statements.size() > before_decisions) {
    statements.push_back({.sql = "DELETE FROM recovery_decisions WHERE id <= "
                                 "(SELECT max(id) FROM recovery_decisions) - ?",
                          .values = {kMostDecisions}});
  }
  AddVerdicts(batch);
  AddCluster(journal, batch);
  if (statements.empty()) {
    return {};
  }
  const Result<void> done = Commit(std::move(batch));
  if (done) {
    owed_.clear();
    verdicts_.clear();
    deleted_ = deletes ? now : deleted_;
  } else {
    kafka_id_ = before;
  }
  return done;
}

}  // namespace klaxon::recovery
