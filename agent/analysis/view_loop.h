#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/latest.h"
#include "agent/base/mutex.h"
#include "agent/model/view.h"

namespace klaxon::analysis {

/// The thread that turns sections into views: wakes when a collector publishes, and when something
/// in the view expires, so that a hanging collector cannot keep old values alive.
class ViewLoop {
 public:
  /// `clock` and `views` must outlive the loop.
  ViewLoop(Clock& clock, Latest<View>& views);
  ViewLoop(const ViewLoop&) = delete;
  ViewLoop& operator=(const ViewLoop&) = delete;

  /// Stops and joins; at most one Advance long.
  ~ViewLoop();

  /// Which sources there are, in the order of the configuration, each by a number of the caller's
  /// choice. What others published leaves the next view. Thread-safe.
  void SetSources(const std::vector<uint64_t>& sources);

  /// Replaces the section of one source; the newest wins. Ignored for a source that is not set:
  /// its last poll may end after a reload has dropped it. Thread-safe.
  void Publish(uint64_t source, SectionRef section);

 private:
  struct Slot {
    uint64_t source = 0;
    SectionRef section{};  ///< null until it publishes
  };

  void Run(const std::stop_token& stop);
  /// Waits for news or the next expiry; the sections then.
  std::vector<SectionRef> Wait(const std::stop_token& stop);

  Clock& clock_;
  Latest<View>& views_;
  Mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<Slot> slots_ KLAXON_GUARDED_BY(mutex_);
  bool news_ KLAXON_GUARDED_BY(mutex_) = false;
  std::jthread thread_;  // last: joined before anything it uses is gone
};

}  // namespace klaxon::analysis
