#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "agent/recovery/journal.h"

namespace klaxon::recovery {
namespace {

/// So many polls the canary must run.
constexpr uint64_t kCanaryPolls = 2;

/// Why all restarts must stop; empty: nothing says so.
std::string TrippedBy(const World& world, const Policy& policy, size_t failed_now) {
  if (!world.red.empty() && !policy.waived.test(static_cast<size_t>(Gate::kDependencies))) {
    return world.red;
  }
  const auto failed = static_cast<int64_t>(failed_now);
  const auto all = static_cast<int64_t>(world.subjects.size());
  const bool many = failed >= policy.breaker_least && failed * 100 >= policy.breaker_percent * all;
  return many ? fmt::format("{} of {} connectors failed at once", failed, all) : "";
}

void Move(BreakerState state, const Instant& now, BreakerMemory& breaker) {
  breaker.state = state;
  breaker.since = now;
  breaker.canary.clear();
}

/// Follows the first connector that was restarted since the breaker lets one through.
void FollowCanary(const Instant& now, Journal& journal) {
  BreakerMemory& breaker = journal.breaker;
  for (const auto& [name, memory] : journal.connectors) {
    if (breaker.canary.empty() && memory.last_attempt &&
        memory.last_attempt->mono >= breaker.since.mono) {
      breaker.canary = name;
    }
  }
  const auto canary = journal.connectors.find(breaker.canary);
  if (canary == journal.connectors.end()) {
    breaker.canary.clear();
  } else if (canary->second.runs_for >= kCanaryPolls) {
    Move(BreakerState::kSpread, now, breaker);
  } else if (canary->second.failed_polls > 0) {
    breaker.why =
        fmt::format("{} was restarted to see whether it helps, and failed again", breaker.canary);
    Move(BreakerState::kOpen, now, breaker);
  }
}

}  // namespace

void FollowBreaker(const World& world, const Policy& policy, size_t failed_now, const Instant& now,
                   Journal& journal) {
  BreakerMemory& breaker = journal.breaker;
  std::string why = TrippedBy(world, policy, failed_now);
  if (!why.empty()) {
    breaker.why = std::move(why);
    Move(BreakerState::kOpen, now, breaker);
    return;
  }
  if (breaker.state != BreakerState::kClosed &&
      std::ranges::none_of(world.subjects, &Subject::failed)) {
    breaker.why.clear();
    Move(BreakerState::kClosed, now, breaker);
  } else if (breaker.state == BreakerState::kOpen &&
             now.mono - breaker.since.mono >= policy.breaker_hold) {
    Move(BreakerState::kCanary, now, breaker);
  } else if (breaker.state == BreakerState::kCanary) {
    FollowCanary(now, journal);
  }
}

}  // namespace klaxon::recovery
