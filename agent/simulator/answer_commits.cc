#include "agent/simulator/answers.h"

namespace klaxon::simulator {
namespace {

using namespace kafka::wire;  // NOLINT(google-build-using-namespace): every word here is the
                              // protocol's

OffsetFetchResponse::Partition Committed(const ClusterState& state, const GroupPartition& at) {
  const Topic& topic = state.topics[at.topic];
  const Partition& partition = topic.partitions[static_cast<size_t>(at.partition)];
  return {.index = at.partition,
          .committed_offset = at.committed,
          .committed_leader_epoch = partition.leader_epoch};
}

std::vector<OffsetFetchResponse::Topic> AllCommitted(const ClusterState& state,
                                                     const Group& group) {
  std::vector<OffsetFetchResponse::Topic> topics;
  const GroupPartition* last = nullptr;
  for (const GroupPartition& at : group.partitions) {
    if (at.committed < 0) {
      continue;
    }
    if (last == nullptr || last->topic != at.topic) {
      topics.push_back({.name = state.topics[at.topic].name});
    }
    topics.back().partitions.push_back(Committed(state, at));
    last = &at;
  }
  return topics;
}

OffsetFetchResponse::Partition Find(const ClusterState& state, const Group* group,
                                    const std::string& topic, int32_t index) {
  if (group != nullptr) {
    for (const GroupPartition& at : group->partitions) {
      if (at.partition == index && at.committed >= 0 && state.topics[at.topic].name == topic) {
        return Committed(state, at);
      }
    }
  }
  return {.index = index};
}

OffsetFetchResponse::Group Fetch(const Asked& asked, const OffsetFetchRequest::Group& wanted) {
  OffsetFetchResponse::Group fetched{.id = wanted.id};
  if (CoordinatorOf(asked.state, wanted.id) != asked.broker.id) {
    fetched.error_code = ErrorCode::kNotCoordinator;
    return fetched;
  }
  const Group* group = FindGroup(asked.state, wanted.id);
  if (!wanted.topics) {
    if (group != nullptr) {
      fetched.topics = AllCommitted(asked.state, *group);
    }
    return fetched;
  }
  for (const OffsetFetchRequest::Topic& topic : *wanted.topics) {
    auto& found = fetched.topics.emplace_back();
    found.name = topic.name;
    for (const int32_t index : topic.partitions) {
      found.partitions.push_back(Find(asked.state, group, topic.name, index));
    }
  }
  return fetched;
}

}  // namespace

Answer<OffsetFetchRequest> Respond(const Asked& asked, const OffsetFetchRequest& request) {
  OffsetFetchResponse response;
  response.groups.clear();
  for (const OffsetFetchRequest::Group& wanted : request.groups) {
    response.groups.push_back(Fetch(asked, wanted));
  }
  return response;
}

void Spoil(OffsetFetchResponse& response, ErrorCode code) {
  for (OffsetFetchResponse::Group& group : response.groups) {
    group = {.id = group.id, .error_code = code};
  }
}

}  // namespace klaxon::simulator
