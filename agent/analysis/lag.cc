#include "agent/analysis/lag.h"

#include <algorithm>

namespace klaxon::analysis {
namespace {

/// The topics and moments that the lag of one group is made of.
struct Basis {
  const GroupFacts& group;
  const TopicFacts* topic = nullptr;  ///< null: not there
  Instant now{};
};

PartitionLag LagOfPartition(const Basis& basis, const CommitFacts& commit) {
  if (basis.topic == nullptr) {
    return {.lag = 0, .state = LagState::kNoTopic};
  }
  const PartitionFacts* partition = FindPartition(*basis.topic, commit.partition);
  if (partition == nullptr) {
    return {.lag = 0, .state = LagState::kNoTopic};
  }
  const OffsetFact& end = partition->latest;
  if (!IsFresh(end.answer, basis.now)) {
    return {.lag = 0, .state = LagState::kNoEndOffset};
  }
  if (end.offset >= commit.offset) {
    return {.lag = end.offset - commit.offset, .state = LagState::kKnown};
  }
  const bool end_is_newer = end.answer->taken_at.mono >= basis.group.committed->taken_at.mono;
  return {.lag = 0, .state = end_is_newer ? LagState::kBeyondEnd : LagState::kNoEndOffset};
}

void Count(const PartitionLag& partition, GroupLag& lag) {
  if (partition.state != LagState::kKnown) {
    ++lag.unknown;
    return;
  }
  ++lag.known;
  lag.sum += partition.lag;
  lag.worst = std::max(lag.worst, partition.lag);
}

}  // namespace

GroupLag LagOf(const GroupFacts& group, const KafkaFacts& facts, const Instant& now) {
  GroupLag lag;
  lag.topics.reserve(group.topics.size());
  const bool committed_known = IsFresh(group.committed, now);
  for (const GroupTopicFacts& topic : group.topics) {
    const bool there =
        topic.topic_index >= 0 && static_cast<size_t>(topic.topic_index) < facts.topics.size();
    const Basis basis{
        .group = group,
        .topic = there ? &facts.topics[static_cast<size_t>(topic.topic_index)] : nullptr,
        .now = now};
    std::vector<PartitionLag>& partitions = lag.topics.emplace_back();
    partitions.reserve(topic.commits.size());
    for (const CommitFacts& commit : topic.commits) {
      // A commit that is too old to be believed leaves no lag, whatever the end says.
      partitions.push_back(committed_known ? LagOfPartition(basis, commit)
                                           : PartitionLag{.lag = 0, .state = LagState::kNoCommit});
      Count(partitions.back(), lag);
    }
  }
  return lag;
}

}  // namespace klaxon::analysis
