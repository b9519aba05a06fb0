#include <algorithm>
#include <chrono>
#include <utility>

#include "agent/base/backoff.h"
#include "alerts/notify/hub.h"

namespace klaxon::notify {
namespace {

/// What a receiver takes from one group and not from another is no reason to let the others wait.
/// No longer than Alertmanager's: a receiver that is well again must be found out soon.
Duration PauseOfGroup(uint64_t attempts, uint64_t seed) {
  constexpr uint64_t kLongestAfter = 12;  // attempts; it grows no more then
  Backoff backoff({.base = std::chrono::seconds{1}, .cap = std::chrono::minutes{1}}, seed);
  Duration pause{};
  for (uint64_t i = 0; i < std::min(attempts, kLongestAfter); ++i) {
    pause = backoff.Next();
  }
  return pause;
}

/// Firing ones first, each in the order of their labels.
std::vector<alerts::Alert> InOrder(const AlertMap& map) {
  std::vector<alerts::Alert> alerts;
  alerts.reserve(map.size());
  for (const auto& [fingerprint, alert] : map) {
    alerts.push_back(alert);
  }
  std::ranges::sort(alerts, [](const alerts::Alert& left, const alerts::Alert& right) {
    return left.firing() != right.firing() ? left.firing() : left.labels < right.labels;
  });
  return alerts;
}

}  // namespace

Work Hub::WorkOf(const std::string& integration, const GroupId& id) const {
  const WallTime now = clock().Now().wall;
  const Group& group = contents_.memory.groups.at(id);
  const Account& account = group.accounts.at(integration);
  Work work{.group = id, .next = NextOf(account, now)};
  work.message = {.receiver = id.receiver,
                  .group_key = id.key,
                  .group_labels = group.labels,
                  .alerts = InOrder(work.next.alerts),
                  .at = now,
                  .acknowledgement = work.next.acknowledgement,
                  .since = account.pending->since};
  return work;
}

std::optional<Work> Hub::NextWork(const std::string& integration, MonoTime not_before,
                                  const std::stop_token& stop) {
  constexpr Duration kLongest = std::chrono::minutes{1};
  const Lock lock(mutex_);
  while (!stop.stop_requested()) {
    const MonoTime now = clock().Now().mono;
    if (now < not_before) {
      changed_.wait_until(mutex_, stop, not_before, [] { return false; });
      continue;
    }
    const DueQueue::Place* const first = due_.First(integration);
    if (first != nullptr && first->not_before <= now) {
      return WorkOf(integration, first->group);
    }
    const MonoTime due = first != nullptr ? first->not_before : now + kLongest;
    changed_.wait_until(mutex_, stop, std::min(due, now + kLongest), [&]() KLAXON_REQUIRES(mutex_) {
      const DueQueue::Place* const other = due_.First(integration);
      return other != nullptr && other->not_before < due;
    });
  }
  return std::nullopt;
}

void Hub::Settled(const std::string& integration, const Work& work, const Delivery& delivery) {
  const auto group = contents_.memory.groups.find(work.group);
  if (group == contents_.memory.groups.end()) {
    return;
  }
  const Instant now = clock().Now();
  Account& account = group->second.accounts[integration];
  if (delivery.outcome != Outcome::kRetry) {
    Settle(work.next, delivery.outcome == Outcome::kGivenUp, now.wall, contents_.memory, account);
  } else if (account.pending) {
    ++account.pending->attempts;
    if (!delivery.of_receiver) {  // others may well be accepted meanwhile
      const Duration asked = delivery.retry_after.value_or(Duration::zero());
      account.pending->not_before =
          now.mono + std::max(std::min(asked, kLongestRetryAfter),
                              PauseOfGroup(account.pending->attempts, account.pending->version));
    }
  }
  due_.Update(integration, work.group, account);
}

void Hub::Finish(const std::string& integration, const Work& work, const Delivery& delivery) {
  {
    const Lock lock(mutex_);
    Count(integration, delivery);
    AddReceipt(integration, work, delivery);
    contents_.not_before.erase(integration);
    if (delivery.outcome == Outcome::kRetry && delivery.of_receiver && delivery.retry_after) {
      contents_.not_before[integration] =
          clock().Now().wall + std::chrono::duration_cast<WallTime::duration>(
                                   std::min(*delivery.retry_after, kLongestRetryAfter));
    }
    Settled(integration, work, delivery);
  }
  CommitAccount(work.group, integration);
}

Instant Hub::NotBefore(const std::string& integration) const {
  const Lock lock(mutex_);
  const Instant now = clock().Now();
  const auto found = contents_.not_before.find(integration);
  if (found == contents_.not_before.end()) {
    return {};
  }
  const Duration wait =
      std::clamp<Duration>(found->second - now.wall, Duration::zero(), kLongestRetryAfter);
  return {.wall = found->second, .mono = now.mono + wait};
}

}  // namespace klaxon::notify
