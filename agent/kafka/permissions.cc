#include "agent/kafka/permissions.h"

#include <cstdlib>

namespace klaxon::kafka {
namespace {

constexpr uint32_t kDescribe = 1U << 8U;  // AclOperation.DESCRIBE(8), as a bit (KIP-430)
constexpr const char* kNobodysName = "klaxon-may-see-any-name";

template <class Things>
std::optional<bool> NotRefused(const Things& things, wire::ErrorCode refusal) {
  return things.empty() ? std::nullopt : std::optional(things[0].error_code != refusal);
}

}  // namespace

std::string_view Name(Permission permission) {
  switch (permission) {
    case Permission::kDescribeCluster:
      return "Describe on cluster";
    case Permission::kDescribeTopics:
      return "Describe on topic *";
    case Permission::kDescribeGroups:
      return "Describe on group *";
  }
  std::abort();
}

std::string_view Loss(Permission permission) {
  switch (permission) {
    case Permission::kDescribeCluster:
      return "the active controller is unknown, metadata is not proven by a quorum, and groups "
             "that "
             "we may not describe one by one are missing without a trace";
    case Permission::kDescribeTopics:
      return "topics that we may not describe are missing without a trace, and so are their "
             "offsets "
             "and lag";
    case Permission::kDescribeGroups:
      return "state, members, committed offsets and lag of groups that we may not describe are "
             "unknown";
  }
  std::abort();
}

wire::MetadataRequest PermissionQuestions::TopicQuestion() {
  return {.topics = std::vector<wire::MetadataRequest::Topic>{{.name = kNobodysName}}};
}

wire::DescribeGroupsRequest PermissionQuestions::GroupQuestion() {
  return {.groups = {kNobodysName}};
}

std::vector<Call*> PermissionQuestions::calls() {
  return {&cluster_, &topic_, &group_};
}

bool PermissionQuestions::answered() const {
  return cluster_.response() && topic_.response() && group_.response();
}

std::optional<bool> PermissionQuestions::MayDescribeCluster() const {
  const auto& answer = cluster_.response();
  if (!answer) {
    return std::nullopt;
  }
  if (answer->error_code == wire::ErrorCode::kClusterAuthorizationFailed) {
    return false;
  }
  if (answer->error_code != wire::ErrorCode::kNone ||
      answer->cluster_authorized_operations == wire::kOperationsNotAsked) {
    return std::nullopt;
  }
  return (static_cast<uint32_t>(answer->cluster_authorized_operations) & kDescribe) != 0;
}

std::optional<bool> PermissionQuestions::Held(Permission permission) const {
  switch (permission) {
    case Permission::kDescribeCluster:
      return MayDescribeCluster();
    case Permission::kDescribeTopics:
      return topic_.response()
                 ? NotRefused(topic_.response()->topics, wire::ErrorCode::kTopicAuthorizationFailed)
                 : std::nullopt;
    case Permission::kDescribeGroups:
      return group_.response()
                 ? NotRefused(group_.response()->groups, wire::ErrorCode::kGroupAuthorizationFailed)
                 : std::nullopt;
  }
  std::abort();
}

}  // namespace klaxon::kafka
