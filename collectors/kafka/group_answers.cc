#include "collectors/kafka/group_answers.h"

#include <algorithm>
#include <utility>

#include "agent/kafka/worker_group.h"

namespace klaxon::kafka_collector {
namespace {

using wire::DescribeGroupsResponse;
using wire::ErrorCode;
using wire::OffsetFetchResponse;

Error GroupError(ErrorCode code, const GroupWork& group) {
  Error error = ErrorOf(code, group.facts.coordinator);
  if (code != ErrorCode::kGroupAuthorizationFailed) {
    return error;
  }
  return {error.reason(), error.message() + "; grant Describe on the group"};
}

std::vector<CommitFacts> ReadCommits(
    const std::vector<OffsetFetchResponse::Partition>& partitions) {
  std::vector<CommitFacts> commits;
  commits.reserve(partitions.size());
  for (const OffsetFetchResponse::Partition& partition : partitions) {
    if (partition.error_code == ErrorCode::kNone && partition.committed_offset >= 0 &&
        partition.index >= 0) {
      commits.push_back({.partition = partition.index, .offset = partition.committed_offset});
    }
  }
  const auto less = [](const CommitFacts& a, const CommitFacts& b) {
    return a.partition < b.partition;
  };
  if (!std::is_sorted(commits.begin(), commits.end(), less)) {
    std::sort(commits.begin(), commits.end(), less);
  }
  return commits;
}

/// By name; topics that are there are numbered in that order, which is faster to compare.
bool Before(const GroupTopicFacts& a, const GroupTopicFacts& b) {
  return a.topic_index >= 0 && b.topic_index >= 0 ? a.topic_index < b.topic_index
                                                  : a.topic->name < b.topic->name;
}

std::vector<GroupTopicFacts> ReadTopics(Round& round,
                                        const std::vector<OffsetFetchResponse::Topic>& fetched) {
  std::vector<GroupTopicFacts> topics;
  topics.reserve(fetched.size());
  for (const OffsetFetchResponse::Topic& topic : fetched) {
    std::vector<CommitFacts> commits = ReadCommits(topic.partitions);
    if (commits.empty()) {
      continue;
    }
    const int32_t index = round.topics().Find(topic.name);
    EntityRef entity = index >= 0 ? round.facts().topics[static_cast<size_t>(index)].entity
                                  : round.memory().topics.Intern(topic.name);
    topics.push_back(
        {.topic = std::move(entity), .topic_index = index, .commits = std::move(commits)});
  }
  if (!std::is_sorted(topics.begin(), topics.end(), Before)) {
    std::sort(topics.begin(), topics.end(), Before);
  }
  return topics;
}

/// The first error of a partition; a group's offsets are all right when there is none.
ErrorCode PartitionError(const OffsetFetchResponse::Group& group) {
  for (const OffsetFetchResponse::Topic& topic : group.topics) {
    for (const OffsetFetchResponse::Partition& partition : topic.partitions) {
      if (partition.error_code != ErrorCode::kNone) {
        return partition.error_code;
      }
    }
  }
  return ErrorCode::kNone;
}

void KeepLoad(const ConnectMemberFacts& old, ConnectMemberFacts& now) {
  now.carries = old.carries;
  now.config_offset = old.config_offset;
}

void KeepLoad(const RegistryMemberFacts&, RegistryMemberFacts&) {
}

/// Brokers leave the members' metadata out while a group rebalances. What a member told holds as
/// long as the member does.
template <class Workers>
void KeepWords(const Workers& old, Workers& now) {
  for (auto& member : now.members) {
    const auto before = std::ranges::find_if(
        old.members, [&](const auto& known) { return known.member_id == member.member_id; });
    if (member.url.empty() && before != old.members.end()) {
      member.url = before->url;
      KeepLoad(*before, member);
    }
  }
}

template <class Workers>
void Take(Round& round, GroupWork& group, Workers now,
          std::shared_ptr<const Workers> GroupFacts::* place) {
  if (!now.misread.empty()) {
    round.AddGroupProblem(group.facts.entity->name, {Reason::kBadAnswer, now.misread});
  }
  if (group.old != nullptr && group.old->*place != nullptr) {
    KeepWords(*(group.old->*place), now);
  }
  group.facts.*place = std::make_shared<const Workers>(std::move(now));
}

void TakeWorkers(Round& round, GroupWork& group, const DescribeGroupsResponse::Group& described) {
  if (described.protocol_type == "connect") {
    Take(round, group, kafka::ReadConnectGroup(described), &GroupFacts::connect);
  } else if (described.protocol_type == "sr") {
    Take(round, group, kafka::ReadRegistryGroup(described), &GroupFacts::registry);
  }
}

}  // namespace

bool HasMoved(ErrorCode code) {
  return code == ErrorCode::kNotCoordinator;
}

void TakeDescription(Round& round, GroupWork& group, DescribeGroupsResponse::Group&& described,
                     const AnswerRef& answer) {
  ErrorCode code = described.error_code;
  if (code == ErrorCode::kGroupIdNotFound) {  // since version 6; older ones say "Dead"
    described.state = "Dead";
    code = ErrorCode::kNone;
  }
  if (HasMoved(code)) {
    group.moved = true;
    return;
  }
  if (code != ErrorCode::kNone) {
    const Error error = GroupError(code, group);
    round.AddGroupProblem(group.facts.entity->name, error);
    CarryDescription(round, group, error);
    return;
  }
  TakeWorkers(round, group, described);
  group.facts.state = std::move(described.state);
  group.facts.described = answer;
  group.facts.members_unknown.reset();
  group.facts.members.clear();
  group.facts.members.reserve(described.members.size());
  for (DescribeGroupsResponse::Member& member : described.members) {
    group.facts.members.push_back(
        {.client_id = std::move(member.client_id), .client_host = std::move(member.client_host)});
  }
}

void TakeCommits(Round& round, GroupWork& group, OffsetFetchResponse::Group&& fetched,
                 const AnswerRef& answer) {
  if (HasMoved(fetched.error_code)) {
    group.moved = true;
    return;
  }
  const ErrorCode code =
      fetched.error_code != ErrorCode::kNone ? fetched.error_code : PartitionError(fetched);
  if (code != ErrorCode::kNone) {
    const Error error = GroupError(code, group);
    round.AddGroupProblem(group.facts.entity->name, error);
    if (fetched.error_code != ErrorCode::kNone) {
      CarryCommits(round, group, error);
      return;
    }
  }
  group.facts.topics = ReadTopics(round, fetched.topics);
  group.facts.committed = answer;
}

void JudgeKind(GroupWork& group) {
  GroupFacts& facts = group.facts;
  if (!group.kind_told && facts.state == "Dead" && !facts.topics.empty()) {
    facts.kind = GroupKind::kUnknown;
    facts.state.clear();
  }
  if (facts.kind != GroupKind::kClassic) {
    facts.members.clear();
    facts.members_unknown = Error(Reason::kUnsupported, "group kind not read yet");
    facts.described = facts.state.empty() ? nullptr : facts.listed;
  }
}

}  // namespace klaxon::kafka_collector
