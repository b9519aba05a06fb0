#include "agent/analysis/advance.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "tests/support/instants.h"

namespace klaxon::analysis {
namespace {

using testing::AnswerAt;
using testing::At;

using std::chrono::seconds;

/// Builds what a cluster said at a moment; names are interned over the whole test.
class Cluster {
 public:
  SectionRef Said(int second, const std::vector<int32_t>& brokers,
                  const std::vector<std::string>& topics, const std::vector<std::string>& groups) {
    auto facts = std::make_shared<KafkaFacts>();
    facts->metadata = AnswerAt(second);
    facts->group_lists = {facts->metadata};
    facts->answers = {facts->metadata};
    for (const int32_t id : brokers) {
      facts->brokers.push_back({.id = id});
    }
    for (const std::string& topic : topics) {
      facts->topics.push_back({.entity = names_.Intern(topic)});
    }
    for (const std::string& group : groups) {
      facts->groups.push_back({.entity = names_.Intern(group)});
    }
    return std::make_shared<const Section>(
        Section{.cluster = "main", .collector = "kafka", .facts = std::move(facts)});
  }

 private:
  EntityTable names_;
};

std::vector<std::string> Words(const View& view) {
  std::vector<std::string> words;
  for (const Event& event : *view.events) {
    words.push_back(std::string(Name(event.kind)) + " " + event.subject);
  }
  return words;
}

TEST_CASE("nothing is an event the first time that a cluster is seen", "[analysis]") {
  Cluster cluster;
  const View view = Advance(View{}, {cluster.Said(10, {1, 2}, {"orders"}, {"billing"})}, At(10));
  CHECK(view.version == 1);
  CHECK(view.parts.size() == 1);
  CHECK(view.events->empty());
}

TEST_CASE("what comes and goes between two polls is an event", "[analysis]") {
  Cluster cluster;
  const View first = Advance(View{}, {cluster.Said(10, {1, 2}, {"a", "c"}, {"g1", "g2"})}, At(10));
  const View second = Advance(first, {cluster.Said(20, {1, 3}, {"a", "b"}, {"g2", "g3"})}, At(20));
  CHECK(Words(second) == std::vector<std::string>{"broker_gone 2", "broker_back 3",
                                                  "topic_created b", "topic_deleted c",
                                                  "group_deleted g1", "group_created g3"});
  CHECK(second.events->front().sequence == 1);
  CHECK(second.events->back().sequence == 6);
  CHECK(second.events->back().at == At(20));
}

TEST_CASE("the same section again makes no event and keeps what was derived", "[analysis]") {
  Cluster cluster;
  const SectionRef section = cluster.Said(10, {1}, {"a"}, {"g"});
  const View first = Advance(View{}, {section}, At(10));
  const View second = Advance(first, {section}, At(11));
  CHECK(second.events->empty());
  CHECK(second.parts.at(0).derived == first.parts.at(0).derived);
}

TEST_CASE("what was derived is made again when an answer under it expires", "[analysis]") {
  Cluster cluster;
  const SectionRef section = cluster.Said(10, {1}, {"a"}, {"g"});
  const View first = Advance(View{}, {section}, At(10));
  CHECK(NextExpiry(first) == MonoTime{seconds{40}} + Duration{1});
  const View second = Advance(first, {section}, At(41));
  CHECK(second.parts.at(0).derived != first.parts.at(0).derived);
  CHECK(NextExpiry(second) == MonoTime::max());
}

TEST_CASE("the ring keeps the newest events", "[analysis]") {
  Cluster cluster;
  View view = Advance(View{}, {cluster.Said(0, {1}, {}, {})}, At(0));
  const int polls = static_cast<int>(kEventsKept) + 50;
  for (int i = 1; i <= polls; ++i) {
    const std::vector<int32_t> brokers =
        i % 2 == 0 ? std::vector<int32_t>{1} : std::vector<int32_t>{};
    view = Advance(view, {cluster.Said(i, brokers, {}, {})}, At(i));
  }
  CHECK(view.events->size() == kEventsKept);
  CHECK(view.events->back().sequence == static_cast<uint64_t>(polls));
}

TEST_CASE("a flood of one kind of event pushes out no other", "[analysis]") {
  Cluster cluster;
  View view = Advance(View{}, {cluster.Said(0, {1}, {}, {})}, At(0));
  view = Advance(view, {cluster.Said(1, {1}, {"orders"}, {})}, At(1));
  REQUIRE(view.events->size() == 1);
  const int polls = 2 * static_cast<int>(kEventsKept);
  for (int i = 2; i <= polls; ++i) {
    const std::vector<int32_t> brokers =
        i % 2 == 0 ? std::vector<int32_t>{} : std::vector<int32_t>{1};
    view = Advance(view, {cluster.Said(i, brokers, {"orders"}, {})}, At(i));
  }
  CHECK(view.events->size() == kEventsKept);
  CHECK(view.events->front().kind == EventKind::kTopicCreated);
}

TEST_CASE("a source that has published nothing yet is no part of the view", "[analysis]") {
  CHECK(Advance(View{}, {nullptr}, At(1)).parts.empty());
}

}  // namespace
}  // namespace klaxon::analysis
