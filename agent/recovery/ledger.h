#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "agent/model/recovery_order.h"
#include "agent/recovery/journal.h"
#include "agent/state/database.h"

/// The journal on the disk: what recovery must know after any end of the agent, and what people
/// want to read afterwards.
namespace klaxon::recovery {

/// A Connect cluster, as the configuration names it.
struct Place {
  std::string cluster{};
  std::string connect{};
};

/// A restart that is about to be sent.
struct Intent {
  const RecoveryDecision& decision;
  Instant begun_at{};
  std::string worker{};                  ///< its URL
  const RecoveryOrder* order = nullptr;  ///< of the person who asks for it; null: nobody does
};

/// What is read back of restarts and decisions, for people: newest last.
struct LogEntry {
  WallTime at{};
  std::string cluster{};
  std::string connect{};
  std::string connector{};
  std::string words{};  ///< one line
};

/// The last decision about a connector that was written down.
struct Explanation {
  LogEntry decision{};
  std::string way_out{};
  std::vector<std::string> gates{};  ///< "breaker: open (closed)" and the like, as they were asked
};

/// Reads and writes the tables of one Connect cluster. Confined to one thread; the database may be
/// shared. Errors are the database's: nothing of that call was written.
class Ledger {
 public:
  /// Brings the tables into the database. `database` outlives the ledger.
  static Result<Ledger> Make(state::Database& database, Place place);

  /// What was remembered, with the restarts of the last minute. A restart that was intended and of
  /// which no answer is known counts as an attempt: it is written down as unknown. Deletes what is
  /// older than 90 days, unless the newest is more than a day away: the clock may be wrong then.
  Result<Journal> Load(const Instant& now);

  /// To be called before a restart is sent: `memory` counts it as an attempt already. Its number.
  /// Who asks for it is written with it: after any end of the agent it is known who did and why.
  Result<int64_t> Intend(const Intent& intent, const ConnectorMemory& memory);

  /// Connect has answered; `journal` is what is remembered now. What this and Withdraw cannot write
  /// Save does.
  Result<void> Conclude(int64_t id, const RestartReport& report, const std::string& connector,
                        const Journal& journal);

  /// It was not sent after all: what Intend has written is as if it had never been.
  Result<void> Withdraw(int64_t id, const std::string& connector, const Journal& journal);

  /// What a person asked for and what came of it, with what it changed in the journal: pauses,
  /// that connector, the cluster. If Intend has written the order, the result is added to it. That,
  /// and a pause, is kept if it cannot be written now, and written before what comes next.
  Result<void> Record(const RecoveryOrder& order, WallTime at, std::string_view result,
                      const Journal& journal);

  /// From now on the journal is of another Kafka cluster: with what was remembered of that one.
  Result<void> Switch(const std::string& kafka_id, const Instant& now, Journal& journal);

  /// Writes what differs from what was written last: of connectors, what became of restarts, and
  /// decisions that are others than before. What became of restarts is kept until it is written;
  /// after a write that failed there is always something to write. Once a day it deletes what is
  /// older than 90 days, unless the wall clock has jumped since.
  /// `hindrance`: why what would be restarted is not, though its mode is kAct; empty: it is.
  Result<void> Save(const Journal& journal, const std::vector<RecoveryDecision>& decisions,
                    const Instant& now, std::string_view hindrance = {});

  state::Database& database() { return *database_; }

 private:
  Ledger(state::Database& database, Place place) : database_(&database), place_(std::move(place)) {}

  bool TimeToDelete(const Instant& now);
  void DropGone(const Journal& journal, const std::vector<RecoveryDecision>& decisions);
  state::Statement Remember(const std::string& connector, const ConnectorMemory& memory) const;
  state::Statement Forget(const std::string& connector) const;
  state::Statement Ordered(const RecoveryOrder& order, WallTime at, std::string_view result) const;
  state::Statement Paused(const std::string& connector, const Journal& journal) const;

  /// Statements, and what is on the disk once they are written.
  struct Batch {
    std::vector<state::Statement> statements{};
    std::map<std::string, state::Row> connectors{};
    std::map<std::string, std::string> decisions{};
    state::Row cluster{};  // empty: as it was
  };

  Result<void> LoadCluster(const Instant& now, Journal& journal);
  Result<void> LoadConnectors(const Instant& now, Journal& journal);
  Result<void> LoadPauses(Journal& journal) const;
  Result<void> LoadRestarts(const Instant& now, Journal& journal) const;
  Result<void> LoadBudget(const Instant& now, Journal& journal) const;
  Result<void> LoadDecisions();
  Result<void> Commit(Batch batch);
  Result<void> CommitAbout(const std::string& connector, const Journal& journal,
                           const state::Statement& outcome);
  void AddConnector(const std::string& connector, const Journal& journal, Batch& batch) const;
  void AddConnectors(const Journal& journal, Batch& batch) const;
  void AddCluster(const Journal& journal, Batch& batch) const;
  void AddDecisions(const std::vector<RecoveryDecision>& decisions, const Instant& now,
                    std::string_view hindrance, Batch& batch) const;
  void AddVerdicts(Batch& batch) const;

  state::Database* database_;
  Place place_;
  std::string kafka_id_{};  // whose connectors are remembered; empty: not known yet
  state::Row cluster_{};    // as it was written last
  std::map<std::string, state::Row> connectors_{};  // as they were written last
  std::map<std::string, std::string> decisions_{};  // likewise: action, class, gate
  std::vector<state::Statement> owed_{};            // what became of restarts, not written yet
  std::map<int64_t, RestartReport> verdicts_{};     // likewise, in the end
  std::optional<int64_t> order_begun_{};            // when; Intend has written it, without a result
  bool failed_ = false;                             // the last write
  Instant deleted_{};                               // what was old, or it was put off
};

/// Restarts and decisions of all Connect clusters, the newest `most`; of one connector, if it is
/// named.
Result<std::vector<LogEntry>> ReadLog(const state::Database& database, std::string_view connector,
                                      size_t most);

/// The last decision about a connector, of every Connect cluster that has one of that name.
Result<std::vector<Explanation>> Explain(const state::Database& database,
                                         std::string_view connector);

/// What was last done for a connector and last decided about it, as far as it was written down.
struct LastKnown {
  std::optional<LogEntry> restart{};
  std::optional<LogEntry> decision{};  ///< none if nothing had to be done any more
};

/// By connector, of one Connect cluster.
Result<std::map<std::string, LastKnown>> ReadLast(const state::Database& database,
                                                  const Place& place);

}  // namespace klaxon::recovery
