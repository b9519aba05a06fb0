#include <fmt/format.h>

#include "agent/simulator/answers.h"

namespace klaxon::simulator {
namespace {

using namespace kafka::wire;  // NOLINT(google-build-using-namespace): every word here is the
                              // protocol's

constexpr int8_t kConsumerMember = 1;

ConsumerGroupDescribeResponse::Assignment AssignmentOf(const ClusterState& state,
                                                       const Member& member) {
  ConsumerGroupDescribeResponse::Assignment assignment;
  const GroupPartition* last = nullptr;
  for (const GroupPartition* at : member.assigned) {
    if (last == nullptr || last->topic != at->topic) {
      const Topic& topic = state.topics[at->topic];
      assignment.topics.push_back({.topic_id = topic.id, .topic = topic.name});
    }
    assignment.topics.back().partitions.push_back(at->partition);
    last = at;
  }
  return assignment;
}

void AddMembers(const ClusterState& state, const Group& group,
                ConsumerGroupDescribeResponse::Group& to) {
  for (Member& member : MembersOf(state, group)) {
    const ConsumerGroupDescribeResponse::Assignment assignment = AssignmentOf(state, member);
    auto& added = to.members.emplace_back();
    added.member_id = std::move(member.id);
    added.epoch = group.epoch;
    added.client_id = std::move(member.client_id);
    added.client_host = std::move(member.host);
    for (const auto& topic : assignment.topics) {
      added.topics.push_back(topic.topic);
    }
    added.assignment = assignment;
    added.target = assignment;
    added.type = kConsumerMember;
  }
}

ConsumerGroupDescribeResponse::Group DescribeConsumerGroup(const Asked& asked,
                                                           const std::string& id) {
  ConsumerGroupDescribeResponse::Group described{.id = id};
  if (CoordinatorOf(asked.state, id) != asked.broker.id) {
    described.error_code = ErrorCode::kNotCoordinator;
    return described;
  }
  const Group* group = FindGroup(asked.state, id);
  if (group == nullptr || group->kind != GroupKind::kConsumer) {
    described.error_code = ErrorCode::kGroupIdNotFound;
    described.error_message = group == nullptr
                                  ? fmt::format("Group {} not found.", id)
                                  : fmt::format("Group {} is not a consumer group.", id);
    return described;
  }
  described.state = StateName(*group);
  described.epoch = group->epoch;
  described.assignment_epoch = group->epoch;
  described.assignor = "uniform";
  AddMembers(asked.state, *group, described);
  return described;
}

}  // namespace

Answer<ConsumerGroupDescribeRequest> Respond(const Asked& asked,
                                             const ConsumerGroupDescribeRequest& request) {
  ConsumerGroupDescribeResponse response;
  for (const std::string& id : request.groups) {
    response.groups.push_back(DescribeConsumerGroup(asked, id));
    if (request.include_authorized_operations) {
      response.groups.back().authorized_operations = kGroupOperations;
    }
  }
  return response;
}

void Spoil(ConsumerGroupDescribeResponse& response, ErrorCode code) {
  for (ConsumerGroupDescribeResponse::Group& group : response.groups) {
    group = {.error_code = code, .id = group.id};
  }
}

}  // namespace klaxon::simulator
