#include "agent/kafka/wire/any_route.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

namespace klaxon::kafka::wire {

namespace {

/// Even when little time is left a broker gets this long before the next one is asked too.
constexpr Duration kShortestShare = std::chrono::milliseconds{100};

MonoTime ShareEnds(MonoTime now, MonoTime deadline) {
  return now + std::max<Duration>((deadline - now) / 4, kShortestShare);
}

}  // namespace

bool AnyRoute::IsTimeForNext(MonoTime now) {
  if (ticket_->attempts() == 0) {
    return true;
  }
  if (now < next_at_) {
    return false;
  }
  if (candidates_[next_ - 1]->receiving()) {  // a large answer is on its way
    next_at_ = ShareEnds(now, ticket_->batch().deadline());
    return false;
  }
  return true;
}

void AnyRoute::Advance(const Instant& now) {
  if (done() || now.mono >= ticket_->batch().deadline()) {
    return;  // it is failed for that elsewhere
  }
  while (!done() && next_ < candidates_.size() && IsTimeForNext(now.mono)) {
    Peer& candidate = *candidates_[next_++];
    next_at_ = ShareEnds(now.mono, ticket_->batch().deadline());
    candidate.Submit(ticket_, now);
  }
  if (!done() && ticket_->attempts() == 0) {
    ticket_->Fail(AllFailed());
  }
}

Error AnyRoute::AllFailed() const {
  const std::vector<Error>& misses = ticket_->misses();
  if (misses.empty()) {
    return {Reason::kInvalid, "no address to ask: no bootstrap server is configured"};
  }
  if (misses.size() == 1) {
    return misses.front();
  }
  return {misses.front().reason(), "no broker answers: " + Join(misses)};
}

}  // namespace klaxon::kafka::wire
