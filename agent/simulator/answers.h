#pragma once

#include <optional>

#include "agent/kafka/wire/messages/api_versions.h"
#include "agent/kafka/wire/messages/consumer_group_describe.h"
#include "agent/kafka/wire/messages/describe_cluster.h"
#include "agent/kafka/wire/messages/describe_configs.h"
#include "agent/kafka/wire/messages/describe_groups.h"
#include "agent/kafka/wire/messages/describe_quorum.h"
#include "agent/kafka/wire/messages/fetch.h"
#include "agent/kafka/wire/messages/find_coordinator.h"
#include "agent/kafka/wire/messages/list_groups.h"
#include "agent/kafka/wire/messages/list_offsets.h"
#include "agent/kafka/wire/messages/metadata.h"
#include "agent/kafka/wire/messages/offset_fetch.h"
#include "agent/simulator/cluster_state.h"

/// What a broker answers, as functions of the cluster's state. Source of every rule: the handlers
/// in core/src/main/scala/kafka/server/KafkaApis.scala of Kafka 4.x.
namespace klaxon::simulator {

/// Where and how something was asked.
struct Asked {
  const ClusterState& state;
  const Broker& broker;  ///< that was asked
  int16_t version = 0;
};

/// Empty: the broker has nothing to say before the client gives up.
template <kafka::wire::RequestMessage Request>
using Answer = std::optional<typename Request::Response>;

Answer<kafka::wire::MetadataRequest> Respond(const Asked& asked,
                                             const kafka::wire::MetadataRequest& request);
Answer<kafka::wire::DescribeClusterRequest> Respond(
    const Asked& asked, const kafka::wire::DescribeClusterRequest& request);
Answer<kafka::wire::DescribeQuorumRequest> Respond(
    const Asked& asked, const kafka::wire::DescribeQuorumRequest& request);
Answer<kafka::wire::ListOffsetsRequest> Respond(const Asked& asked,
                                                const kafka::wire::ListOffsetsRequest& request);
Answer<kafka::wire::FetchRequest> Respond(const Asked& asked,
                                          const kafka::wire::FetchRequest& request);
Answer<kafka::wire::ListGroupsRequest> Respond(const Asked& asked,
                                               const kafka::wire::ListGroupsRequest& request);
Answer<kafka::wire::DescribeGroupsRequest> Respond(
    const Asked& asked, const kafka::wire::DescribeGroupsRequest& request);
Answer<kafka::wire::FindCoordinatorRequest> Respond(
    const Asked& asked, const kafka::wire::FindCoordinatorRequest& request);
Answer<kafka::wire::OffsetFetchRequest> Respond(const Asked& asked,
                                                const kafka::wire::OffsetFetchRequest& request);
Answer<kafka::wire::DescribeConfigsRequest> Respond(
    const Asked& asked, const kafka::wire::DescribeConfigsRequest& request);
Answer<kafka::wire::ConsumerGroupDescribeRequest> Respond(
    const Asked& asked, const kafka::wire::ConsumerGroupDescribeRequest& request);

/// Puts an error where the answer's kind has room for it, and takes away what it told.
void Spoil(kafka::wire::ApiVersionsResponse& response, kafka::wire::ErrorCode code);
void Spoil(kafka::wire::MetadataResponse& response, kafka::wire::ErrorCode code);
void Spoil(kafka::wire::DescribeClusterResponse& response, kafka::wire::ErrorCode code);
void Spoil(kafka::wire::DescribeQuorumResponse& response, kafka::wire::ErrorCode code);
void Spoil(kafka::wire::ListOffsetsResponse& response, kafka::wire::ErrorCode code);
void Spoil(kafka::wire::FetchResponse& response, kafka::wire::ErrorCode code);
void Spoil(kafka::wire::ListGroupsResponse& response, kafka::wire::ErrorCode code);
void Spoil(kafka::wire::DescribeGroupsResponse& response, kafka::wire::ErrorCode code);
void Spoil(kafka::wire::FindCoordinatorResponse& response, kafka::wire::ErrorCode code);
void Spoil(kafka::wire::OffsetFetchResponse& response, kafka::wire::ErrorCode code);
void Spoil(kafka::wire::DescribeConfigsResponse& response, kafka::wire::ErrorCode code);
void Spoil(kafka::wire::ConsumerGroupDescribeResponse& response, kafka::wire::ErrorCode code);

/// How long an answer is held back: one with no records, as long as the client waits for them.
Duration HoldOf(const kafka::wire::FetchRequest& request,
                const kafka::wire::FetchResponse& response);

/// nullptr if there is none; `topic` may be null.
const Partition* FindPartition(const Topic* topic, int32_t index);

/// Whether the broker that was asked leads it, at that epoch (-1: any). `partition` may be null.
kafka::wire::ErrorCode CheckLeader(const Asked& asked, const Partition* partition, int32_t epoch);

struct Member {
  std::string id{};
  std::string client_id{};
  std::string host{};  ///< with a slash in front, as brokers write it: "/10.0.0.7"
  std::vector<const GroupPartition*> assigned{};  ///< those of one topic stand together
};

/// Who is in a group: its partitions are dealt out in ranges.
std::vector<Member> MembersOf(const ClusterState& state, const Group& group);

/// What may be done with a group, as KIP-430's bit field: READ, DELETE, DESCRIBE.
inline constexpr int32_t kGroupOperations = (1 << 3) | (1 << 6) | (1 << 8);

}  // namespace klaxon::simulator
