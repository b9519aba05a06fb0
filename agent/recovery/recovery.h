#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "agent/base/mutex.h"
#include "agent/model/recovery_order.h"
#include "agent/model/view.h"
#include "agent/recovery/executor.h"
#include "agent/recovery/journal.h"
#include "agent/recovery/ledger.h"

namespace klaxon::recovery {

/// What recovery acts with. What is null or missing keeps it from acting.
struct Means {
  Clock* clock = nullptr;
  state::Database* database = nullptr;
  /// Asked for it as long as there is none; its error says why. May be empty.
  std::function<Result<state::Database*>()> open{};
  std::string missing{};  ///< why there is no database; one line
  /// Held while the disk is written: many wards that wait for a slow one must end one by one.
  std::shared_ptr<Mutex> disk = std::make_shared<Mutex>();
  std::shared_ptr<Executor> executor{};
  /// Asked before each restart; false: no more of them in this step. May be empty.
  std::function<bool()> may_go_on{};
  /// Called at "intent", "send", "answer" and "outcome", before and after each; for tests that end
  /// the process there. May be empty.
  std::function<void(std::string_view)> checkpoint{};
};

/// Recovery of one Connect cluster: looks at each view, remembers, decides, and acts where it may.
/// A restart is written to the disk before it is sent; without a disk nothing is sent. Confined to
/// one thread.
class Recovery {
 public:
  /// One that only thinks aloud.
  explicit Recovery(const Policy& policy);
  /// What `means` points to outlives it.
  Recovery(const Policy& policy, Place place, Means means);

  /// Decides by another policy from now on; forgets nothing.
  void SetPolicy(const Policy& policy);

  /// What a person asks for, done, and written down whatever comes of it: what to say. Error: why
  /// it was not done; kInvalid, there is no such connector; kRefused, it must not be done now;
  /// kTimeout, it was sent, and nobody knows whether it was done. `order.cluster` and `connect` are
  /// not looked at. Step tells afterwards how things stand.
  Result<std::string> Carry(const RecoveryOrder& order, const View& view, const ConnectPart& part,
                            const std::stop_token& stop = {});

  /// Likewise while Connect has never answered: a pause, or its end. Other orders: kRefused.
  Result<std::string> CarryUnseen(const RecoveryOrder& order, const std::stop_token& stop = {});

  /// What is to be done now, done as far as it may be: that can last as long as Connect's answers
  /// do. Never null.
  std::shared_ptr<const RecoveryFacts> Step(const View& view, const ConnectPart& part,
                                            const std::stop_token& stop = {});

 private:
  void Begin(const Instant& now, const std::stop_token& stop);
  std::string Hindrance() const;
  void Hinder(std::string why, RecoveryFacts& facts);
  void Announce(RecoveryFacts& facts);
  void Save(const Instant& now, RecoveryFacts& facts, const std::stop_token& stop);
  void Act(const World& world, RecoveryFacts& facts, const std::stop_token& stop);
  bool Restart(const World& world, RecoveryDecision& decision, RecoveryFacts& facts,
               const std::stop_token& stop, const RecoveryOrder* order = nullptr);
  Result<int64_t> Intend(const Intent& intent, const ConnectorMemory& memory,
                         const std::stop_token& stop);
  Result<std::string> Carried(const RecoveryOrder& order, const World& world, const Instant& now,
                              const std::stop_token& stop);
  Result<std::string> PauseFor(const RecoveryOrder& order, const World& world, const Instant& now);
  Result<std::string> ResumeFor(const RecoveryOrder& order);
  Result<std::string> LiftFor(const RecoveryOrder& order, const World& world, const Instant& now);
  Result<std::string> RestartFor(const RecoveryOrder& order, const World& world, const Instant& now,
                                 const std::stop_token& stop);
  Result<std::string> Record(const RecoveryOrder& order, const Instant& now, const Journal& before,
                             Result<std::string> done);
  Result<void> Conclude(const RestartReply& reply, const Connector& connector,
                        const Attempts& before);
  Result<void> Withdraw(const RestartReply& reply, const Connector& connector,
                        const Attempts& before);
  void Reach(std::string_view point) const;

  Policy policy_;
  Classifier classifier_;
  SettingsBook settings_;
  Place place_{};
  Means means_{};
  std::optional<Ledger> ledger_{};
  bool begun_ = false;
  std::string broken_{};     // what the disk said last; empty: it works
  std::string hindrance_{};  // as it was announced last
  std::array<uint64_t, kRestartOutcomes> sent_{};
  std::map<std::string, RecoveryAction, std::less<>> announced_{};  // of connectors in quarantine
  std::vector<RecoveryNews> ordered_{};                             // news for the next step
  Journal journal_{};
};

}  // namespace klaxon::recovery
