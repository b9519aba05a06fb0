#pragma once

#include <condition_variable>
#include <cstddef>
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
  /// `slots`: how many sources there are. `clock` and `views` must outlive the loop.
  ViewLoop(size_t slots, Clock& clock, Latest<View>& views);
  ViewLoop(const ViewLoop&) = delete;
  ViewLoop& operator=(const ViewLoop&) = delete;

  /// Stops and joins; at most one Advance long.
  ~ViewLoop();

  /// Replaces the section of one source; the newest wins. Thread-safe.
  void Publish(size_t slot, SectionRef section);

 private:
  void Run(const std::stop_token& stop);
  /// Waits for news or the next expiry; the sections then.
  std::vector<SectionRef> Wait(const std::stop_token& stop);

  Clock& clock_;
  Latest<View>& views_;
  Mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<SectionRef> sections_ KLAXON_GUARDED_BY(mutex_);
  bool news_ KLAXON_GUARDED_BY(mutex_) = false;
  std::jthread thread_;  // last: joined before anything it uses is gone
};

}  // namespace klaxon::analysis
