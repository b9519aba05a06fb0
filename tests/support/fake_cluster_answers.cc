#include "tests/support/fake_cluster_answers.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "agent/kafka/wire/messages/describe_cluster.h"
#include "agent/kafka/wire/messages/describe_groups.h"
#include "agent/kafka/wire/messages/describe_quorum.h"
#include "agent/kafka/wire/messages/find_coordinator.h"
#include "agent/kafka/wire/messages/list_groups.h"
#include "agent/kafka/wire/messages/list_offsets.h"
#include "agent/kafka/wire/messages/metadata.h"
#include "agent/kafka/wire/messages/offset_fetch.h"

namespace klaxon::testing {
namespace {

using namespace kafka::wire;  // NOLINT(google-build-using-namespace): every message of it

constexpr int32_t kPort = 9092;

/// A broker that answers.
struct Speaker {
  const FakeCluster& cluster;
  int32_t id;
  int16_t version;

  MetadataResponse Answer(const MetadataRequest& request) const {
    MetadataResponse response;
    response.cluster_id = cluster.cluster_id;
    response.controller_id = cluster.metadata_controller;
    for (const auto& [broker, state] : cluster.brokers) {
      response.brokers.push_back(
          {.id = broker, .host = "kafka-" + std::to_string(broker), .port = state.port});
    }
    if (request.topics) {  // all topics are asked for, none, or such as there are not
      for (const MetadataRequest::Topic& asked : *request.topics) {
        response.topics.push_back({.error_code = cluster.may_describe_topics
                                                     ? ErrorCode::kUnknownTopicOrPartition
                                                     : ErrorCode::kTopicAuthorizationFailed,
                                   .name = asked.name});
      }
      return response;
    }
    for (const auto& [name, topic] : cluster.topics) {
      MetadataResponse::Topic told;
      told.name = name;
      told.id = topic.id;
      told.internal = name.starts_with("__");
      for (const FakeCluster::Partition& partition : topic.partitions) {
        told.partitions.push_back({.index = static_cast<int32_t>(told.partitions.size()),
                                   .leader = partition.leader,
                                   .leader_epoch = partition.epoch,
                                   .replicas = partition.replicas,
                                   .in_sync = partition.in_sync});
      }
      response.topics.push_back(std::move(told));
    }
    std::reverse(response.topics.begin(), response.topics.end());  // brokers do not sort either
    return response;
  }

  DescribeQuorumResponse Answer(const DescribeQuorumRequest&) const {
    DescribeQuorumResponse response;
    response.error_code = cluster.quorum_error;
    DescribeQuorumResponse::Topic topic;
    topic.name = kClusterMetadataTopic;
    topic.partitions.push_back({.leader = cluster.quorum_leader});
    response.topics.push_back(topic);
    return response;
  }

  DescribeClusterResponse Answer(const DescribeClusterRequest&) const {
    return {.cluster_id = cluster.cluster_id, .cluster_authorized_operations = cluster.operations};
  }

  ListGroupsResponse Answer(const ListGroupsRequest&) const {
    ListGroupsResponse response;
    if (cluster.brokers.at(id).loading) {
      response.error_code = ErrorCode::kCoordinatorLoadInProgress;
      return response;
    }
    for (const auto& [name, group] : cluster.groups) {
      if (group.coordinator == id && group.listed) {
        response.groups.push_back({.id = name,
                                   .protocol_type = group.protocol_type,
                                   .state = group.state,
                                   .type = group.type});
      }
    }
    return response;
  }

  DescribeGroupsResponse Answer(const DescribeGroupsRequest& request) const {
    DescribeGroupsResponse response;
    for (const std::string& name : request.groups) {
      DescribeGroupsResponse::Group told;
      told.id = name;
      const auto found = cluster.groups.find(name);
      if (found == cluster.groups.end() && !cluster.may_describe_groups) {
        told.error_code = ErrorCode::kGroupAuthorizationFailed;
      } else if (found == cluster.groups.end() || found->second.type != "Classic") {
        told.state = "Dead";
        told.error_code = version >= 6 ? ErrorCode::kGroupIdNotFound : ErrorCode::kNone;
      } else if (const FakeCluster::Group& group = found->second; group.coordinator != id) {
        told.error_code = ErrorCode::kNotCoordinator;
      } else if (group.error != ErrorCode::kNone) {
        told.error_code = group.error;
      } else {
        told.state = group.state;
        told.protocol_type = group.protocol_type;
        told.members.resize(static_cast<size_t>(group.members));
        for (auto& member : told.members) {
          member.client_id = "client-" + name;
          member.client_host = "/10.0.0.1";
        }
        for (size_t i = 0; i < group.metadata.size() && i < told.members.size(); ++i) {
          told.members[i].member_id = "member-" + std::to_string(i);
          told.members[i].metadata.data = group.metadata[i];
        }
        for (size_t i = 0; i < group.assignment.size() && i < told.members.size(); ++i) {
          told.members[i].assignment.data = group.assignment[i];
        }
      }
      response.groups.push_back(std::move(told));
    }
    std::reverse(response.groups.begin(), response.groups.end());
    return response;
  }

  OffsetFetchResponse Answer(const OffsetFetchRequest& request) const {
    OffsetFetchResponse response;
    response.groups.clear();
    for (const OffsetFetchRequest::Group& asked : request.groups) {
      OffsetFetchResponse::Group& told = response.groups.emplace_back();
      told.id = version >= OffsetFetchRequest::kManyGroupsSince ? asked.id : "";
      const auto found = cluster.groups.find(asked.id);
      if (found == cluster.groups.end()) {
        continue;
      }
      const FakeCluster::Group& group = found->second;
      told.error_code = group.coordinator != id ? ErrorCode::kNotCoordinator : group.error;
      if (told.error_code != ErrorCode::kNone) {
        continue;
      }
      for (const auto& [topic, commits] : group.commits) {
        OffsetFetchResponse::Topic part{.name = topic};
        for (const auto& [partition, offset] : commits) {
          part.partitions.push_back({.index = partition, .committed_offset = offset});
        }
        std::reverse(part.partitions.begin(), part.partitions.end());
        told.topics.push_back(std::move(part));
      }
      std::reverse(told.topics.begin(), told.topics.end());
    }
    return response;
  }

  FindCoordinatorResponse Answer(const FindCoordinatorRequest& request) const {
    FindCoordinatorResponse response;
    response.coordinators.clear();
    for (const std::string& key : request.keys) {
      const auto group = cluster.groups.find(key);
      response.coordinators.push_back(
          {.key = key,
           .node_id = group == cluster.groups.end() ? -1 : group->second.coordinator,
           .host = "kafka",
           .port = kPort});
    }
    return response;
  }

  ListOffsetsResponse Answer(const ListOffsetsRequest& request) const {
    ListOffsetsResponse response;
    for (const ListOffsetsRequest::Topic& topic : request.topics) {
      ListOffsetsResponse::Topic told{.name = topic.name};
      for (const ListOffsetsRequest::Partition& asked : topic.partitions) {
        told.partitions.push_back(Offset(topic.name, asked));
      }
      response.topics.push_back(std::move(told));
    }
    return response;
  }

  ListOffsetsResponse::Partition Offset(const std::string& topic,
                                        const ListOffsetsRequest::Partition& asked) const {
    ListOffsetsResponse::Partition told{.index = asked.index};
    const auto found = cluster.topics.find(topic);
    if (found == cluster.topics.end()) {
      told.error_code = ErrorCode::kUnknownTopicOrPartition;
      return told;
    }
    const auto& partition = found->second.partitions.at(static_cast<size_t>(asked.index));
    told.error_code = partition.leader != id ? ErrorCode::kNotLeaderOrFollower : partition.error;
    if (told.error_code == ErrorCode::kNone) {
      told.offset = asked.timestamp == kLatestOffset ? partition.latest : partition.earliest;
    }
    return told;
  }

  template <class Request>
  std::string Speak(const kafka::Call& call) const {
    const std::string frame = call.Encode(version, 1, "test");
    std::string_view bytes = std::string_view(frame).substr(kFrameLengthSize);
    if (!TakeRequestHeader(bytes)) {
      throw std::logic_error("a request without a header");
    }
    const Result<Request> request = DecodeRequest<Request>(bytes, version);
    if (!request) {
      throw std::logic_error(request.error().message());
    }
    return EncodeResponse<Request>(Answer(*request), version, 1)
        .substr(kFrameLengthSize + sizeof(int32_t));
  }
};

/// Answers if the call is a request of one of these types.
template <class... Request>
std::optional<std::string> Answered(const Speaker& speaker, const kafka::Call& call) {
  std::optional<std::string> body;
  ((call.api() == Request::kApiKey && (body = speaker.Speak<Request>(call))) || ...);
  return body;
}

}  // namespace

std::string AnswerOf(const FakeCluster& cluster, int32_t broker, const kafka::Call& call,
                     int16_t version) {
  const Speaker speaker{.cluster = cluster, .id = broker, .version = version};
  std::optional<std::string> body =
      Answered<MetadataRequest, DescribeQuorumRequest, DescribeClusterRequest, ListGroupsRequest,
               DescribeGroupsRequest, OffsetFetchRequest, FindCoordinatorRequest,
               ListOffsetsRequest>(speaker, call);
  return body ? *std::move(body) : throw std::logic_error("no fake answer to " + Name(call.api()));
}

}  // namespace klaxon::testing
