#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/latest.h"
#include "agent/base/mutex.h"
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

/// What the wards share. All of it outlives the loop.
struct Resources {
  Clock& clock;
  http::HttpClient& http;
  state::Database* database = nullptr;  ///< null: nothing is restarted
  std::string missing{};                ///< why it is null; one line
};

/// The thread that decides about connectors: wakes with each view, and publishes what it thinks of
/// a Connect cluster when that cluster's section is new or has expired.
class Loop {
 public:
  using Publish = std::function<void(uint64_t id, SectionRef section)>;

  /// `views` and all that `publish` uses must outlive the loop.
  Loop(Resources resources, const Latest<View>& views, Publish publish);
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop() = default;

  /// Whom to care for from now on. What is remembered of those with a known id is kept. A restart
  /// that is being sent ends; what else was planned before is not done.
  /// Thread-safe.
  void SetWards(std::vector<Ward> wards);

 private:
  /// A ward with what is remembered of it.
  struct Care {
    Ward ward{};
    Recovery recovery;
    SectionRef seen{};  ///< that was looked at last
    bool fresh = false;
    PollStatus status{};
  };

  void Run(const std::stop_token& stop);
  void TakeWards();
  bool Changed();
  Recovery Begin(const Ward& ward);
  void LookAt(const View& view, Care& care, const std::stop_token& stop);

  const Resources resources_;
  const Latest<View>& views_;
  const Publish publish_;
  Mutex mutex_;
  std::vector<Ward> wards_ KLAXON_GUARDED_BY(mutex_);
  bool changed_ KLAXON_GUARDED_BY(mutex_) = false;
  std::map<uint64_t, Care> cares_{};  // of the thread
  std::jthread thread_;               // last: joined before anything it uses is gone
};

}  // namespace klaxon::recovery
