#include "agent/simulator/answers.h"
#include "agent/simulator/flow.h"

namespace klaxon::simulator {
namespace {

using namespace kafka::wire;  // NOLINT(google-build-using-namespace): every word here is the
                              // protocol's

constexpr int64_t kMaxTimestamp = -3;  // KIP-734: the offset of the youngest record

struct Found {
  int64_t offset = -1;
  int64_t timestamp = -1;
};

Found Look(const Asked& asked, const Topic& topic, const Partition& partition, int64_t timestamp,
           bool committed_only) {
  if (timestamp == kLatestOffset) {
    return {.offset = committed_only ? partition.LastStable() : partition.End()};
  }
  if (timestamp == kEarliestOffset) {
    return {.offset = partition.start};
  }
  const int64_t now =
      std::chrono::duration_cast<std::chrono::milliseconds>(asked.state.now.wall.time_since_epoch())
          .count();
  if (timestamp == kMaxTimestamp) {
    const bool empty = partition.End() == partition.start;
    return empty ? Found{} : Found{.offset = partition.End() - 1, .timestamp = now};
  }
  const int64_t offset = OffsetAt(asked.state, topic, partition, timestamp);
  return offset < 0 ? Found{} : Found{.offset = offset, .timestamp = timestamp};
}

ListOffsetsResponse::Partition Look(const Asked& asked, const Topic* topic,
                                    const ListOffsetsRequest::Partition& wanted,
                                    bool committed_only) {
  ListOffsetsResponse::Partition found{.index = wanted.index};
  const Partition* partition = FindPartition(topic, wanted.index);
  found.error_code = CheckLeader(asked, partition, wanted.current_leader_epoch);
  if (found.error_code == ErrorCode::kNone) {
    const Found at = Look(asked, *topic, *partition, wanted.timestamp, committed_only);
    found.offset = at.offset;
    found.timestamp = at.timestamp;
    found.leader_epoch = partition->leader_epoch;
  }
  return found;
}

}  // namespace

const Partition* FindPartition(const Topic* topic, int32_t index) {
  const bool there =
      topic != nullptr && index >= 0 && static_cast<size_t>(index) < topic->partitions.size();
  return there ? &topic->partitions[static_cast<size_t>(index)] : nullptr;
}

ErrorCode CheckLeader(const Asked& asked, const Partition* partition, int32_t epoch) {
  if (partition == nullptr) {
    return ErrorCode::kUnknownTopicOrPartition;
  }
  if (epoch >= 0 && epoch < partition->leader_epoch) {
    return ErrorCode::kFencedLeaderEpoch;
  }
  if (epoch > partition->leader_epoch) {
    return ErrorCode::kUnknownLeaderEpoch;
  }
  return partition->leader == asked.broker.id ? ErrorCode::kNone : ErrorCode::kNotLeaderOrFollower;
}

Answer<ListOffsetsRequest> Respond(const Asked& asked, const ListOffsetsRequest& request) {
  const bool committed_only =
      request.isolation_level == static_cast<int8_t>(IsolationLevel::kReadCommitted);
  ListOffsetsResponse response;
  response.topics.reserve(request.topics.size());
  for (const ListOffsetsRequest::Topic& wanted : request.topics) {
    const Topic* topic = FindTopic(asked.state, wanted.name);
    ListOffsetsResponse::Topic found{.name = wanted.name};
    found.partitions.reserve(wanted.partitions.size());
    for (const ListOffsetsRequest::Partition& partition : wanted.partitions) {
      found.partitions.push_back(Look(asked, topic, partition, committed_only));
    }
    response.topics.push_back(std::move(found));
  }
  return response;
}

void Spoil(ListOffsetsResponse& response, ErrorCode code) {
  for (ListOffsetsResponse::Topic& topic : response.topics) {
    for (ListOffsetsResponse::Partition& partition : topic.partitions) {
      partition = {.index = partition.index, .error_code = code};
    }
  }
}

}  // namespace klaxon::simulator
