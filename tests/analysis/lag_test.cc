#include "agent/analysis/lag.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "tests/support/instants.h"

namespace klaxon::analysis {
namespace {

using testing::AnswerAt;
using testing::At;

using std::chrono::seconds;

/// One group on one topic of one partition.
struct LagCase {
  std::string sentence{};
  int64_t committed = 0;
  int committed_at = 100;
  int64_t end = 0;
  int end_at = 100;  ///< -1: never read
  bool topic_there = true;
  int32_t partition = 0;
  LagState state = LagState::kKnown;
  int64_t lag = 0;
};

PartitionLag LagIn(const LagCase& c) {
  EntityTable names;
  KafkaFacts facts;
  const EntityRef topic = names.Intern("orders");
  facts.topics.push_back({.entity = topic, .partitions = {PartitionFacts{.partition = 0}}});
  facts.topics[0].partitions[0].latest = {.offset = c.end,
                                          .answer = c.end_at < 0 ? nullptr : AnswerAt(c.end_at)};
  GroupFacts group{.entity = names.Intern("billing"), .committed = AnswerAt(c.committed_at)};
  group.topics.push_back({.topic = topic,
                          .topic_index = c.topic_there ? 0 : -1,
                          .commits = {{.partition = c.partition, .offset = c.committed}}});
  const GroupLag lag = LagOf(group, facts, At(110));
  CHECK(lag.known + lag.unknown == 1);
  CHECK(lag.sum == lag.topics.at(0).at(0).lag);
  CHECK(lag.worst == lag.sum);
  return lag.topics.at(0).at(0);
}

TEST_CASE("lag of a partition", "[lag]") {
  const std::vector<LagCase> cases{
      {.sentence = "is the distance from the commit to the end",
       .committed = 40,
       .end = 100,
       .lag = 60},
      {.sentence = "is zero at the end", .committed = 100, .end = 100, .lag = 0},
      {.sentence = "is unknown while the end was never read",
       .committed = 40,
       .end_at = -1,
       .state = LagState::kNoEndOffset},
      {.sentence = "is unknown when the end is too old",
       .committed = 40,
       .end = 100,
       .end_at = 70,
       .state = LagState::kNoEndOffset},
      {.sentence = "is unknown when the commit is too old",
       .committed = 40,
       .committed_at = 70,
       .end = 100,
       .state = LagState::kNoCommit},
      {.sentence = "is unknown for a topic that is gone",
       .committed = 40,
       .end = 100,
       .topic_there = false,
       .state = LagState::kNoTopic},
      {.sentence = "is unknown for a partition that is gone",
       .committed = 40,
       .end = 100,
       .partition = 7,
       .state = LagState::kNoTopic},
      {.sentence = "is not negative but beyond the end when the end is as new as the commit",
       .committed = 110,
       .end = 100,
       .state = LagState::kBeyondEnd},
      {.sentence = "is unknown, not beyond the end, when the end is older than the commit",
       .committed = 110,
       .committed_at = 105,
       .end = 100,
       .end_at = 95,
       .state = LagState::kNoEndOffset},
  };
  for (const LagCase& c : cases) {
    DYNAMIC_SECTION(c.sentence) {
      const PartitionLag lag = LagIn(c);
      CHECK(Name(lag.state) == Name(c.state));
      CHECK(lag.lag == c.lag);
    }
  }
}

}  // namespace
}  // namespace klaxon::analysis
