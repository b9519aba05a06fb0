#include <algorithm>

#include <fmt/format.h>

#include "agent/simulator/answers.h"

namespace klaxon::simulator {
namespace {

using namespace kafka::wire;  // NOLINT(google-build-using-namespace): every word here is the
                              // protocol's

constexpr int8_t kSetOnTopic = 1;
constexpr int8_t kInBrokersFile = 4;
constexpr int8_t kDefault = 5;

std::vector<DescribeConfigsResponse::Config> ConfigsOf(const Topic& topic) {
  const bool compacted = topic.internal;
  return {
      {.name = "cleanup.policy",
       .value = compacted ? "compact" : "delete",
       .source = compacted ? kSetOnTopic : kDefault},
      {.name = "min.insync.replicas",
       .value = std::to_string(topic.min_in_sync),
       .source = topic.min_in_sync == 1 ? kDefault : kSetOnTopic},
      {.name = "retention.ms", .value = "86400000", .source = kSetOnTopic},
  };
}

std::vector<DescribeConfigsResponse::Config> ConfigsOf(const Broker& broker) {
  return {
      {.name = "broker.rack", .value = broker.rack, .read_only = true, .source = kInBrokersFile},
      {.name = "node.id",
       .value = std::to_string(broker.id),
       .read_only = true,
       .source = kInBrokersFile},
      {.name = "auto.create.topics.enable", .value = "false", .source = kInBrokersFile},
  };
}

/// A broker knows its own configuration only.
void DescribeResource(const Asked& asked, const DescribeConfigsRequest::Resource& wanted,
                      DescribeConfigsResponse::Result& result) {
  if (wanted.type == static_cast<int8_t>(ConfigResource::kTopic)) {
    const Topic* topic = FindTopic(asked.state, wanted.name);
    if (topic == nullptr) {
      result.error_code = ErrorCode::kUnknownTopicOrPartition;
    } else {
      result.configs = ConfigsOf(*topic);
    }
  } else if (wanted.type == static_cast<int8_t>(ConfigResource::kBroker) &&
             wanted.name == std::to_string(asked.broker.id)) {
    result.configs = ConfigsOf(asked.broker);
  } else {
    result.error_code = ErrorCode::kInvalidRequest;
    result.error_message = fmt::format("Broker {} does not know this resource.", asked.broker.id);
  }
}

}  // namespace

Answer<DescribeConfigsRequest> Respond(const Asked& asked, const DescribeConfigsRequest& request) {
  DescribeConfigsResponse response;
  for (const DescribeConfigsRequest::Resource& wanted : request.resources) {
    auto& result = response.results.emplace_back();
    result.resource_type = wanted.type;
    result.resource_name = wanted.name;
    DescribeResource(asked, wanted, result);
    if (wanted.keys) {
      std::erase_if(result.configs, [&](const DescribeConfigsResponse::Config& config) {
        return std::find(wanted.keys->begin(), wanted.keys->end(), config.name) ==
               wanted.keys->end();
      });
    }
  }
  return response;
}

void Spoil(DescribeConfigsResponse& response, ErrorCode code) {
  for (DescribeConfigsResponse::Result& result : response.results) {
    result.error_code = code;
    result.configs.clear();
  }
}

}  // namespace klaxon::simulator
