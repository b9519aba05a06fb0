#include "tests/bench/metrics/large_view.h"

#include <utility>

#include <fmt/format.h>

#include "agent/analysis/advance.h"

namespace klaxon::bench {
namespace {

AnswerRef MakeAnswer(KafkaFacts& facts, const Instant& now, std::string source) {
  facts.answers.push_back(std::make_shared<const Answer>(
      Answer{.source = std::move(source), .taken_at = now, .good_for = std::chrono::hours{1}}));
  return facts.answers.back();
}

TopicFacts MakeTopic(EntityRef entity, const Size& size, const AnswerRef& offsets, size_t number) {
  TopicFacts topic{.entity = std::move(entity)};
  for (size_t p = 0; p < size.partitions; ++p) {
    const auto leader = static_cast<int32_t>((number + p) % 3) + 1;
    const auto end = static_cast<int64_t>(1'000'000 + number * 7919 + p * 104'729);
    topic.partitions.push_back({.partition = static_cast<int32_t>(p),
                                .leader = leader,
                                .replicas = {leader, leader % 3 + 1},
                                .in_sync = {leader, leader % 3 + 1},
                                .earliest = {.offset = end / 2, .answer = offsets},
                                .latest = {.offset = end, .answer = offsets}});
  }
  return topic;
}

GroupFacts MakeGroup(const KafkaFacts& facts, const Size& size, EntityRef entity, size_t number) {
  GroupFacts group{.entity = std::move(entity),
                   .protocol_type = "consumer",
                   .coordinator = 1,
                   .listed = facts.metadata,
                   .state = "Stable",
                   .members = std::vector<MemberFacts>(3),
                   .described = facts.metadata,
                   .committed = facts.metadata};
  for (size_t t = 0; t < size.topics_of_group; ++t) {
    const size_t index = (number * size.topics_of_group + t) % facts.topics.size();
    const TopicFacts& topic = facts.topics[index];
    GroupTopicFacts read{.topic = topic.entity, .topic_index = static_cast<int32_t>(index)};
    for (const PartitionFacts& partition : topic.partitions) {
      read.commits.push_back(
          {.partition = partition.partition,
           .offset = partition.latest.offset - static_cast<int64_t>(number * 31 % 5000)});
    }
    group.topics.push_back(std::move(read));
  }
  return group;
}

View MakeView(std::shared_ptr<const KafkaFacts> facts, const Instant& now) {
  const PollStatus status{.interval = std::chrono::seconds{10}, .polls = 1, .finished_at = now};
  return analysis::Advance(View{},
                           {std::make_shared<const Section>(Section{.cluster = "production",
                                                                    .collector = "kafka",
                                                                    .status = status,
                                                                    .facts = std::move(facts)})},
                           now);
}

}  // namespace

View LargeView(const Size& size, const Instant& now) {
  auto facts = std::make_shared<KafkaFacts>();
  EntityTable topics;
  EntityTable groups;
  facts->cluster_id = "MkU3OEVBNTcwNTJENDM2Qk";
  facts->metadata = MakeAnswer(*facts, now, "Metadata");
  facts->leadership = facts->metadata;
  facts->controller_answer = facts->metadata;
  facts->controller = 1;
  const AnswerRef offsets = MakeAnswer(*facts, now, "ListOffsets of broker 1");
  for (int32_t id = 1; id <= 3; ++id) {
    facts->brokers.push_back({.id = id, .host = fmt::format("kafka-{}.example", id), .port = 9092});
  }
  for (size_t i = 0; i < size.topics; ++i) {
    facts->topics.push_back(
        MakeTopic(topics.Intern(fmt::format("payments.orders.v1-{:05}", i)), size, offsets, i));
  }
  for (size_t i = 0; i < size.groups; ++i) {
    facts->groups.push_back(
        MakeGroup(*facts, size, groups.Intern(fmt::format("billing-service-{:05}", i)), i));
  }
  return MakeView(std::move(facts), now);
}

View AfterPoll(const View& view, int64_t records, size_t stalled) {
  auto facts = std::make_shared<KafkaFacts>(KafkaParts(view).front().facts);
  for (TopicFacts& topic : facts->topics) {
    for (PartitionFacts& partition : topic.partitions)
      partition.latest.offset += records;
  }
  for (size_t i = 0; i + stalled < facts->groups.size(); ++i) {
    for (GroupTopicFacts& read : facts->groups[i].topics) {
      for (CommitFacts& commit : read.commits)
        commit.offset += records;
    }
  }
  return MakeView(std::move(facts), view.now);
}

}  // namespace klaxon::bench
