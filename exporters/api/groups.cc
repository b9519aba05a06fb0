#include <algorithm>

#include "exporters/api/documents.h"
#include "exporters/api/json.h"

namespace klaxon::api {
namespace {

/// The lag of one topic: the sum of what is known, and what is not by its reason.
Json Topic(const GroupTopicFacts& topic, const std::vector<PartitionLag>& lags) {
  int64_t sum = 0;
  int64_t worst = 0;
  size_t known = 0;
  Json unknown = Json::object();
  for (const PartitionLag& lag : lags) {
    if (lag.state == LagState::kKnown) {
      ++known;
      sum += lag.lag;
      worst = std::max(worst, lag.lag);
    } else {
      const std::string reason(Name(lag.state));
      unknown[reason] = unknown.value(reason, size_t{0}) + 1;
    }
  }
  return {{"topic", Text(topic.topic->name)},
          {"partitions", lags.size()},
          {"lag", known == 0 ? Json(nullptr) : Json(sum)},
          {"worst_partition_lag", known == 0 ? Json(nullptr) : Json(worst)},
          {"unknown_partitions", std::move(unknown)}};
}

Json Lag(const GroupFacts& group, const GroupLag& lag, const Instant& now) {
  const bool fresh = IsFresh(group.committed, now);
  Json topics = Json::array();
  for (size_t i = 0; fresh && i < group.topics.size(); ++i) {
    topics.push_back(Topic(group.topics[i], lag.topics[i]));
  }
  const bool known = fresh && lag.known > 0;
  return {{"as_of", AsOf(group.committed, now)},
          {"sum", known ? Json(lag.sum) : Json(nullptr)},
          {"worst_partition", known ? Json(lag.worst) : Json(nullptr)},
          {"unknown_partitions", fresh ? Json(lag.unknown) : Json(nullptr)},
          {"topics", fresh ? std::move(topics) : Json(nullptr)}};
}

Json Members(const GroupFacts& group, const Instant& now) {
  if (group.members_unknown || !IsFresh(group.described, now)) {
    return nullptr;
  }
  Json members = Json::array();
  for (const MemberFacts& member : group.members) {
    members.push_back({{"client_id", Text(member.client_id)}, {"host", Text(member.client_host)}});
  }
  return members;
}

Json Group(const KafkaPart& part, size_t index, const Instant& now) {
  const GroupFacts& group = part.facts.groups[index];
  return {{"cluster", Text(part.section.cluster)},
          {"group", Text(group.entity->name)},
          {"kind", Name(group.kind)},
          {"protocol_type", Text(group.protocol_type)},
          {"coordinator", group.coordinator < 0 ? Json(nullptr) : Json(group.coordinator)},
          {"state", IfFresh(group.described, now, [&] { return Text(group.state); })},
          {"members", Members(group, now)},
          {"members_unknown", ErrorOrNull(group.members_unknown)},
          {"described", AsOf(group.described, now)},
          {"lag", Lag(group, part.derived.groups[index], now)}};
}

}  // namespace

std::string GroupsDocument(const View& view, const Instant& now,
                           const std::optional<std::string>& cluster) {
  Json groups = Json::array();
  for (const KafkaPart& part : KafkaParts(view)) {
    for (size_t i = 0; i < part.facts.groups.size(); ++i) {
      if (!cluster || *cluster == part.section.cluster) {
        groups.push_back(Group(part, i, now));
      }
    }
  }
  return Dump({{"groups", std::move(groups)}});
}

}  // namespace klaxon::api
