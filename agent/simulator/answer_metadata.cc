#include <algorithm>

#include "agent/simulator/answers.h"

namespace klaxon::simulator {
namespace {

using namespace kafka::wire;  // NOLINT(google-build-using-namespace): every word here is the
                              // protocol's

constexpr auto kUnknownTopicId = static_cast<ErrorCode>(100);
constexpr auto kMismatchedEndpointType = static_cast<ErrorCode>(114);
constexpr int8_t kBrokerEndpoints = 1;

/// Bit n stands for AclOperation n (KIP-430).
constexpr int32_t Operations(std::initializer_list<int> codes) {
  int32_t bits = 0;
  for (const int code : codes) {
    bits |= 1 << code;
  }
  return bits;
}

constexpr int32_t kTopicOperations = Operations({3, 4, 5, 6, 7, 8, 10, 11});
constexpr int32_t kClusterOperations = Operations({5, 7, 8, 9, 10, 11, 12});

std::vector<int32_t> Offline(const ClusterState& state, const Partition& partition) {
  std::vector<int32_t> offline;
  for (const int32_t id : partition.replicas) {
    const Broker* broker = FindBroker(state, id);
    if (broker == nullptr || broker->fenced) {
      offline.push_back(id);
    }
  }
  return offline;
}

MetadataResponse::Topic DescribeTopic(const Asked& asked, const Topic& topic) {
  MetadataResponse::Topic described{.name = topic.name, .id = topic.id, .internal = topic.internal};
  described.partitions.reserve(topic.partitions.size());
  for (size_t index = 0; index < topic.partitions.size(); ++index) {
    const Partition& partition = topic.partitions[index];
    described.partitions.push_back(
        {.error_code = partition.leader < 0 ? ErrorCode::kLeaderNotAvailable : ErrorCode::kNone,
         .index = static_cast<int32_t>(index),
         .leader = partition.leader,
         .leader_epoch = partition.leader_epoch,
         .replicas = partition.replicas,
         .in_sync = partition.in_sync,
         .offline = Offline(asked.state, partition)});
  }
  return described;
}

bool IsListed(const ClusterState& state, const Topic& topic) {
  return !topic.deleted && (!topic.internal || state.lists_offsets_topic);
}

MetadataResponse::Topic Find(const Asked& asked, const MetadataRequest::Topic& wanted) {
  if (wanted.name) {
    const Topic* topic = FindTopic(asked.state, *wanted.name);
    return topic != nullptr
               ? DescribeTopic(asked, *topic)
               : MetadataResponse::Topic{.error_code = ErrorCode::kUnknownTopicOrPartition,
                                         .name = wanted.name};
  }
  for (const Topic& topic : asked.state.topics) {
    if (!topic.deleted && topic.id == wanted.id) {
      return DescribeTopic(asked, topic);
    }
  }
  return {.error_code = kUnknownTopicId, .id = wanted.id};
}

std::vector<MetadataResponse::Topic> Find(const Asked& asked,
                                          const std::vector<MetadataRequest::Topic>& wanted) {
  std::vector<MetadataResponse::Topic> found;
  found.reserve(wanted.size());
  for (const MetadataRequest::Topic& topic : wanted) {
    found.push_back(Find(asked, topic));
  }
  return found;
}

std::vector<MetadataResponse::Topic> All(const Asked& asked) {
  std::vector<MetadataResponse::Topic> all;
  all.reserve(asked.state.topics.size());
  for (const Topic& topic : asked.state.topics) {
    if (IsListed(asked.state, topic)) {
      all.push_back(DescribeTopic(asked, topic));
    }
  }
  return all;
}

/// In KRaft mode any broker's id is told: the last one's here, which is never the active controller
/// of a larger cluster, so that nobody takes it for that.
int32_t AnyController(const ClusterState& state) {
  int32_t id = -1;
  for (const Broker& broker : state.brokers) {
    id = broker.fenced ? id : broker.id;
  }
  return id;
}

}  // namespace

Answer<MetadataRequest> Respond(const Asked& asked, const MetadataRequest& request) {
  MetadataResponse response;
  for (const Broker& broker : asked.state.brokers) {
    if (!broker.fenced) {
      response.brokers.push_back({.id = broker.id,
                                  .host = broker.advertised_host,
                                  .port = broker.listening.port,
                                  .rack = broker.rack});
    }
  }
  response.cluster_id = asked.state.cluster_id;
  response.controller_id = AnyController(asked.state);
  response.topics = request.topics ? Find(asked, *request.topics) : All(asked);
  if (request.include_topic_authorized_operations) {
    for (MetadataResponse::Topic& topic : response.topics) {
      topic.authorized_operations = kTopicOperations;
    }
  }
  if (request.include_cluster_authorized_operations) {
    response.cluster_authorized_operations = kClusterOperations;
  }
  return response;
}

Answer<DescribeClusterRequest> Respond(const Asked& asked, const DescribeClusterRequest& request) {
  DescribeClusterResponse response;
  response.cluster_id = asked.state.cluster_id;
  if (request.endpoint_type != kBrokerEndpoints) {
    response.error_code = kMismatchedEndpointType;
    response.error_message = "The request was sent to an endpoint of type BROKER";
    return response;
  }
  response.controller_id = AnyController(asked.state);
  for (const Broker& broker : asked.state.brokers) {
    if (!broker.fenced || request.include_fenced_brokers) {
      response.brokers.push_back({.id = broker.id,
                                  .host = broker.advertised_host,
                                  .port = broker.listening.port,
                                  .rack = broker.rack,
                                  .fenced = broker.fenced});
    }
  }
  if (request.include_cluster_authorized_operations) {
    response.cluster_authorized_operations = kClusterOperations;
  }
  return response;
}

void Spoil(MetadataResponse& response, ErrorCode code) {
  for (MetadataResponse::Topic& topic : response.topics) {
    topic.error_code = code;
    topic.partitions.clear();
  }
}

void Spoil(DescribeClusterResponse& response, ErrorCode code) {
  response = {};
  response.error_code = code;
}

}  // namespace klaxon::simulator
