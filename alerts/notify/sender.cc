#include "alerts/notify/sender.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

#include "agent/base/backoff.h"
#include "agent/base/thread_name.h"

namespace klaxon::notify {
namespace {

using std::chrono::seconds;

// Whoever does not answer in this time is asked again later.
constexpr Duration kAttempt = seconds{30};
constexpr BackoffOptions kFeedPauses{.base = seconds{1}, .cap = seconds{30}};

/// Agents and receivers spread: no two pause alike.
uint64_t SeedOf(const std::string& id, const Instant& now) {
  return std::hash<std::string>{}(id) ^ static_cast<uint64_t>(now.wall.time_since_epoch().count());
}

Duration PauseOfFeed(const Delivery& delivery, Backoff& backoff) {
  if (delivery.outcome != Outcome::kRetry) {
    backoff.Reset();
    return {};
  }
  const Duration pause = backoff.Next();
  const Duration asked = delivery.retry_after.value_or(Duration::zero());
  return std::max(pause, std::min(asked, kLongestRetryAfter));
}

Patience PatienceFrom(const Instant& now, Duration longest, const std::stop_token& stop) {
  return {.deadline = now.mono + longest, .stop = stop, .now = now.wall};
}

void SendAll(Hub& hub, const std::string& id, Receiver& receiver, const std::stop_token& retire,
             const std::stop_token& stop) {
  ReceiverPause pause(SeedOf(id, hub.clock().Now()));
  MonoTime not_before = hub.NotBefore(id).mono;
  while (const std::optional<Work> work = hub.NextWork(id, not_before, retire)) {
    hub.Checkpoint("sending");
    const Delivery delivery =
        receiver.Send(work->message, PatienceFrom(hub.clock().Now(), kAttempt, stop));
    if (retire.stop_requested() && delivery.outcome != Outcome::kAccepted) {
      return;  // we cut it short, or other settings have come since: it stays in the outbox
    }
    hub.Checkpoint("answered");
    not_before = hub.clock().Now().mono + pause.After(work->group, delivery);
    hub.Finish(id, *work, delivery);
    hub.Checkpoint("removed");
  }
}

void PushAll(Hub& hub, const std::string& id, Feed& feed, const std::stop_token& retire,
             const std::stop_token& stop) {
  Backoff backoff(kFeedPauses, SeedOf(id, hub.clock().Now()));
  uint64_t seen = 0;
  MonoTime not_before{};
  while (!retire.stop_requested()) {
    const Instant before = hub.clock().Now();
    if (before.mono < not_before && !hub.clock().SleepUntil(not_before, retire)) {
      return;
    }
    const EvaluationRef evaluation = hub.WaitEvaluation(seen, before.mono + feed.Pause(), retire);
    if (evaluation == nullptr) {
      continue;
    }
    const Instant now = hub.clock().Now();
    const std::optional<Delivery> delivery =
        feed.Push(evaluation->alerts, evaluation->at, now, PatienceFrom(now, feed.Pause(), stop));
    if (delivery && !stop.stop_requested()) {
      hub.Pushed(id, *delivery);
      not_before = hub.clock().Now().mono + PauseOfFeed(*delivery, backoff);
    }
  }
}

}  // namespace

template <class Loop>
void Sender::Begin(const Done& before, Loop loop) {
  thread_ = std::jthread([this, before, loop = std::move(loop)](const std::stop_token& stop) {
    const std::stop_callback both(stop, [this] { retire_.request_stop(); });
    constexpr std::chrono::milliseconds kLook{50};
    while (before.valid() && !stop.stop_requested() &&
           before.wait_for(kLook) != std::future_status::ready) {
    }
    loop(retire_.get_token(), stop);
    promise_.set_value();
  });
}

std::unique_ptr<Sender> Sender::Of(Hub& hub, const Integration& integration,
                                   const ReceiverDeps& deps, const Done& before) {
  std::unique_ptr<Sender> sender(new Sender(integration.id));
  std::shared_ptr<Receiver> receiver = integration.make(deps);
  sender->Begin(before,
                [&hub, id = integration.id, receiver](const auto& retire, const auto& stop) {
                  NameThisThread("send-" + id);
                  SendAll(hub, id, *receiver, retire, stop);
                });
  return sender;
}

std::unique_ptr<Sender> Sender::Of(Hub& hub, const FeedSettings& feed, const ReceiverDeps& deps,
                                   const Done& before) {
  std::unique_ptr<Sender> sender(new Sender(feed.id));
  std::shared_ptr<Feed> made = feed.make(deps);
  sender->Begin(before, [&hub, id = feed.id, made](const auto& retire, const auto& stop) {
    NameThisThread("feed-" + id);
    PushAll(hub, id, *made, retire, stop);
  });
  return sender;
}

}  // namespace klaxon::notify
