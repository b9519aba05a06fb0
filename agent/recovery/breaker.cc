#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "agent/recovery/journal.h"

namespace klaxon::recovery {
namespace {

/// So many polls the canary must run.
constexpr uint64_t kCanaryPolls = 2;

/// A shared cause reaches connectors one after the other: their timeouts differ.
constexpr Duration kAtOnce = std::chrono::minutes{1};

/// Connectors that began to fail lately, and after the breaker was hit last: others are counted.
size_t FellLately(const Instant& now, const Journal& journal) {
  const std::optional<Instant>& hit = journal.breaker.hit;
  return static_cast<size_t>(std::ranges::count_if(journal.connectors, [&](const auto& each) {
    const std::optional<Instant>& fell = each.second.fell_at;
    return fell && !each.second.absent_since && now.mono - fell->mono < kAtOnce &&
           (!hit || fell->mono > hit->mono);
  }));
}

/// Why all restarts must stop; empty: nothing says so.
std::string TrippedBy(const World& world, const Policy& policy, size_t found, const Instant& now,
                      const Journal& journal) {
  if (!world.red.empty() && !policy.waived.test(static_cast<size_t>(Gate::kDependencies))) {
    return world.red;
  }
  const auto failed = static_cast<int64_t>(found > 0 ? found : FellLately(now, journal));
  const auto all = static_cast<int64_t>(world.connectors.size());
  const bool many = failed >= policy.breaker_least && failed * 100 >= policy.breaker_percent * all;
  if (!many) {
    return "";
  }
  return found > 0
             ? fmt::format("{} of {} connectors were FAILED when Klaxon began to look", failed, all)
             : fmt::format("{} of {} connectors failed within a minute", failed, all);
}

void Move(BreakerState state, const Instant& now, BreakerMemory& breaker) {
  breaker.state = state;
  breaker.since = now;
  breaker.hit = state == BreakerState::kOpen ? now : breaker.hit;
  breaker.canary.clear();
}

bool RestartedSince(const ConnectorMemory& memory, const Instant& since) {
  return memory.attempts.last && memory.attempts.last->mono >= since.mono;
}

/// Follows the connector that was restarted since the breaker lets one through: of ours TakeAnswer
/// has told, of others' it is the first.
void FollowCanary(const Policy& policy, const Instant& now, Journal& journal) {
  BreakerMemory& breaker = journal.breaker;
  for (const auto& [name, memory] : journal.connectors) {
    if (breaker.canary.empty() && !memory.absent_since && RestartedSince(memory, breaker.since)) {
      breaker.canary = name;
    }
  }
  const auto canary = journal.connectors.find(breaker.canary);
  if (canary == journal.connectors.end() || canary->second.absent_since ||
      !RestartedSince(canary->second, breaker.since)) {
    breaker.canary.clear();  // deleted, or configured anew: it tells nothing of the others
    return;
  }
  const ConnectorMemory& memory = canary->second;
  if (memory.running.polls >= kCanaryPolls) {
    Move(BreakerState::kSpread, now, breaker);
    return;
  }
  const bool late = now.mono - memory.attempts.last->mono > policy.settings.verify_timeout;
  if (memory.own.under_way && !late) {  // a FAILED may be of before the restart
    return;
  }
  const bool failed = memory.failing.polls > 0;
  if (failed || late) {
    breaker.why = fmt::format("{} was restarted to see whether it helps, and {}", breaker.canary,
                              failed ? "failed again" : "does not run");
    Move(BreakerState::kOpen, now, breaker);
  }
}

/// What is only observed is never restarted where others are; while the breaker is just hit it
/// tells of the cause all the same.
bool OnlyWatched(const Connector& connector, const Policy& policy, const Instant& now,
                 const BreakerMemory& breaker) {
  const RecoveryMode mode = connector.chosen->settings.mode;
  const bool held =
      breaker.state == BreakerState::kOpen && now.mono - breaker.since.mono < policy.breaker_hold;
  return mode == RecoveryMode::kOff || (mode == RecoveryMode::kObserve && MayAct(policy) && !held);
}

/// Whether it failed when the breaker was hit, or before, and recovery may yet restart it.
bool Waits(const Connector& connector, const Policy& policy, const Instant& now,
           const Journal& journal) {
  const auto memory = journal.connectors.find(connector.name);
  if (!connector.failed() || memory == journal.connectors.end() ||
      memory->second.quarantine.holds || connector.intent == ConnectIntent::kPaused ||
      connector.intent == ConnectIntent::kStopped ||
      OnlyWatched(connector, policy, now, journal.breaker)) {
    return false;
  }
  const std::optional<Instant>& since = memory->second.failing.since;
  return since && journal.breaker.hit && since->mono <= journal.breaker.hit->mono;
}

/// All that failed at once runs or is given up, or nothing was restarted for long: what fails now
/// has nothing to do with it.
bool IsOver(const World& world, const Policy& policy, const Instant& now, const Journal& journal) {
  constexpr Duration kLong = std::chrono::minutes{10};
  const BreakerMemory& breaker = journal.breaker;
  const bool calm = breaker.state != BreakerState::kOpen && now.mono - breaker.since.mono > kLong &&
                    (!journal.last_restart || now.mono - *journal.last_restart > kLong);
  return calm || std::ranges::none_of(world.connectors, [&](const Connector& connector) {
           return Waits(connector, policy, now, journal);
         });
}

}  // namespace

void FollowBreaker(const World& world, const Policy& policy, size_t found, const Instant& now,
                   Journal& journal) {
  BreakerMemory& breaker = journal.breaker;
  std::string why = TrippedBy(world, policy, found, now, journal);
  if (!why.empty()) {
    breaker.why = std::move(why);
    Move(BreakerState::kOpen, now, breaker);
    return;
  }
  if (breaker.state == BreakerState::kClosed) {
    return;
  }
  breaker.hit = breaker.hit.value_or(now);
  if (IsOver(world, policy, now, journal)) {
    breaker.why.clear();
    Move(BreakerState::kClosed, now, breaker);
  } else if (breaker.state == BreakerState::kOpen &&
             now.mono - breaker.since.mono >= policy.breaker_hold) {
    Move(BreakerState::kCanary, now, breaker);
  } else if (breaker.state == BreakerState::kCanary) {
    FollowCanary(policy, now, journal);
  }
}

}  // namespace klaxon::recovery
