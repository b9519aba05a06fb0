#include "collectors/kafka/permissions.h"

#include "agent/kafka/wire/messages/describe_cluster.h"
#include "agent/kafka/wire/messages/describe_groups.h"
#include "agent/kafka/wire/messages/metadata.h"

namespace klaxon::kafka_collector {
namespace {

constexpr Duration kCadence = std::chrono::minutes{1};
constexpr uint32_t kDescribe = 1U << 8U;  // AclOperation.DESCRIBE(8), as a bit (KIP-430)

/// Nobody has a topic or a group of this name. A broker looks at permissions before it looks
/// whether there is such a thing, so who is refused here may not see every name.
constexpr const char* kNobodysName = "klaxon-may-see-any-name";

bool IsKnownToLack(const Result<wire::DescribeClusterResponse>& cluster) {
  if (!cluster || cluster->error_code != wire::ErrorCode::kNone ||
      cluster->cluster_authorized_operations == wire::kOperationsNotAsked) {
    return false;
  }
  return (static_cast<uint32_t>(cluster->cluster_authorized_operations) & kDescribe) == 0;
}

bool IsRefused(const Result<wire::MetadataResponse>& answer) {
  return answer && !answer->topics.empty() &&
         answer->topics[0].error_code == wire::ErrorCode::kTopicAuthorizationFailed;
}

bool IsRefused(const Result<wire::DescribeGroupsResponse>& answer) {
  return answer && !answer->groups.empty() &&
         answer->groups[0].error_code == wire::ErrorCode::kGroupAuthorizationFailed;
}

void Ask(Round& round) {
  Calls<wire::DescribeClusterRequest> cluster;
  Calls<wire::MetadataRequest> topic;
  Calls<wire::DescribeGroupsRequest> group;
  Add(cluster, kafka::kAnyBroker, wire::DescribeClusterRequest{});
  Add(topic, kafka::kAnyBroker,
      wire::MetadataRequest{.topics =
                                std::vector<wire::MetadataRequest::Topic>{{.name = kNobodysName}}});
  Add(group, kafka::kAnyBroker, wire::DescribeGroupsRequest{.groups = {kNobodysName}});
  round.Exchange(cluster, topic, group);
  Memory& memory = round.memory();
  if (!cluster[0]->response() || !topic[0]->response() || !group[0]->response()) {
    return;  // what was known stays, and the next poll asks again
  }
  memory.permissions_read_at = round.Now().mono;
  memory.permissions.clear();
  if (IsRefused(topic[0]->response())) {
    memory.permissions.push_back(
        {.scope = "permissions: topics",
         .error = Error(Reason::kUnauthorized,
                        "topics that we may not describe are missing without a trace, and so are "
                        "their offsets and lag; to see all of them grant DESCRIBE on topic *")});
  }
  // Whoever may describe the cluster gets every group listed; one by one they say what is refused.
  if (IsKnownToLack(cluster[0]->response()) && IsRefused(group[0]->response())) {
    memory.permissions.push_back(
        {.scope = "permissions: groups",
         .error = Error(Reason::kUnauthorized,
                        "groups that we may not describe are missing without a trace; to see all "
                        "of them grant DESCRIBE on the cluster and on group *")});
  }
}

/// Whether a list has become shorter, or longer while we know that something is left out.
bool MayHaveChanged(Round& round) {
  const KafkaFacts& now = round.facts();
  const KafkaFacts& before = round.old();
  return round.memory().permissions.empty()
             ? now.topics.size() < before.topics.size() || now.groups.size() < before.groups.size()
             : now.topics.size() > before.topics.size() || now.groups.size() > before.groups.size();
}

}  // namespace

void ReadPermissions(Round& round) {
  const std::optional<MonoTime>& read_at = round.memory().permissions_read_at;
  if (!read_at || round.Now().mono - *read_at >= kCadence || MayHaveChanged(round)) {
    Ask(round);
  }
  for (const Problem& problem : round.memory().permissions) {
    round.AddProblem(problem.scope, problem.error);
  }
}

}  // namespace klaxon::kafka_collector
