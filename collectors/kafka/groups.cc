#include "collectors/kafka/groups.h"

#include <utility>

namespace klaxon::kafka_collector {

void CarryDescription(Round& round, GroupWork& group, const Error& error) {
  GroupFacts& facts = group.facts;
  if (group.old == nullptr || group.old->described == nullptr) {
    facts.described = nullptr;
    facts.members_unknown = error;
    return;
  }
  if (!group.kind_told) {
    facts.kind = group.old->kind;
  }
  facts.state = group.old->state;
  facts.members = group.old->members;
  facts.members_unknown = group.old->members_unknown;
  facts.connect = group.old->connect;
  facts.registry = group.old->registry;
  facts.described = round.answers().Carry(group.old->described, error);
}

void CarryCommits(Round& round, GroupWork& group, const Error& error) {
  if (group.old == nullptr) {
    return;
  }
  group.facts.topics = group.old->topics;
  for (GroupTopicFacts& topic : group.facts.topics) {
    topic.topic_index = round.topics().Find(topic.topic->name);
  }
  group.facts.committed = round.answers().Carry(group.old->committed, error);
}

GroupWork CarriedGroup(Round& round, const GroupFacts& old, const Error& error) {
  GroupWork group{.old = &old, .ask = false};
  group.facts.entity = old.entity;
  group.facts.kind = old.kind;
  group.facts.protocol_type = old.protocol_type;
  group.facts.coordinator = old.coordinator;
  group.facts.listed = round.answers().Carry(old.listed, error);
  CarryDescription(round, group, error);
  CarryCommits(round, group, error);
  return group;
}

GroupKind ReadGroupKind(const std::string& type) {
  // Names of GroupType in apache/kafka 4.x; brokers differ in their case.
  if (type == "classic" || type == "Classic") {
    return GroupKind::kClassic;
  }
  if (type == "consumer" || type == "Consumer") {
    return GroupKind::kConsumer;
  }
  if (type == "share" || type == "Share") {
    return GroupKind::kShare;
  }
  if (type == "streams" || type == "Streams") {
    return GroupKind::kStreams;
  }
  return GroupKind::kUnknown;
}

void CarryGroups(Round& round, const Error& error) {
  for (const AnswerRef& answer : round.old().group_lists) {
    round.facts().group_lists.push_back(round.answers().Carry(answer, error));
  }
  std::vector<GroupWork> groups;
  for (const GroupFacts& old : round.old().groups) {
    groups.push_back(CarriedGroup(round, old, error));
  }
  FinishGroups(round, std::move(groups));
}

void FinishGroups(Round& round, std::vector<GroupWork> groups) {
  std::vector<GroupFacts>& facts = round.facts().groups;
  facts.reserve(groups.size());
  for (GroupWork& group : groups) {
    facts.push_back(std::move(group.facts));
  }
}

}  // namespace klaxon::kafka_collector
