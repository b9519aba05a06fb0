#include "collectors/connect/worker.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "agent/connect/version.h"

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
}

void Worker::StartHealth(const ConnectWorkerFacts& worker, const PollContext& context) {
  health_is_new_ =
      worker.alive && health_.idle() && connect::ReadVersion(worker.version) >= connect::kHasHealth;
  if (!health_is_new_) {
    return;
  }
  const Instant now = context.clock.Now();
  health_.Start([this, now](const std::stop_token& stop) {
    return HealthAnswer{
        .at = now, .health = client_.Health({.deadline = now.mono + kHealthTakes, .stop = stop})};
  });
}

void Worker::TakeHealth(const PollContext& context, ConnectWorkerFacts& worker) {
  if (!worker.alive) {
    worker.health_told = WithError(worker.health_told, Error(Reason::kUnreachable, worker.why));
  }
  if (!health_.Ready(health_is_new_ ? kHealthPatience : Duration{0}, context.stop)) {
    return;
  }
  HealthAnswer answer = health_.Take();
  if (!answer.health) {
    worker.health_told = WithError(worker.health_told, answer.health.error());
    return;
  }
  worker.health = answer.health->health;
  worker.health_words = std::move(answer.health->words);
  worker.health_told =
      std::make_shared<const Answer>(Answer{.source = "/health of " + client_.url(),
                                            .taken_at = answer.at,
                                            .good_for = GoodFor(context.interval) + kHealthTakes,
                                            .error = {}});
}

}  // namespace klaxon::connect_collector
