#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>

namespace klaxon::series {

/// When each scrape was: series count in scrapes, which takes a bit where a time takes twelve.
/// Numbers begin with 1 and rise by one.
class ScrapeTimes {
 public:
  /// Returns the number. REQUIRES: later than the one before.
  uint32_t Add(int64_t time) {
    times_.push_back(time);
    return newest();
  }

  uint32_t newest() const { return first_ + static_cast<uint32_t>(times_.size()) - 1; }

  /// REQUIRES: it was not forgotten.
  int64_t TimeOf(int64_t number) const {
    return times_[static_cast<size_t>(number - static_cast<int64_t>(first_))];
  }

  bool Knows(int64_t number) const {
    return number >= static_cast<int64_t>(first_) && number <= static_cast<int64_t>(newest());
  }

  /// The number of the first scrape later than `time`; one more than the newest if there is none.
  int64_t FirstAfter(int64_t time) const {
    return static_cast<int64_t>(first_) +
           (std::upper_bound(times_.begin(), times_.end(), time) - times_.begin());
  }

  /// Forgets scrapes before `time`, the newest two never.
  void ForgetBefore(int64_t time) {
    while (times_.size() > 2 && times_.front() < time) {
      times_.pop_front();
      ++first_;
    }
  }

 private:
  std::deque<int64_t> times_{};
  uint32_t first_ = 1;
};

}  // namespace klaxon::series
