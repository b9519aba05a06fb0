#include <algorithm>
#include <cstdlib>
#include <string>

#include "agent/metrics/rows.h"

/// Groups, what they committed and how far behind they are. kafka_exporter's names where it has the
/// metric; other than there, what is not known is absent: no lag of -1, no sum with parts missing.
namespace klaxon::metrics {
namespace {

constexpr std::array<std::string_view, 2> kGroup{"cluster", "consumergroup"};
constexpr std::array<std::string_view, 3> kGroupTopic{"cluster", "consumergroup", "topic"};
constexpr std::array<std::string_view, 4> kGroupPartition{"cluster", "consumergroup", "topic",
                                                          "partition"};
constexpr std::array<std::string_view, 3> kGroupState{"cluster", "consumergroup", "state"};
constexpr std::array<std::string_view, 4> kGroupInfo{"cluster", "consumergroup", "kind",
                                                     "protocol_type"};
constexpr std::array<std::string_view, 4> kLagUnknown{"cluster", "consumergroup", "topic",
                                                      "reason"};

// The words of GroupState in Kafka's clients (org.apache.kafka.common.GroupState), by kind.
constexpr std::array<std::string_view, 5> kClassicStates{
    "PreparingRebalance", "CompletingRebalance", "Stable", "Empty", "Dead"};
constexpr std::array<std::string_view, 5> kConsumerStates{"Assigning", "Reconciling", "Stable",
                                                          "Empty", "Dead"};
constexpr std::array<std::string_view, 3> kShareStates{"Stable", "Empty", "Dead"};
constexpr std::array<std::string_view, 6> kStreamsStates{"NotReady", "Assigning", "Reconciling",
                                                         "Stable",   "Empty",     "Dead"};

std::span<const std::string_view> StatesOf(GroupKind kind) {
  switch (kind) {
    case GroupKind::kClassic:
    case GroupKind::kUnknown:
      return kClassicStates;
    case GroupKind::kConsumer:
      return kConsumerStates;
    case GroupKind::kShare:
      return kShareStates;
    case GroupKind::kStreams:
      return kStreamsStates;
  }
  std::abort();
}

/// What one topic of a group is made of.
struct TopicOfGroup {
  const std::string& cluster;
  const KafkaFacts& kafka;
  const GroupFacts& group;
  const GroupTopicFacts& facts;
  const std::vector<PartitionLag>& lag;  ///< parallel to facts.commits

  const std::string& group_name() const { return group.entity->name; }

  const std::string& topic_name() const { return facts.topic->name; }
};

/// A row about what groups committed, topic by topic.
template <void (*kEmit)(const TopicOfGroup&, Emitter&)>
void EachCommittedTopic(const KafkaPart& part, Emitter& emitter) {
  const std::string& cluster = part.section.cluster;
  for (size_t g = 0; g < part.facts.groups.size(); ++g) {
    const GroupFacts& group = part.facts.groups[g];
    if (!emitter.Known(group.committed, {cluster, group.entity->name})) {
      continue;
    }
    const GroupLag& lag = part.derived.groups[g];
    for (size_t t = 0; t < group.topics.size(); ++t) {
      kEmit({.cluster = cluster,
             .kafka = part.facts,
             .group = group,
             .facts = group.topics[t],
             .lag = lag.topics[t]},
            emitter);
    }
  }
}

void EmitCommitted(const TopicOfGroup& topic, Emitter& emitter) {
  for (const CommitFacts& commit : topic.facts.commits) {
    emitter.Sample(
        {topic.cluster, topic.group_name(), topic.topic_name(), NumberText(commit.partition)},
        static_cast<double>(commit.offset));
  }
}

void EmitCommittedSum(const TopicOfGroup& topic, Emitter& emitter) {
  double sum = 0;
  for (const CommitFacts& commit : topic.facts.commits) {
    sum += static_cast<double>(commit.offset);
  }
  if (!topic.facts.commits.empty()) {
    emitter.Sample({topic.cluster, topic.group_name(), topic.topic_name()}, sum);
  }
}

/// A partition that is gone has no lag; that is known as long as the metadata is.
bool IsGone(const TopicOfGroup& topic, size_t commit, const Emitter& emitter) {
  return topic.lag[commit].state == LagState::kNoTopic &&
         IsFresh(topic.kafka.metadata, emitter.now());
}

/// The answer that leaves a lag unknown: of the end of the log that the commit is held against.
const AnswerRef& WhyNoLag(const TopicOfGroup& topic, size_t commit) {
  const auto index = static_cast<size_t>(topic.facts.topic_index);  // -1 is beyond any
  const PartitionFacts* const partition =
      index < topic.kafka.topics.size()
          ? FindPartition(topic.kafka.topics[index], topic.facts.commits[commit].partition)
          : nullptr;
  return partition == nullptr ? topic.kafka.metadata : partition->latest.answer;
}

void EmitLag(const TopicOfGroup& topic, Emitter& emitter) {
  for (size_t i = 0; i < topic.facts.commits.size(); ++i) {
    const NumberText partition(topic.facts.commits[i].partition);
    if (topic.lag[i].state == LagState::kKnown) {
      emitter.Sample({topic.cluster, topic.group_name(), topic.topic_name(), partition},
                     static_cast<double>(topic.lag[i].lag));
    } else if (!IsGone(topic, i, emitter)) {
      emitter.Unknown(WhyNoLag(topic, i),
                      {topic.cluster, topic.group_name(), topic.topic_name(), partition});
    }
  }
}

void EmitLagSum(const TopicOfGroup& topic, Emitter& emitter) {
  double sum = 0;
  size_t gone = 0;
  for (size_t i = 0; i < topic.lag.size(); ++i) {
    gone += IsGone(topic, i, emitter) ? 1U : 0U;
    sum += static_cast<double>(topic.lag[i].lag);
  }
  if (gone == topic.lag.size()) return;  // the topic was deleted
  const auto unknown = std::ranges::find_if(
      topic.lag, [](const PartitionLag& partition) { return partition.state != LagState::kKnown; });
  if (unknown != topic.lag.end()) {
    const auto first = static_cast<size_t>(unknown - topic.lag.begin());
    emitter.Unknown(WhyNoLag(topic, first),
                    {topic.cluster, topic.group_name(), topic.topic_name()});
  } else {
    emitter.Sample({topic.cluster, topic.group_name(), topic.topic_name()}, sum);
  }
}

void EmitLagUnknown(const TopicOfGroup& topic, Emitter& emitter) {
  constexpr std::array kReasons{LagState::kNoEndOffset, LagState::kNoTopic, LagState::kBeyondEnd};
  for (const LagState reason : kReasons) {
    const auto count = std::ranges::count(topic.lag, reason, &PartitionLag::state);
    if (count > 0) {
      emitter.Sample({topic.cluster, topic.group_name(), topic.topic_name(), Name(reason)},
                     static_cast<double>(count));
    }
  }
  // Where the end is not known, nobody can tell whether a commit is beyond it.
  const auto no_end = std::ranges::find(topic.lag, LagState::kNoEndOffset, &PartitionLag::state);
  if (no_end != topic.lag.end() &&
      std::ranges::count(topic.lag, LagState::kBeyondEnd, &PartitionLag::state) == 0) {
    emitter.Unknown(
        WhyNoLag(topic, static_cast<size_t>(no_end - topic.lag.begin())),
        {topic.cluster, topic.group_name(), topic.topic_name(), Name(LagState::kBeyondEnd)});
  }
}

void EmitInfo(const KafkaPart& part, Emitter& emitter) {
  const std::string& cluster = part.section.cluster;
  for (const GroupFacts& group : part.facts.groups) {
    if (emitter.Known(group.listed, {cluster, group.entity->name})) {
      emitter.Sample({cluster, group.entity->name, Name(group.kind), group.protocol_type}, 1);
    }
  }
}

void EmitMembers(const KafkaPart& part, Emitter& emitter) {
  const std::string& cluster = part.section.cluster;
  for (const GroupFacts& group : part.facts.groups) {
    if (!emitter.Known(group.described, {cluster, group.entity->name})) {
      continue;
    }
    if (group.members_unknown) {
      emitter.Unknown(group.described, {cluster, group.entity->name});
    } else {
      emitter.Sample({cluster, group.entity->name}, static_cast<double>(group.members.size()));
    }
  }
}

void EmitState(const KafkaPart& part, Emitter& emitter) {
  const std::string& cluster = part.section.cluster;
  for (const GroupFacts& group : part.facts.groups) {
    const std::string& name = group.entity->name;
    if (!emitter.Known(group.described, {cluster, name})) {
      continue;
    }
    if (group.state.empty()) {
      emitter.Unknown(group.described, {cluster, name});
      continue;
    }
    EmitStates(StatesOf(group.kind), group.state, [&](std::string_view state, double value) {
      emitter.Sample({cluster, name, state}, value);
    });
  }
}

constexpr std::string_view kCommits = "OffsetFetch of the coordinator";
constexpr std::string_view kLagSource = "OffsetFetch of the coordinator, ListOffsets of the leader";
constexpr std::string_view kDescribed = "DescribeGroups of the coordinator";

constexpr std::array kRows{
    Metric{.info = {.name = "kafka_consumergroup_info",
                    .help = "Kind of a group (classic, consumer, share, streams, unknown) and the "
                            "protocol it speaks (consumer, connect, ...; empty: it only commits); "
                            "always 1",
                    .labels = kGroupInfo,
                    .source = "ListGroups of the coordinator"},
           .emit = Each<EmitInfo>},
    Metric{.info = {.name = "kafka_consumergroup_state",
                    .help = "1 for the state a group is in, 0 for the others of its kind, in "
                            "Kafka's own words",
                    .labels = kGroupState,
                    .source = kDescribed},
           .emit = Each<EmitState>},
    Metric{.info = {.name = "kafka_consumergroup_members",
                    .help = "Members of a group; no series where they cannot be read",
                    .labels = kGroup,
                    .source = kDescribed},
           .emit = Each<EmitMembers>},
    Metric{
        .info = {.name = "kafka_consumergroup_current_offset",
                 .help = "Offset that a group committed: the next record it will read; no series "
                         "for a partition it never committed",
                 .labels = kGroupPartition,
                 .source = kCommits},
        .emit = Each<EachCommittedTopic<EmitCommitted>>},
    Metric{.info = {.name = "kafka_consumergroup_current_offset_sum",
                    .help = "Sum of the offsets that a group committed in a topic",
                    .labels = kGroupTopic,
                    .source = kCommits},
           .emit = Each<EachCommittedTopic<EmitCommittedSum>>},
    Metric{.info = {.name = "kafka_consumergroup_lag",
                    .help = "Records between what a group committed and the end of the partition; "
                            "no series where it is not known",
                    .labels = kGroupPartition,
                    .source = kLagSource},
           .emit = Each<EachCommittedTopic<EmitLag>>},
    Metric{
        .info = {.name = "kafka_consumergroup_lag_sum",
                 .help = "Sum of a group's lag over the partitions of a topic that it committed; "
                         "no series while the lag of one of them is not known, "
                         "see kafka_consumergroup_lag_unknown",
                 .labels = kGroupTopic,
                 .source = kLagSource},
        .emit = Each<EachCommittedTopic<EmitLagSum>>},
    Metric{.info = {.name = "kafka_consumergroup_lag_unknown",
                    .help = "Partitions that a group committed and whose lag is not known, by "
                            "reason: no_end_offset (the end was not read lately), no_topic (it is "
                            "gone), beyond_end (committed beyond the end: topic recreated or data "
                            "lost); no series where there are none",
                    .labels = kLagUnknown,
                    .source = kCommits},
           .emit = Each<EachCommittedTopic<EmitLagUnknown>>},
};

}  // namespace

Table KafkaGroupRows() {
  return kRows;
}

}  // namespace klaxon::metrics
