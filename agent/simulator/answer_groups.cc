#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "agent/kafka/wire/encoder.h"
#include "agent/simulator/answers.h"

namespace klaxon::simulator {
namespace {

using namespace kafka::wire;  // NOLINT(google-build-using-namespace): every word here is the
                              // protocol's

constexpr int16_t kTellsUnknownGroups = 6;  // DescribeGroups; before: "Dead"
constexpr int8_t kGroupKey = 0;

bool EqualWithoutCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

/// Java's tools write "Classic", others "classic".
bool Passes(const std::vector<std::string>& filter, std::string_view value) {
  return filter.empty() ||
         std::any_of(filter.begin(), filter.end(),
                     [&](const std::string& wanted) { return EqualWithoutCase(wanted, value); });
}

struct TopicIndexes {
  std::string topic{};
  std::vector<int32_t> partitions{};

  static void Fields(auto& self, auto& io) { io(self.topic, self.partitions); }
};

std::vector<TopicIndexes> ByTopic(const ClusterState& state, const Member& member) {
  std::vector<TopicIndexes> topics;
  const GroupPartition* last = nullptr;
  for (const GroupPartition* at : member.assigned) {
    if (last == nullptr || last->topic != at->topic) {
      topics.push_back({.topic = state.topics[at->topic].name});
    }
    topics.back().partitions.push_back(at->partition);
    last = at;
  }
  return topics;
}

constexpr int16_t kEmbeddedVersion = 0;
constexpr int32_t kNoUserData = -1;

/// ConsumerProtocolSubscription.json and ConsumerProtocolAssignment.json, version 0.
std::string Subscription(const std::vector<TopicIndexes>& topics) {
  std::vector<std::string> names;
  names.reserve(topics.size());
  for (const TopicIndexes& topic : topics) {
    names.push_back(topic.topic);
  }
  std::string bytes;
  Encoder encoder(bytes, kEmbeddedVersion, false);
  encoder(kEmbeddedVersion, names, kNoUserData);
  return bytes;
}

std::string Assignment(const std::vector<TopicIndexes>& topics) {
  std::string bytes;
  Encoder encoder(bytes, kEmbeddedVersion, false);
  encoder(kEmbeddedVersion, topics, kNoUserData);
  return bytes;
}

struct Work {
  std::string connector{};
  std::vector<int32_t> tasks{};

  static void Fields(auto& self, auto& io) { io(self.connector, self.tasks); }
};

/// IncrementalCooperativeConnectProtocol.java, version 1.
struct ConnectAssignment {
  int16_t version = 1;
  int16_t error = 0;
  std::string leader{};
  std::string leader_url{};
  int64_t config_offset = 1;
  std::vector<Work> assigned{};
  std::vector<Work> revoked{};
  int32_t delay_ms = 0;

  static void Fields(auto& self, auto& io) {
    io(self.version, self.error, self.leader, self.leader_url, self.config_offset);
    io(self.assigned, self.revoked, self.delay_ms);
  }
};

struct ConnectState {
  int16_t version = 1;
  std::string url{};
  int64_t config_offset = 1;
  Bytes allocation{};

  static void Fields(auto& self, auto& io) {
    io(self.version, self.url, self.config_offset, self.allocation);
  }
};

std::string UrlOf(const Group& group, size_t member) {
  return member < group.workers.size() ? "http://" + group.workers[member].worker_id + "/"
                                       : fmt::format("http://connect-{}:8083/", member + 1);
}

template <class Message>
std::string Written(const Message& message) {
  std::string bytes;
  Encoder encoder(bytes, kEmbeddedVersion, false);
  encoder(message);
  return bytes;
}

/// A worker that came with its work: what it carries is in its metadata, and the round brought
/// nothing new, as in any group that has been at rest for a while.
struct ConnectBytes {
  std::string metadata{};
  std::string assignment{};
};

ConnectBytes BytesOf(const Group& group, size_t member, const std::string& leader) {
  ConnectAssignment round{
      .leader = leader, .leader_url = UrlOf(group, 0), .delay_ms = group.delay_ms};
  ConnectAssignment carried = round;
  if (member < group.workers.size()) {
    for (const auto& [connector, tasks] : group.workers[member].work) {
      carried.assigned.push_back({.connector = connector, .tasks = tasks});
    }
  }
  return {.metadata =
              Written(ConnectState{.url = UrlOf(group, member), .allocation = {Written(carried)}}),
          .assignment = Written(round)};
}

std::string ProtocolOf(const Group& group) {
  if (group.members == 0 || group.rebalancing) {
    return "";
  }
  return group.kind == GroupKind::kConnect ? "sessioned" : "range";
}

/// While a group rebalances its members' metadata is empty, and the assignment is still the old one
/// (measured).
void AddMembers(const ClusterState& state, const Group& group, DescribeGroupsResponse::Group& to) {
  std::vector<Member> members = MembersOf(state, group);
  const std::string leader = members.empty() ? "" : members.front().id;
  for (size_t i = 0; i < members.size(); ++i) {
    Member& member = members[i];
    ConnectBytes bytes;
    if (group.kind == GroupKind::kConnect) {
      bytes = BytesOf(group, i, leader);
    } else {
      const std::vector<TopicIndexes> topics = ByTopic(state, member);
      bytes = {.metadata = Subscription(topics), .assignment = Assignment(topics)};
    }
    to.members.push_back({.member_id = std::move(member.id),
                          .client_id = std::move(member.client_id),
                          .client_host = std::move(member.host),
                          .metadata = {group.rebalancing ? "" : std::move(bytes.metadata)},
                          .assignment = {std::move(bytes.assignment)}});
  }
}

DescribeGroupsResponse::Group DescribeGroup(const Asked& asked, const std::string& id) {
  DescribeGroupsResponse::Group described{.id = id};
  if (CoordinatorOf(asked.state, id) != asked.broker.id) {
    described.error_code = ErrorCode::kNotCoordinator;
    return described;
  }
  const Group* group = FindGroup(asked.state, id);
  if (group == nullptr || TypeName(group->kind) != "classic") {
    described.state = "Dead";
    if (asked.version >= kTellsUnknownGroups) {
      described.error_code = ErrorCode::kGroupIdNotFound;
      described.error_message = group == nullptr
                                    ? fmt::format("Group {} not found.", id)
                                    : fmt::format("Group {} is not a classic group.", id);
    }
    return described;
  }
  described.state = StateName(*group);
  described.protocol_type = ProtocolType(group->kind);
  described.protocol = ProtocolOf(*group);
  AddMembers(asked.state, *group, described);
  return described;
}

}  // namespace

Answer<ListGroupsRequest> Respond(const Asked& asked, const ListGroupsRequest& request) {
  ListGroupsResponse response;
  for (const Group& group : asked.state.groups) {
    if (CoordinatorOf(asked.state, group.name) == asked.broker.id &&
        Passes(request.states_filter, StateName(group)) &&
        Passes(request.types_filter, TypeName(group.kind))) {
      response.groups.push_back({.id = group.name,
                                 .protocol_type = std::string(ProtocolType(group.kind)),
                                 .state = std::string(StateName(group)),
                                 .type = std::string(TypeName(group.kind))});
    }
  }
  return response;
}

Answer<DescribeGroupsRequest> Respond(const Asked& asked, const DescribeGroupsRequest& request) {
  DescribeGroupsResponse response;
  response.groups.reserve(request.groups.size());
  for (const std::string& id : request.groups) {
    response.groups.push_back(DescribeGroup(asked, id));
    if (request.include_authorized_operations) {
      response.groups.back().authorized_operations = kGroupOperations;
    }
  }
  return response;
}

Answer<FindCoordinatorRequest> Respond(const Asked& asked, const FindCoordinatorRequest& request) {
  FindCoordinatorResponse response;
  response.coordinators.clear();
  for (const std::string& key : request.keys) {
    FindCoordinatorResponse::Coordinator found{.key = key, .error_message = ""};
    const Broker* broker = request.key_type == kGroupKey
                               ? FindBroker(asked.state, CoordinatorOf(asked.state, key))
                               : nullptr;  // no transactions are simulated
    if (broker == nullptr) {
      found.error_code = ErrorCode::kCoordinatorNotAvailable;
      found.error_message = "The coordinator is not available.";
    } else {
      found.node_id = broker->id;
      found.host = broker->advertised_host;
      found.port = broker->listening.port;
    }
    response.coordinators.push_back(std::move(found));
  }
  return response;
}

void Spoil(ListGroupsResponse& response, ErrorCode code) {
  response.error_code = code;
  response.groups.clear();
}

void Spoil(DescribeGroupsResponse& response, ErrorCode code) {
  for (DescribeGroupsResponse::Group& group : response.groups) {
    group = {.error_code = code, .id = group.id};
  }
}

void Spoil(FindCoordinatorResponse& response, ErrorCode code) {
  for (FindCoordinatorResponse::Coordinator& coordinator : response.coordinators) {
    coordinator = {.key = coordinator.key, .error_code = code};
  }
}

}  // namespace klaxon::simulator
