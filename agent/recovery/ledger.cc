#include "agent/recovery/ledger.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "agent/recovery/ledger_rows.h"

namespace klaxon::recovery {
namespace {

using state::IntegerOf;
using state::Row;
using state::Statement;
using state::TextOf;
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

/// Of the cluster itself, by the row's columns after its key.
Row WorthOf(const Journal& journal) {
  // While it is hit again and again its time moves on; that is not worth a write each time.
  constexpr int64_t kStep = 15'000;
  const BreakerMemory& breaker = journal.breaker;
  const int64_t exact = Milliseconds(breaker.since.wall);
  const int64_t since = breaker.state == BreakerState::kClosed ? 0
                        : breaker.state == BreakerState::kOpen ? (exact / kStep + 1) * kStep
                                                               : exact;
  return {journal.cluster_id,
          static_cast<int64_t>(breaker.state),
          since,
          breaker.why,
          breaker.canary,
          journal.denied,
          MillisecondsOrNull(journal.denied_until),
          journal.unanswered,
          MillisecondsOrNull(journal.unanswered_until)};
}

/// The cause, then the positions, a line each.
std::string LinesOf(const FailureMark& mark) {
  return mark.cause.empty() ? "" : fmt::format("{}\n{}", mark.cause, LinesOf(mark.positions));
}

}  // namespace

Row Worth(const ConnectorMemory& memory) {
  if (memory.attempts.count == 0 && !memory.quarantine.holds && memory.poison.found.empty() &&
      memory.hold.misses == 0 && !memory.hold.until && memory.configuration.changes == 0) {
    return {};
  }
  std::string left;
  for (const auto& [item, failures] : memory.own.left) {
    left += fmt::format("{}{}", left.empty() ? "" : " ", item);
  }
  return {static_cast<int64_t>(memory.configuration.hash),
          int64_t{memory.quarantine.holds},
          int64_t{memory.attempts.count},
          MillisecondsOrNull(memory.attempts.last),
          LinesOf(memory.poison.last),
          LinesOf(memory.poison.found),
          int64_t{memory.hold.misses},
          MillisecondsOrNull(memory.hold.until),
          memory.hold.why,
          int64_t{memory.configuration.changes},
          MillisecondsOrNull(memory.configuration.changed_at),
          std::move(left)};
}

Statement Ledger::Remember(const std::string& connector, const ConnectorMemory& memory) const {
  Row values{place_.cluster, place_.connect, kafka_id_, connector};
  std::ranges::copy(Worth(memory), std::back_inserter(values));
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

Result<int64_t> Ledger::Intend(const Intent& intent, const ConnectorMemory& memory) {
  const RecoveryDecision& decision = intent.decision;
  std::vector<Statement> statements{Remember(decision.connector, memory)};
  if (intent.order != nullptr) {
    statements.push_back(Ordered(*intent.order, intent.at.wall, kBegun));
  }
  statements.push_back(
      {.sql = "INSERT INTO recovery_attempts (at, cluster, connect, connector, number, worker, "
              "class, cause) VALUES (?,?,?,?,?,?,?,?)",
       .values = {Milliseconds(intent.at.wall), place_.cluster, place_.connect, decision.connector,
                  int64_t{memory.attempts.count}, intent.worker,
                  std::string(Name(decision.failure)), decision.root_cause}});
  Result<int64_t> id = database_->Insert(statements);
  failed_ = !id;
  order_begun_ =
      id && intent.order != nullptr ? std::optional(Milliseconds(intent.at.wall)) : std::nullopt;
  if (id) {
    connectors_[decision.connector] = Worth(memory);
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
  std::vector<Statement> statements{
      begun ? Statement{.sql = "UPDATE recovery_orders SET result = ? WHERE cluster = ? AND "
                               "connect = ? AND connector = ? AND at = ? AND result = ?",
                        .values = {std::string(result), place_.cluster, place_.connect,
                                   order.connector, *begun, std::string(kBegun)}}
            : Ordered(order, at, result)};
  const auto pause = journal.pauses.find(order.connector);
  if (pause == journal.pauses.end()) {
    statements.push_back({.sql = "DELETE FROM recovery_pauses "
                                 "WHERE cluster = ? AND connect = ? AND connector = ?",
                          .values = {place_.cluster, place_.connect, order.connector}});
  } else {
    const Pause& each = pause->second;
    statements.push_back({.sql = "INSERT OR REPLACE INTO recovery_pauses VALUES (?,?,?,?,?,?)",
                          .values = {place_.cluster, place_.connect, order.connector,
                                     Milliseconds(each.at), each.who, each.why}});
  }
  Told told;
  TellConnector(order.connector, journal, statements, told);
  TellCluster(journal, statements, told);
  std::vector<Statement> kept;
  if (begun || order.verb == RecoveryVerb::kPause) {
    kept.assign(statements.begin(), statements.begin() + (begun ? 1 : 2));
  }
  statements.insert(statements.begin(), owed_.begin(), owed_.end());
  const Result<void> done = Commit(statements, std::move(told));
  if (done) {
    owed_.clear();
  } else {
    owed_.insert(owed_.end(), kept.begin(), kept.end());
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
  std::erase_if(decisions_, [&](const auto& told) {
    return journal.polls > 0 && !journal.connectors.contains(told.first) &&
           std::ranges::find(decisions, told.first, &RecoveryDecision::connector) ==
               decisions.end();
  });
  std::erase_if(connectors_, [](const auto& told) { return told.second.empty(); });
}

void Ledger::TellConnector(const std::string& connector, const Journal& journal,
                           std::vector<Statement>& statements, Told& told) const {
  const auto memory = journal.connectors.find(connector);
  const auto before = connectors_.find(connector);
  Row worth = memory == journal.connectors.end() ? Row() : Worth(memory->second);
  if (worth == (before == connectors_.end() ? Row() : before->second)) {
    return;
  }
  statements.push_back(worth.empty() ? Forget(connector) : Remember(connector, memory->second));
  told.connectors[connector] = std::move(worth);
}

void Ledger::TellConnectors(const Journal& journal, std::vector<Statement>& statements,
                            Told& told) const {
  for (const auto& [connector, memory] : journal.connectors) {
    TellConnector(connector, journal, statements, told);
  }
  for (const auto& [connector, worth] : connectors_) {
    if (!worth.empty() && !journal.connectors.contains(connector)) {
      statements.push_back(Forget(connector));
      told.connectors[connector] = {};
    }
  }
}

void Ledger::TellCluster(const Journal& journal, std::vector<Statement>& statements,
                         Told& told) const {
  Row worth = WorthOf(journal);
  if (worth == cluster_) {
    return;
  }
  Row values{place_.cluster, place_.connect};
  std::ranges::copy(worth, std::back_inserter(values));
  statements.push_back(
      {.sql = "INSERT OR REPLACE INTO recovery_clusters VALUES (?,?,?,?,?,?,?,?,?,?,?)",
       .values = std::move(values)});
  told.cluster = std::move(worth);
}

void Ledger::TellDecisions(const std::vector<RecoveryDecision>& decisions, const Instant& now,
                           std::string_view hindrance, std::vector<Statement>& statements,
                           Told& told) const {
  for (const RecoveryDecision& decision : decisions) {
    const std::string observed = OnlyObserved(decision, hindrance);
    std::string kind = KindOf(decision, observed);
    const auto before = decisions_.find(decision.connector);
    const bool first = before == decisions_.end();
    if (first ? decision.action == RecoveryAction::kNothing : before->second == kind) {
      continue;
    }
    statements.push_back(
        {.sql = "INSERT INTO recovery_decisions (at, cluster, connect, connector, action, why, "
                "way_out, class, cause, gates) VALUES (?,?,?,?,?,?,?,?,?,?)",
         .values = {Milliseconds(now.wall), place_.cluster, place_.connect, decision.connector,
                    std::string(Name(decision.action)), observed + decision.why, decision.way_out,
                    std::string(decision.failed.empty() ? "" : Name(decision.failure)),
                    decision.root_cause, GatesOf(decision)}});
    told.decisions[decision.connector] = std::move(kind);
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

Result<void> Ledger::Commit(const std::vector<Statement>& statements, Told told) {
  const Result<void> done = database_->Write(statements);
  failed_ = !done;
  if (!done) {
    return done;
  }
  for (auto& [connector, worth] : told.connectors) {
    connectors_[connector] = std::move(worth);
  }
  for (auto& [connector, kind] : told.decisions) {
    decisions_[connector] = std::move(kind);
  }
  if (!told.cluster.empty()) {
    cluster_ = std::move(told.cluster);
  }
  return done;
}

/// With what became of one restart; written later if it cannot be now.
Result<void> Ledger::CommitAbout(const std::string& connector, const Journal& journal,
                                 Statement outcome) {
  std::vector<Statement> statements{std::move(outcome)};
  Told told;
  TellConnector(connector, journal, statements, told);
  TellCluster(journal, statements, told);
  const Result<void> done = Commit(statements, std::move(told));
  if (!done) {
    owed_.push_back(std::move(statements.front()));
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
  std::vector<Statement> statements = owed_;
  if (deletes) {
    std::ranges::move(DeleteOld(now), std::back_inserter(statements));
  }
  if (failed_) {
    cluster_.clear();  // whether the disk can be written again is known by writing to it
  }
  const std::string before = kafka_id_;
  if (kafka_id_.empty() && !journal.cluster_id.empty()) {
    kafka_id_ = journal.cluster_id;  // what was not told whose it is belongs to the first that is
    statements.push_back({.sql = "UPDATE OR REPLACE recovery_memory SET kafka_id = ? "
                                 "WHERE cluster = ? AND connect = ? AND kafka_id = ''",
                          .values = {kafka_id_, place_.cluster, place_.connect}});
  }
  Told told;
  TellConnectors(journal, statements, told);
  const size_t before_decisions = statements.size();
  TellDecisions(decisions, now, hindrance, statements, told);
  if (statements.size() > before_decisions) {
    statements.push_back({.sql = "DELETE FROM recovery_decisions WHERE id <= "
                                 "(SELECT max(id) FROM recovery_decisions) - ?",
                          .values = {kMostDecisions}});
  }
  TellVerdicts(statements);
  TellCluster(journal, statements, told);
  if (statements.empty()) {
    return {};
  }
  const Result<void> done = Commit(statements, std::move(told));
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
