#include "alerts/notify/receiver_pause.h"

#include <algorithm>

namespace klaxon::notify {
namespace {

constexpr size_t kOutage = 3;  // groups that fail in a row
constexpr Duration kLongestGuess = std::chrono::seconds{15};

}  // namespace

Duration ReceiverPause::After(const GroupId& group, Delivery& delivery) {
  if (delivery.outcome != Outcome::kRetry) {
    failed_.clear();
    backoff_.Reset();
    return {};
  }
  const bool told = delivery.of_receiver;
  if (!told && failed_.size() < kOutage) {
    failed_.insert(group);
  }
  delivery.of_receiver = told || failed_.size() >= kOutage;
  if (!delivery.of_receiver) {
    return {};
  }
  const Duration pause = told ? backoff_.Next() : std::min(backoff_.Next(), kLongestGuess);
  const Duration asked = delivery.retry_after.value_or(Duration::zero());
  return std::max(pause, std::min(asked, kLongestRetryAfter));
}

}  // namespace klaxon::notify
