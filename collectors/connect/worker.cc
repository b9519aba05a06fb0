#include "collectors/connect/worker.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "agent/connect/version.h"
#include "collectors/answers.h"

namespace klaxon::connect_collector {
namespace {

using std::chrono::seconds;

/// A worker tells a stuck herder after 10 s (DEFAULT_HEALTH_CHECK_TIMEOUT_MS of RestServer).
constexpr Duration kHealthTakes = seconds{12};
/// How long a poll waits for what a healthy worker answers at once.
constexpr Duration kHealthPatience = seconds{1};

}  // namespace

Worker::Worker(http::HttpClient& http, std::string url, const http::ClientAccess& access,
               Duration request_timeout)
    : client_(http, std::move(url), access),
      request_timeout_(request_timeout),
      health_("health " + client_.url()) {
}

Patience Worker::PatienceIn(const PollContext& context) const {
  return {.clock = context.clock,
          .each = request_timeout_,
          .last = context.deadline,
          .stop = context.stop};
}

Telling Worker::Ask(bool list, const ConnectFacts* before, const PollContext& context) {
  Telling telling;
  telling.info_at = context.clock.Now();
  telling.info = client_.Info(PatienceIn(context).Next());
  telling.latency = context.clock.Now().mono - telling.info_at.mono;
  if (list && telling.info) {
    List(telling, before, context);
  }
  return telling;
}

void Worker::List(Telling& telling, const ConnectFacts* before, const PollContext& context) {
  telling.asked_list = true;
  telling.listed_at = context.clock.Now();
  telling.list = lister_.List(client_, before, PatienceIn(context));
  if (!telling.list) {
    return;
  }
  if (const Result<connect::WorkerInfo> info = client_.Info(PatienceIn(context).Next())) {
    telling.cluster_behind_list = info->kafka_cluster_id;
  } else {
    telling.list = info.error();
  }
}

void Worker::StartHealth(const ConnectWorkerFacts& worker, const PollContext& context) {
  health_is_new_ =
      worker.alive && health_.idle() && connect::ReadVersion(worker.version) >= connect::kHasHealth;
  if (!health_is_new_) {
    return;
  }
  health_.Start([this, &clock = context.clock](const std::stop_token& stop) {
    Result<connect::WorkerHealth> health =
        client_.Health({.deadline = clock.Now().mono + kHealthTakes, .stop = stop});
    // A stuck herder is told 10 s later: the answer is of now, not of when it was asked for.
    return HealthAnswer{.at = clock.Now(), .health = std::move(health)};
  });
}

void Worker::TakeHealth(const PollContext& context, ConnectWorkerFacts& worker) {
  if (!worker.alive) {
    worker.health_told = WithError(worker.health_told, Error(Reason::kUnreachable, worker.why));
  }
  if (!health_.Ready(health_is_new_ ? kHealthPatience : Duration{0}, context.stop)) {
    // A herder that goes round answers at once: while it does not, one that was stuck is still.
    if (worker.alive && !health_.idle() && worker.health == ConnectHealth::kUnhealthy) {
      TellHealth(context.clock.Now(), context, worker);
    }
    return;
  }
  HealthAnswer answer = health_.Take();
  if (!answer.health) {
    worker.health_told = WithError(worker.health_told, answer.health.error());
    return;
  }
  worker.health = answer.health->health;
  worker.health_words = std::move(answer.health->words);
  TellHealth(answer.at, context, worker);
}

void Worker::TellHealth(const Instant& at, const PollContext& context,
                        ConnectWorkerFacts& worker) const {
  worker.health_told = MakeAnswer("/health of " + client_.url(), at, GoodFor(context.interval));
}

}  // namespace klaxon::connect_collector
