#pragma once

#include <functional>
#include <thread>

#include "agent/base/clock.h"
#include "agent/base/latest.h"
#include "agent/model/view.h"
#include "agent/series/keeper.h"

namespace klaxon::app {

/// The thread that samples the newest view into the series, at even distances and whatever the
/// cadences of collectors, and then lets something work with them.
class SampleLoop {
 public:
  /// Called on the loop's thread after each sampling, with the view that was sampled and the time
  /// of its samples (ms since 1970). What it takes longer than the interval is skipped.
  using Then = std::function<void(const View& view, int64_t time)>;

  /// Whether every source has its part in the view.
  using IsWhole = std::function<bool(const View& view)>;

  /// All it is given must outlive the loop. Begins with the first view that is whole; a source that
  /// does not answer for an interval after others have is not waited for.
  SampleLoop(Clock& clock, const Latest<View>& views, series::Keeper& keeper, Duration interval,
             IsWhole is_whole, Then then = {});
  SampleLoop(const SampleLoop&) = delete;
  SampleLoop& operator=(const SampleLoop&) = delete;
  ~SampleLoop() = default;

 private:
  void Run(const std::stop_token& stop);
  void AwaitFirstView(const std::stop_token& stop) const;
  void Sample();

  Clock& clock_;
  const Latest<View>& views_;
  series::Keeper& keeper_;
  const Duration interval_;
  const IsWhole is_whole_;
  const Then then_;
  std::jthread thread_;  // last: joined before anything it uses is gone
};

}  // namespace klaxon::app
