#include "collectors/schema_registry/cleanup_policy.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

#include <fmt/format.h>

#include "agent/kafka/wire/messages/describe_configs.h"
#include "collectors/answers.h"

namespace klaxon::schema_registry_collector {
namespace {

constexpr Duration kPolicyEvery = std::chrono::minutes{5};
constexpr Duration kPolicyPatience = std::chrono::seconds{3};

using kafka::wire::DescribeConfigsRequest;
using kafka::wire::DescribeConfigsResponse;

/// The value of cleanup.policy.
Result<std::string> PolicyIn(const Result<DescribeConfigsResponse>& response) {
  if (!response) {
    return response.error();
  }
  if (response->results.size() != 1) {
    return Error(Reason::kBadAnswer, "the broker tells another topic's configuration");
  }
  const DescribeConfigsResponse::Result& result = response->results.front();
  if (result.error_code != kafka::wire::ErrorCode::kNone) {
    return Error(Reason::kRefused, fmt::format("its configuration is refused with error {}; allow "
                                               "DescribeConfigs on it",
                                               static_cast<int>(result.error_code)));
  }
  for (const DescribeConfigsResponse::Config& config : result.configs) {
    if (config.name == "cleanup.policy" && config.value) {
      return *config.value;
    }
  }
  return Error(Reason::kBadAnswer, "the broker does not tell cleanup.policy");
}

}  // namespace

void CleanupPolicy::Ask(const PollContext& context) {
  const Instant now = context.clock.Now();
  if (client_ == nullptr || (asked_ && now.mono - *asked_ < kPolicyEvery)) {
    return;
  }
  asked_ = now.mono;
  DescribeConfigsRequest request;
  request.resources.push_back({.name = topic_, .keys = std::vector<std::string>{"cleanup.policy"}});
  kafka::CallOf<DescribeConfigsRequest> call(kafka::kAnyBroker, std::move(request));
  std::array<kafka::Call*, 1> calls{&call};
  client_->Exchange(calls, std::min(context.deadline, now.mono + kPolicyPatience), context.stop);
  const Result<std::string> policy = PolicyIn(call.response());
  if (policy) {
    words_ = *policy;
    policy_ = MakeAnswer("DescribeConfigs of " + topic_, now, GoodFor(kPolicyEvery));
  } else {
    policy_ = WithError(policy_, policy.error());
  }
}

void CleanupPolicy::Tell(RegistryTopicFacts& facts) const {
  facts.cleanup_policy = words_;
  facts.policy = policy_;
}

}  // namespace klaxon::schema_registry_collector
