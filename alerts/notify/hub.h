#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/mutex.h"
#include "alerts/notify/due_queue.h"
#include "alerts/notify/notifier.h"
#include "alerts/notify/receiver_pause.h"
#include "alerts/notify/store.h"

namespace klaxon::notify {

inline constexpr size_t kRecentReceipts = 100;

/// So long what is known waits for what is so now: after a start, and after a reload.
inline constexpr Duration kForNews = std::chrono::minutes{1};

/// A message that is to be sent.
struct Work {
  GroupId group{};
  Next next{};
  Message message{};
};

using EvaluationRef = std::shared_ptr<const Evaluation>;

/// What the threads of a notifier share: what is known, and the way to the disk. Thread-safe.
class Hub {
 public:
  explicit Hub(const Resources& resources);

  Clock& clock() const { return resources_.clock; }

  http::HttpClient& http() const { return resources_.http; }

  void Checkpoint(std::string_view step) const;

  void Take(Evaluation evaluation);
  void SetSettings(Settings settings);
  std::map<std::string, std::string> RestoredStates() const;
  std::optional<std::map<std::string, std::string>> TakeLateStates();

  /// Waits until there is something to decide; false: it was stopped.
  bool WaitToDecide(const std::stop_token& stop);
  /// Something was told that nobody has decided on yet.
  bool HasNews() const;
  /// Decides, and writes what was decided in one transaction.
  void DecideNow();

  /// The next message of an integration, at `not_before` at the earliest; nothing: it was stopped.
  std::optional<Work> NextWork(const std::string& integration, MonoTime not_before,
                               const std::stop_token& stop);
  /// Takes what became of it, and writes that.
  void Finish(const std::string& integration, const Work& work, const Delivery& delivery);
  /// When the receiver was last asked to be left alone until; also by the last process.
  Instant NotBefore(const std::string& integration) const;

  /// Waits for an evaluation after the `seen`th or until `due`; nothing: stopped, or there was none
  /// yet. `seen` becomes the number of the one returned.
  EvaluationRef WaitEvaluation(uint64_t& seen, MonoTime due, const std::stop_token& stop);
  /// Counts what became of a push.
  void Pushed(const std::string& feed, const Delivery& delivery);

  Result<std::string> SetSilence(Silence silence);
  Result<void> ExpireSilence(const std::string& id);
  std::vector<Silence> Silences() const;
  std::vector<HeldAlert> FiringAlerts() const;
  std::vector<Muted> MutedOf(std::vector<alerts::Alert> alerts) const;
  std::vector<std::string> Receivers() const;
  Report GetReport() const;

 private:
  /// What was in the file.
  struct Loaded {
    Store store;
    Contents contents{};
    std::vector<Receipt> receipts{};
  };

  std::tuple<Settings, std::vector<Silence>, EvaluationRef> Known() const;
  Result<Loaded> ReadStore() const;
  void Load();
  /// A directory that could not be used may be usable now. What is in it is merged when the rules
  /// have taken from it what fired: else that would count as resolved.
  void TryLate() KLAXON_REQUIRES(store_mutex_);
  void MergeLate() KLAXON_REQUIRES(store_mutex_) KLAXON_REQUIRES(mutex_);
  void Commit();
  /// The same after an attempt, which changes one account only: unless there is a decision that is
  /// not on the disk yet, since what it decided of the account stands by the states of its alerts.
  /// Where the disk takes nothing, it is left to the next decision, seconds away, to try it again:
  /// that is to write everything, and must not be tried for each message.
  void CommitAccount(const GroupId& id, const std::string& integration);
  /// Writes, and takes what came of it. `only`: the account that it is about; null: all.
  void Written(Store::Draft draft, const std::pair<GroupId, std::string>* only)
      KLAXON_REQUIRES(store_mutex_);
  void MarkKept(uint64_t version) KLAXON_REQUIRES(mutex_);
  void MarkKept(uint64_t version, const std::pair<GroupId, std::string>& only)
      KLAXON_REQUIRES(mutex_);
  void Fail(const std::string& words) KLAXON_REQUIRES(mutex_);
  void Count(const std::string& id, const Delivery& delivery) KLAXON_REQUIRES(mutex_);
  void AddReceipt(const std::string& integration, const Work& work, const Delivery& delivery)
      KLAXON_REQUIRES(mutex_);
  void Settled(const std::string& integration, const Work& work, const Delivery& delivery)
      KLAXON_REQUIRES(mutex_);
  /// An evaluation under the settings in force is still to come, and is waited for: after a start
  /// the first.
  bool AwaitsNews() const KLAXON_REQUIRES(mutex_);
  Work WorkOf(const std::string& integration, const GroupId& id) const KLAXON_REQUIRES(mutex_);
  void ForgetOldSilences(WallTime now) KLAXON_REQUIRES(mutex_);

  const Resources resources_;
  Mutex store_mutex_;  // taken before mutex_
  std::optional<Store> store_ KLAXON_GUARDED_BY(store_mutex_);
  std::optional<Loaded> late_ KLAXON_GUARDED_BY(store_mutex_);  // read after the start
  MonoTime tried_ KLAXON_GUARDED_BY(store_mutex_){};
  mutable Mutex mutex_;
  mutable std::condition_variable_any changed_;
  Settings settings_ KLAXON_GUARDED_BY(mutex_);
  MonoTime settings_at_ KLAXON_GUARDED_BY(mutex_){};
  bool unasked_ KLAXON_GUARDED_BY(mutex_) = true;  // nothing was decided by these settings
  Contents contents_ KLAXON_GUARDED_BY(mutex_);
  DueQueue due_ KLAXON_GUARDED_BY(mutex_);  // of contents_.memory, whenever mutex_ is let go
  std::map<std::string, std::string> restored_ KLAXON_GUARDED_BY(mutex_);
  EvaluationRef evaluation_ KLAXON_GUARDED_BY(mutex_);
  uint64_t evaluations_ KLAXON_GUARDED_BY(mutex_) = 0;
  /// What the rules wanted to find again, until they have taken it.
  std::optional<std::map<std::string, std::string>> late_states_ KLAXON_GUARDED_BY(mutex_);
  bool late_taken_ KLAXON_GUARDED_BY(mutex_) = false;
  bool late_due_ KLAXON_GUARDED_BY(mutex_) = false;  // the newest evaluation knows them
  bool poked_ KLAXON_GUARDED_BY(mutex_) = false;     // something is to be decided at once
  bool decided_ KLAXON_GUARDED_BY(mutex_) = false;   // and it is not on the disk yet
  std::vector<Receipt> unsaved_ KLAXON_GUARDED_BY(mutex_);
  std::deque<Receipt> recent_ KLAXON_GUARDED_BY(mutex_);  // newest first
  std::map<std::string, SenderReport> senders_ KLAXON_GUARDED_BY(mutex_);
  bool durable_ KLAXON_GUARDED_BY(mutex_) = false;
  std::string not_durable_because_ KLAXON_GUARDED_BY(mutex_);
};

}  // namespace klaxon::notify
