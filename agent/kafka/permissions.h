#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "agent/kafka/cluster_client.h"
#include "agent/kafka/wire/messages/describe_cluster.h"
#include "agent/kafka/wire/messages/describe_groups.h"
#include "agent/kafka/wire/messages/metadata.h"

namespace klaxon::kafka {

/// What a principal must be allowed to do for us to see a cluster whole. We ask for nothing more.
enum class Permission { kDescribeCluster, kDescribeTopics, kDescribeGroups };

constexpr std::array<Permission, 3> kPermissions{
    Permission::kDescribeCluster, Permission::kDescribeTopics, Permission::kDescribeGroups};

/// As kafka-acls.sh takes it: "Describe on cluster", "Describe on topic *", ...
std::string_view Name(Permission permission);

/// What is not shown without it, as a sentence.
std::string_view Loss(Permission permission);

/// Asks a cluster what we may see, in three requests. Brokers leave what we may not describe out of
/// their lists without a word, so it takes questions made for that:
/// * DescribeCluster tells the operations that we are authorised for (KIP-430);
/// * a topic and a group that nobody has are asked for: a broker looks at permissions before it
///   looks whether there is such a thing, so who is refused here may not see every name.
/// Confined to one thread.
class PermissionQuestions {
 public:
  /// To be given to ClusterClient::Exchange. They live as long as this object.
  std::vector<Call*> calls();

  /// After the exchange; empty: the cluster did not say.
  std::optional<bool> Held(Permission permission) const;

  /// Every question was answered, whatever the answer says.
  bool answered() const;

 private:
  std::optional<bool> MayDescribeCluster() const;

  CallOf<wire::DescribeClusterRequest> cluster_{kAnyBroker, {}};
  CallOf<wire::MetadataRequest> topic_{kAnyBroker, TopicQuestion()};
  CallOf<wire::DescribeGroupsRequest> group_{kAnyBroker, GroupQuestion()};

  static wire::MetadataRequest TopicQuestion();
  static wire::DescribeGroupsRequest GroupQuestion();
};

}  // namespace klaxon::kafka
