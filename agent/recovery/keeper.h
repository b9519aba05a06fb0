#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "agent/base/clock.h"
#include "agent/base/mutex.h"
#include "agent/model/recovery_order.h"
#include "agent/recovery/recovery.h"

namespace klaxon::recovery {

/// A Connect cluster that is cared for.
struct Ward {
  uint64_t id = 0;        ///< by which its section is published; another one: it begins anew
  std::string cluster{};  ///< of its section
  std::string connect{};  ///< likewise, the instance
  Policy policy{};
  /// What requests to its workers carry; called when the first restart is sent.
  std::function<http::ClientAccess()> access{};
};

/// What the wards share. All of it outlives them.
struct Resources {
  Clock& clock;
  http::HttpClient& http;
  state::Database* database = nullptr;
  /// Asked for the database as long as there is none; one thread at a time. May be empty.
  std::function<Result<state::Database*>()> open{};
  std::string missing{};  ///< why there is none and never will be; one line
};

/// One Connect cluster and the thread that decides about it, so that a worker that does not answer
/// holds up no other's. Thread-safe.
class Keeper {
 public:
  using Publish = std::function<void(uint64_t id, SectionRef section)>;

  /// `disk`: see Means.
  Keeper(const Resources& resources, Ward ward, Publish publish, std::shared_ptr<Mutex> disk);
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;
  ~Keeper() = default;

  /// Decides by another policy from now on; forgets nothing. A restart that is being sent ends;
  /// what else was planned before is not done.
  void SetWard(Ward ward);

  /// There is a newer view. Does not wait.
  void Look(ViewRef view);

  /// What came of the order, which is done before anything that is planned. Errors: see
  /// Recovery::Carry; kTimeout, also: it is taken and not done yet at `due`; kRefused, also: too
  /// many wait already.
  Result<std::string> Carry(RecoveryOrder order, MonoTime due);

  /// Asks it to end, and does not wait.
  void RequestStop() { thread_.request_stop(); }

  /// Has ended when it returns: a restart that was being sent is written down.
  void End();

 private:
  /// An order that somebody waits for.
  struct Asked {
    RecoveryOrder order{};
    std::optional<Result<std::string>> answer{};
  };

  using AskedRef = std::shared_ptr<Asked>;

  void Run(const std::stop_token& stop);
  bool Awaits();
  void TakeNews();
  void CarryOrders(const std::stop_token& stop);
  void LookAt(const View& view, const std::stop_token& stop);
  Means MeansOf(const Resources& resources, const Ward& ward, std::shared_ptr<Mutex> disk);

  Clock& clock_;
  const Publish publish_;
  Mutex mutex_;
  std::condition_variable_any news_;  // for the thread: something of the next four
  std::optional<Ward> next_ KLAXON_GUARDED_BY(mutex_){};
  ViewRef newest_ KLAXON_GUARDED_BY(mutex_){};
  std::deque<AskedRef> orders_ KLAXON_GUARDED_BY(mutex_){};
  bool ended_ KLAXON_GUARDED_BY(mutex_) = false;
  std::condition_variable_any answered_;
  // Of the thread:
  Ward ward_;
  Recovery recovery_;
  ViewRef view_{};
  SectionRef seen_{};  // that was looked at last
  bool fresh_ = false;
  PollStatus status_{};
  std::jthread thread_;  // last: joined before anything it uses is gone
};

}  // namespace klaxon::recovery
