#include "collectors/kafka/round.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace klaxon::kafka_collector {
namespace {

constexpr size_t kGroupProblems = 20;

Reason ReasonOf(wire::ErrorCode code) {
  switch (code) {
    case wire::ErrorCode::kTopicAuthorizationFailed:
    case wire::ErrorCode::kGroupAuthorizationFailed:
    case wire::ErrorCode::kClusterAuthorizationFailed:
    case wire::ErrorCode::kUnsupportedSaslMechanism:
    case wire::ErrorCode::kIllegalSaslState:
    case wire::ErrorCode::kSaslAuthenticationFailed:
      return Reason::kUnauthorized;
    case wire::ErrorCode::kUnsupportedVersion:
      return Reason::kUnsupported;
    case wire::ErrorCode::kRequestTimedOut:
      return Reason::kTimeout;
    case wire::ErrorCode::kNone:
    case wire::ErrorCode::kUnknownServerError:
    case wire::ErrorCode::kOffsetOutOfRange:
    case wire::ErrorCode::kUnknownTopicOrPartition:
    case wire::ErrorCode::kLeaderNotAvailable:
    case wire::ErrorCode::kNotLeaderOrFollower:
    case wire::ErrorCode::kCoordinatorLoadInProgress:
    case wire::ErrorCode::kCoordinatorNotAvailable:
    case wire::ErrorCode::kNotCoordinator:
    case wire::ErrorCode::kNotController:
    case wire::ErrorCode::kInvalidRequest:
    case wire::ErrorCode::kKafkaStorageError:
    case wire::ErrorCode::kGroupIdNotFound:
    case wire::ErrorCode::kFencedLeaderEpoch:
    case wire::ErrorCode::kUnknownLeaderEpoch:
    case wire::ErrorCode::kOffsetNotAvailable:
      return Reason::kRefused;
  }
  return Reason::kRefused;  // the protocol has more codes than we name
}

}  // namespace

std::string BrokerName(int32_t broker) {
  return broker == kafka::kAnyBroker ? "a bootstrap server" : fmt::format("broker {}", broker);
}

Error ErrorOf(wire::ErrorCode code, int32_t broker) {
  return {ReasonOf(code), BrokerName(broker) + " says " + wire::Name(code)};
}

Round::Round(kafka::ClusterClient& client, const PollContext& context, const Config& config,
             Memory& memory)
    : client_(client), context_(context), config_(config), memory_(memory), old_(memory.facts) {
}

void Round::Exchange(const std::vector<kafka::Call*>& calls) {
  if (calls.empty()) {
    return;
  }
  const MonoTime now = context_.clock.Now().mono;
  const Duration left = std::max(context_.deadline - now, Duration::zero());
  client_.Exchange(calls, now + std::min(config_.request_timeout, left / 2), context_.stop);
}

AnswerRef Round::AnswerTo(const kafka::Call& call) {
  return AnswerTo(call, GoodFor(context_.interval));
}

AnswerRef Round::AnswerTo(const kafka::Call& call, Duration good_for) {
  answered_ = true;
  const int32_t broker =
      call.answered_by() != kafka::kAnyBroker ? call.answered_by() : call.broker();
  return answers_.Make(wire::Name(call.api()) + " of " + BrokerName(broker),
                       call.sent_at().value_or(context_.clock.Now()), good_for);
}

void Round::BrokerFailed(int32_t broker, const Error& error) {
  failed_.emplace(broker, error);
  AddProblem(BrokerName(broker), error);
}

void Round::AddProblem(const std::string& scope, const Error& error) {
  if (scopes_.insert(scope).second) {
    problems_.push_back({.scope = scope, .error = error});
  }
}

void Round::AddGroupProblem(const std::string& group, const Error& error) {
  const std::string scope = "group " + group;
  if (!scopes_.insert(scope).second) {
    return;
  }
  if (++group_problems_ <= kGroupProblems) {
    problems_.push_back({.scope = scope, .error = error});
  } else if (!group_problem_) {
    group_problem_ = error;
  }
}

Reading Round::Finish() {
  if (group_problem_) {
    const size_t more = group_problems_ - kGroupProblems;
    AddProblem("more groups", {group_problem_->reason(), fmt::format("and {} groups more: {}", more,
                                                                     group_problem_->message())});
  }
  Reading reading;
  reading.answered = answered_;
  reading.problems = std::move(problems_);
  if (!answered_ && old_->metadata == nullptr) {
    return reading;  // nobody ever told us anything
  }
  for (BrokerFacts& broker : facts_->brokers) {
    const auto failed = failed_.find(broker.id);
    broker.error = failed == failed_.end() ? std::nullopt : std::optional(failed->second);
  }
  facts_->answers = answers_.Take();
  memory_.facts = facts_;
  memory_.topics.Sweep();
  memory_.groups.Sweep();
  reading.facts = std::move(facts_);
  return reading;
}

}  // namespace klaxon::kafka_collector
