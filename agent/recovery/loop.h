#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/latest.h"
#include "agent/base/mutex.h"
#include "agent/recovery/keeper.h"

namespace klaxon::recovery {

/// Cares for Connect clusters, each on a thread of its own: publishes what it thinks of one when
/// that cluster's section is new or has expired.
class Loop {
 public:
  using Publish = Keeper::Publish;

  /// `views` and all that `publish` uses must outlive the loop. `publish` is thread-safe.
  Loop(Resources resources, const Latest<View>& views, Publish publish);
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop();

  /// Whom to care for from now on. What is remembered of those with a known id is kept; those that
  /// are not named any more have ended when it returns. A restart that is being sent ends; what
  /// else was planned before is not done. Thread-safe.
  void SetWards(std::vector<Ward> wards);

  /// What came of an order. Errors: kInvalid, it does not say which Connect cluster, or there is
  /// none of that name; others see Keeper::Carry. Thread-safe.
  Result<std::string> Carry(const RecoveryOrder& order, MonoTime due);

 private:
  using KeeperRef = std::shared_ptr<Keeper>;

  /// With the names by which orders mean it.
  struct Care {
    std::string cluster{};
    std::string connect{};
    KeeperRef keeper{};
  };

  void Run(const std::stop_token& stop);
  Result<KeeperRef> Meant(const RecoveryOrder& order);

  const Resources resources_;
  const Latest<View>& views_;
  const Publish publish_;
  const std::shared_ptr<Mutex> disk_ = std::make_shared<Mutex>();
  Mutex changing_;  // held by SetWards alone, all the time
  Mutex mutex_;
  std::map<uint64_t, Care> cares_ KLAXON_GUARDED_BY(mutex_){};
  std::jthread thread_;  // last: joined before anything it uses is gone
};

}  // namespace klaxon::recovery
