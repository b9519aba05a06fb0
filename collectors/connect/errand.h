#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <future>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "agent/base/clock.h"
#include "agent/base/thread_name.h"

namespace klaxon::connect_collector {

/// A question that may outlast the poll that asks it: done on a thread of its own, one at a time,
/// its answer taken by a later poll. Confined to one thread; destroying it ends the question soon.
template <class T>
class Errand {
 public:
  using Work = std::function<T(const std::stop_token& stop)>;

  explicit Errand(std::string thread_name) : name_(std::move(thread_name)) {}

  /// Nothing is under way, and no answer waits.
  bool idle() const { return !answer_.valid(); }

  /// REQUIRES: idle.
  void Start(Work work) {
    std::promise<T> promise;
    answer_ = promise.get_future();
    thread_ = std::jthread([name = name_, work = std::move(work),
                            promise = std::move(promise)](const std::stop_token& stop) mutable {
      NameThisThread(name);
      promise.set_value(work(stop));
    });
  }

  /// Waits for the answer, for so long at most and not after a stop.
  bool Ready(Duration patience, const std::stop_token& stop) const {
    constexpr Duration kGlance = std::chrono::milliseconds{20};
    bool ready = !idle() && answer_.wait_for(Duration{0}) == std::future_status::ready;
    while (!ready && !idle() && patience > Duration{0} && !stop.stop_requested()) {
      ready = answer_.wait_for(std::min(patience, kGlance)) == std::future_status::ready;
      patience -= kGlance;
    }
    return ready;
  }

  /// REQUIRES: Ready() was true. Idle afterwards.
  T Take() {
    T answer = answer_.get();
    thread_.join();
    return answer;
  }

 private:
  std::string name_;
  std::future<T> answer_{};
  std::jthread thread_{};  // last: joined before the rest goes
};

}  // namespace klaxon::connect_collector
