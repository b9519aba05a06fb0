#include "agent/simulator/answers.h"

namespace klaxon::simulator {
namespace {

using namespace kafka::wire;  // NOLINT(google-build-using-namespace): every word here is the
                              // protocol's

int64_t UnixMillis(const ClusterState& state, MonoTime at) {
  const WallTime wall =
      state.now.wall + std::chrono::duration_cast<WallTime::duration>(at - state.now.mono);
  return std::chrono::duration_cast<std::chrono::milliseconds>(wall.time_since_epoch()).count();
}

DescribeQuorumResponse::Replica Follow(const ClusterState& state, const Broker& broker) {
  const bool leads = broker.id == state.quorum.leader;
  const auto end = static_cast<int64_t>(state.quorum.metadata_offset);
  const int64_t seen = UnixMillis(state, broker.alive ? state.now.mono : broker.alive_changed);
  return {.id = broker.id,
          .log_end_offset = leads || broker.alive ? end : end - 1,
          .last_fetch_ms = seen,
          .last_caught_up_ms = seen};
}

DescribeQuorumResponse::Partition DescribeLog(const ClusterState& state) {
  DescribeQuorumResponse::Partition partition{
      .leader = state.quorum.leader,
      .leader_epoch = state.quorum.epoch,
      .high_watermark = static_cast<int64_t>(state.quorum.metadata_offset)};
  for (size_t i = 0; i < state.brokers.size(); ++i) {
    auto& replicas = i < VoterCount(state) ? partition.voters : partition.observers;
    replicas.push_back(Follow(state, state.brokers[i]));
  }
  return partition;
}

}  // namespace

/// The broker passes the request on to the active controller and waits for it in vain if there is
/// none (measured with two of three controllers killed).
Answer<DescribeQuorumRequest> Respond(const Asked& asked, const DescribeQuorumRequest& request) {
  if (!HasQuorum(asked.state)) {
    return {};
  }
  DescribeQuorumResponse response;
  for (const DescribeQuorumRequest::Topic& wanted : request.topics) {
    auto& topic = response.topics.emplace_back();
    topic.name = wanted.name;
    for (const DescribeQuorumRequest::Partition& place : wanted.partitions) {
      if (wanted.name == kClusterMetadataTopic && place.index == 0) {
        topic.partitions.push_back(DescribeLog(asked.state));
      } else {
        topic.partitions.push_back(
            {.index = place.index, .error_code = ErrorCode::kUnknownTopicOrPartition});
      }
    }
  }
  for (size_t i = 0; i < VoterCount(asked.state); ++i) {
    const Broker& voter = asked.state.brokers[i];
    response.nodes.push_back(
        {.id = voter.id,
         .listeners = {
             {.name = "PLAINTEXT", .host = voter.advertised_host, .port = voter.listening.port}}});
  }
  return response;
}

void Spoil(DescribeQuorumResponse& response, ErrorCode code) {
  response = {};
  response.error_code = code;
}

}  // namespace klaxon::simulator
