#pragma once

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
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/mutex.h"
#include "alerts/notify/notifier.h"
#include "alerts/notify/store.h"

namespace klaxon::notify {

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
  std::tuple<Settings, std::vector<Silence>, EvaluationRef> Known() const;
  void Load();
  void Commit();
  void MarkKept(uint64_t version) KLAXON_REQUIRES(mutex_);
  void Fail(const std::string& words) KLAXON_REQUIRES(mutex_);
  void Count(const std::string& id, const Delivery& delivery) KLAXON_REQUIRES(mutex_);
  void AddReceipt(const std::string& integration, const Work& work, const Delivery& delivery)
      KLAXON_REQUIRES(mutex_);
  std::optional<Work> PickWork(const std::string& integration) const KLAXON_REQUIRES(mutex_);
  void ForgetOldSilences(WallTime now) KLAXON_REQUIRES(mutex_);

  const Resources resources_;
  const Instant started_;
  Mutex store_mutex_;  // taken before mutex_
  std::optional<Store> store_ KLAXON_GUARDED_BY(store_mutex_);
  mutable Mutex mutex_;
  mutable std::condition_variable_any changed_;
  Settings settings_ KLAXON_GUARDED_BY(mutex_);
  Contents contents_ KLAXON_GUARDED_BY(mutex_);
  std::map<std::string, std::string> restored_ KLAXON_GUARDED_BY(mutex_);
  EvaluationRef evaluation_ KLAXON_GUARDED_BY(mutex_);
  uint64_t evaluations_ KLAXON_GUARDED_BY(mutex_) = 0;
  bool poked_ KLAXON_GUARDED_BY(mutex_) = false;  // something is to be decided at once
  std::vector<Receipt> unsaved_ KLAXON_GUARDED_BY(mutex_);
  std::deque<Receipt> recent_ KLAXON_GUARDED_BY(mutex_);  // newest first
  std::map<std::string, SenderReport> senders_ KLAXON_GUARDED_BY(mutex_);
  bool durable_ KLAXON_GUARDED_BY(mutex_) = false;
  std::string not_durable_because_ KLAXON_GUARDED_BY(mutex_);
};

}  // namespace klaxon::notify
