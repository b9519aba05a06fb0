#include "alerts/notify/receiver_pause.h"

#include <algorithm>

namespace klaxon::notify {
namespace {

constexpr size_t kOutage = 3;  // groups that fail in a row
constexpr Duration kLongestGuess = std::chrono::seconds{15};

}  // namespace

Duration ReceiverPause::After(const GroupId& group, const Delivery& delivery) {
  if (delivery.outcome != Outcome::kRetry) {
    failed_.clear();
    backoff_.Reset();
    return {};
  }
  if (delivery.of_receiver) {
    const Duration asked = delivery.retry_after.value_or(Duration::zero());
    return std::max(backoff_.Next(), std::min(asked, kLongestRetryAfter));
  }
  if (failed_.size() < kOutage) {
    failed_.insert(group);
  }
  return failed_.size() < kOutage ? Duration::zero() : std::min(backoff_.Next(), kLongestGuess);
}

}  // namespace klaxon::notify
