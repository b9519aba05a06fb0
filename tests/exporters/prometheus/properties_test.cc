#include <random>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/analysis/advance.h"
#include "agent/metrics/writer.h"
#include "exporters/prometheus/text_writer.h"
#include "tests/exporters/prometheus/page_reader.h"
#include "tests/metrics/estate.h"

namespace klaxon::prometheus_page {
namespace {

/// Facts as a hostile or broken source could make collectors build them: few different names, some
/// of them alike once they are cleaned, ids and partitions that come twice, lists out of order.
class HostileFacts {
 public:
  explicit HostileFacts(unsigned seed) : random_(seed) {}

  std::vector<SectionRef> Sections() {
    std::vector<SectionRef> sections;
    for (uint64_t i = 0; i < 4; ++i) {
      const bool kafka = random_() % 2 == 0;
      FactsRef facts;
      if (random_() % 8 != 0) {
        facts = kafka ? Kafka() : Connect();
      }
      sections.push_back(std::make_shared<const Section>(
          Section{.cluster = Name(), .collector = "zookeeper", .facts = Zookeeper()}));
      sections.push_back(std::make_shared<const Section>(Section{
          .cluster = Name(),
          .collector = kafka ? "kafka" : "connect",
          .instance = kafka ? "" : Name(),
          .status = {.problems = {{.scope = Name(), .error = Error(Reason::kTimeout, "x")}}},
          .facts = std::move(facts)}));
    }
    return sections;
  }

 private:
  std::string Name() {
    static const std::vector<std::string> names{"a",    "b",    "a\"",     "\\", "\n", "",
                                                "\xFF", "\xFE", "a,b=\"c", "}",  " ",  "a\xC3"};
    return names[random_() % names.size()];
  }

  EntityRef Entity() { return std::make_shared<const klaxon::Entity>(klaxon::Entity{0, Name()}); }

  int32_t Small() { return static_cast<int32_t>(random_() % 4) - 1; }

  AnswerRef MakeAnswer() {
    if (random_() % 5 == 0) {
      return nullptr;
    }
    const Instant now = testing::EstateNow();
    answers_.push_back(std::make_shared<const Answer>(Answer{
        .source = Name(),
        .taken_at = {.wall = now.wall, .mono = now.mono - std::chrono::seconds{random_() % 4 * 10}},
        .good_for = std::chrono::seconds{25}}));
    return answers_.back();
  }

  TopicFacts Topic() {
    TopicFacts topic{.entity = Entity()};
    for (uint64_t i = random_() % 4; i > 0; --i) {
      topic.partitions.push_back({.partition = Small(),
                                  .leader = Small(),
                                  .earliest = {.offset = Small(), .answer = MakeAnswer()},
                                  .latest = {.offset = Small(), .answer = MakeAnswer()}});
    }
    return topic;
  }

  GroupFacts Group() {
    GroupFacts group{.entity = Entity(),
                     .kind = static_cast<GroupKind>(random_() % 5),
                     .listed = MakeAnswer(),
                     .state = Name(),
                     .described = MakeAnswer(),
                     .committed = MakeAnswer()};
    for (uint64_t i = random_() % 3; i > 0; --i) {
      group.topics.push_back({.topic = Entity(), .topic_index = Small(), .commits = {}});
      for (uint64_t j = random_() % 3; j > 0; --j) {
        group.topics.back().commits.push_back({.partition = Small(), .offset = Small()});
      }
    }
    return group;
  }

  FactsRef Kafka() {
    auto facts = std::make_shared<KafkaFacts>();
    facts->metadata = MakeAnswer();
    facts->leadership = MakeAnswer();
    facts->controller_answer = MakeAnswer();
    for (uint64_t i = random_() % 6; i > 0; --i) {
      facts->brokers.push_back({.id = Small(), .host = Name()});
      facts->topics.push_back(Topic());
      facts->groups.push_back(Group());
    }
    facts->answers = std::exchange(answers_, {});
    return facts;
  }

  FactsRef Connect() {
    auto facts = std::make_shared<ConnectFacts>();
    facts->root = MakeAnswer();
    facts->listed = MakeAnswer();
    for (uint64_t i = random_() % 6; i > 0; --i) {
      facts->connectors.push_back(
          {.entity = Entity(), .state = Name(), .tasks = {{.id = Small(), .state = Name()}}});
    }
    facts->answers = std::exchange(answers_, {});
    return facts;
  }

  FactsRef Zookeeper() {
    auto facts = std::make_shared<ZookeeperFacts>();
    for (uint64_t i = random_() % 4; i > 0; --i) {
      ZookeeperServerFacts server{.entity = Entity()};
      server.state = static_cast<ZookeeperState>(random_() % 4);
      server.polled = MakeAnswer();
      server.told = MakeAnswer();
      server.stats = {.mode = Name(), .version = Name(), .zxid = random_(), .znodes = Small()};
      server.monitored = MakeAnswer();
      server.monitor = {.uptime = 1e300, .voters = Small(), .synced_followers = Small()};
      facts->servers.push_back(std::move(server));
    }
    facts->answers = std::exchange(answers_, {});
    return facts;
  }

  std::mt19937_64 random_;
  std::vector<AnswerRef> answers_{};
};

TEST_CASE("no facts whatever make a page that Prometheus refuses", "[page]") {
  const unsigned first = std::random_device{}();
  size_t duplicates = 0;
  for (unsigned seed = first; seed != first + 300; ++seed) {
    INFO("seed " << seed);
    const View view =
        analysis::Advance(View{}, HostileFacts(seed).Sections(), testing::EstateNow());
    std::string text;
    TextWriter writer({.cluster_label = seed % 2 == 0 ? "cluster" : ""},
                      [&](std::string_view chunk) { text += chunk; });
    for (const metrics::Table& table :
         {metrics::KafkaTable(), metrics::ConnectTable(), metrics::RestProxyTable(),
          metrics::ZookeeperTable(), metrics::AgentTable()}) {
      metrics::Emit(table, view, writer);
    }
    writer.Finish();
    const testing::ReadPage page = testing::ReadText(text);
    CAPTURE(page.mistakes);
    CHECK(page.mistakes.empty());
    CHECK(page.samples.size() == writer.samples());
    duplicates += writer.duplicates();
  }
  CHECK(duplicates > 0);  // or the facts were not hostile enough
}

}  // namespace
}  // namespace klaxon::prometheus_page
