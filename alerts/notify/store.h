#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "agent/state/database.h"
#include "alerts/notify/memory.h"
#include "alerts/notify/notifier.h"
#include "alerts/notify/silence.h"

namespace klaxon::notify {

/// All that alerts leave to the next process.
struct Contents {
  Memory memory{};
  std::vector<Silence> silences{};
  std::map<std::string, std::string> states{};   ///< the rules' own
  std::map<std::string, WallTime> not_before{};  ///< by integration: a receiver asked to wait
  bool evaluated = false;                        ///< `states` are known
};

/// The tables of the owner "alerts". Writes what differs from what was written last, so that after
/// a failure the next success brings everything. Confined to one thread at a time; the database may
/// be shared.
class Store {
 public:
  /// What a transaction would write.
  struct Draft {
    std::vector<state::Statement> statements{};
    /// Marks by row, as they are then; nothing: the row is gone.
    std::map<std::string, std::optional<std::string>> changes{};
    uint64_t version = 0;  ///< the newest in the outbox
    size_t receipts = 0;
  };

  /// Brings the tables into the database, which outlives the store.
  static Result<Store> Make(state::Database& database);

  Result<Contents> Load(WallTime now);

  /// `receipts` are new ones. Quick: nothing is written yet.
  Draft Prepare(const Contents& contents, const std::vector<Receipt>& receipts, WallTime now);

  /// The same of one account and how long its receiver wants to be left alone: what an attempt
  /// changes, whatever the number of groups. The group must have been written.
  Draft PrepareAccount(const Contents& contents, const GroupId& id, const std::string& integration,
                       const std::vector<Receipt>& receipts);

  /// Everything is written anew with the next transaction: the rows are not those that were read.
  void ForgetWritten();

  /// One transaction. Error: nothing was written.
  Result<void> Write(Draft draft);

  /// The newest first.
  static Result<std::vector<Receipt>> ReadReceipts(const state::Database& database, size_t most);
  /// One whose matchers cannot be read is logged, and left out.
  static Result<std::vector<Silence>> ReadSilences(const state::Database& database);

 private:
  explicit Store(state::Database& database) : database_(&database) {}

  /// A row that was written, and the last look at everything that it was part of.
  struct Mark {
    std::string text{};
    uint64_t seen = 0;
  };

  void Put(Draft& draft, const std::string& row, const std::string& mark,
           const std::function<state::Statement()>& statement);
  void PutGroups(const Contents& contents, Draft& draft);
  void PutAccount(const GroupId& id, const std::string& integration, const Account& account,
                  Draft& draft);
  void PutSilences(const Contents& contents, Draft& draft);
  void PutStates(const Contents& contents, Draft& draft);
  void PutWait(const std::string& integration, WallTime until, Draft& draft);
  void DeleteGone(Draft& draft) const;
  void DeleteUnseen(const std::string& row, Draft& draft) const;
  void Apply(const Draft& draft);
  Result<void> LoadGroups(Contents& contents) const;
  Result<void> LoadAccounts(Contents& contents) const;

  state::Database* database_;
  std::unordered_map<std::string, Mark> written_{};  // by table and key
  uint64_t look_ = 0;
  WallTime deleted_{};  // old receipts, last
};

}  // namespace klaxon::notify
