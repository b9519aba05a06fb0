#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "agent/recovery/recovery.h"
#include "tests/analysis/connect/estate.h"

/// Whose business it is that partitions have no leader.
namespace klaxon::recovery {
namespace {

using Catch::Matchers::ContainsSubstring;
using klaxon::testing::ConnectEstate;

/// A connector whose task has failed, on a Kafka cluster with topics of all kinds.
class Scene {
 public:
  explicit Scene(const std::string& type) {
    estate.tells_workers = true;
    estate.topics = {{"__consumer_offsets", 0}, {"connect-status", 0},
                     {"etl.Offsets", 0},        {"orders", 0},
                     {"orders-dead", 0},        {"unused", 0}};
    ConnectorFacts& connector = estate.Connector("one", type, 1);
    connector.tasks[0].state = "FAILED";
    connector.config.hash = 7;
    if (type == "sink") {
      connector.config.consumer_group = "connect-one";
    }
  }

  ConnectorFacts& connector() { return estate.connectors.at(0); }

  void Active(const std::vector<std::string>& topics, int seconds = 1000) {
    connector().active_topics = topics;
    connector().topics_told = std::make_shared<const Answer>(Answer{
        .source = "test", .taken_at = estate.Now(), .good_for = std::chrono::seconds{seconds}});
  }

  const RecoveryDecision& Decide() {
    for (int i = 0; i < 3; ++i) {
      const View& view = estate.Pass(5);
      facts = recovery_.Step(view, ConnectParts(view).at(0));
    }
    return facts->decisions.at(0);
  }

  ConnectEstate estate{};
  std::shared_ptr<const RecoveryFacts> facts{};

 private:
  Recovery recovery_{Policy{}};
};

struct Row {
  std::string_view what{};
  std::string type{};
  void (*play)(Scene&) = nullptr;
  std::string leaderless{};
  std::string_view shut{};  ///< part of what the gate says; empty: it is open
  bool of_all = false;      ///< the breaker opens, too
};

const std::vector<Row>& Rows() {
  static const auto reads_orders = [](Scene& s) { s.connector().config.topics = {"orders"}; };
  static const auto nothing = [](Scene&) {};
  static const std::vector<Row> rows{
      {"a topic that it reads", "sink", reads_orders, "orders",
       "Kafka cluster main: 1 partition of topic orders has no leader"},
      {"a topic that it does not read", "sink", reads_orders, "unused", ""},
      {"its topic for dead letters", "sink",
       [](Scene& s) {
         s.connector().config.topics = {"orders"};
         s.connector().config.dead_letter_topic = "orders-dead";
       },
       "orders-dead", "of topic orders-dead"},
      {"a topic that its pattern matches", "sink",
       [](Scene& s) { s.connector().config.topics_regex = "ord.*"; }, "orders", "of topic orders"},
      {"a topic of which its pattern matches a piece", "sink",
       [](Scene& s) { s.connector().config.topics_regex = "ord"; }, "orders", ""},
      {"a pattern that only Java reads", "sink",
       [](Scene& s) { s.connector().config.topics_regex = "(?!orders).*"; }, "unused",
       "which topics one uses is not known"},
      {"topics that stand elsewhere", "sink",
       [](Scene& s) { s.connector().config.topics = {"${file:/etc/topics:one}"}; }, "unused",
       "is not known"},
      {"a pattern that stands elsewhere", "sink",
       [](Scene& s) { s.connector().config.topics_regex = "${file:/etc/topics:all}"; }, "unused",
       "is not known"},
      {"a pattern that means something else in Java", "sink",
       [](Scene& s) { s.connector().config.topics_regex = "[a-z&&[^o]].*"; }, "unused",
       "is not known"},
      {"a topic for dead letters that stands elsewhere", "sink",
       [](Scene& s) {
         s.connector().config.topics = {"orders"};
         s.connector().config.dead_letter_topic = "${file:/etc/topics:dead}";
       },
       "unused", "is not known"},
      {"more topics than are kept", "sink",
       [](Scene& s) { s.connector().config.topics.assign(ConnectorConfig::kMostTopics, "orders"); },
       "unused", "is not known"},
      {"the history of a database's tables", "source",
       [](Scene& s) {
         s.Active({"orders"});
         s.connector().config.essentials = {{"schema.history.internal.kafka.topic", "unused"}};
       },
       "unused", "of topic unused"},
      {"a sink whose configuration is not told", "sink", nothing, "unused", "is not known"},
      {"a topic that its group has committed", "sink",
       [](Scene& s) {
         s.connector().config.topics = {"unused"};
         s.estate.groups = {{"connect-one", {.commits = {{0, 1}}}}};
       },
       "orders", "of topic orders"},
      {"a topic that it has read", "sink",
       [](Scene& s) {
         s.connector().config.topics = {"unused"};
         s.Active({"orders"});
       },
       "orders", "of topic orders"},
      {"a topic that a source writes", "source", [](Scene& s) { s.Active({"orders"}); }, "orders",
       "of topic orders"},
      {"one that it does not write", "source", [](Scene& s) { s.Active({"orders"}); }, "unused",
       ""},
      {"a source that has told no topics", "source", nothing, "unused", "is not known"},
      {"a source that told them long ago", "source", [](Scene& s) { s.Active({"orders"}, 1); },
       "unused", "is not known"},
      {"a source without any topic", "source", [](Scene& s) { s.Active({}); }, "unused",
       "is not known"},
      {"a topic of a source's configuration", "source",
       [](Scene& s) {
         s.Active({"orders"});
         s.connector().config.essentials = {{"topic", "unused"}};
       },
       "unused", "of topic unused"},
      {"a topic with a source's prefix", "source",
       [](Scene& s) {
         s.Active({"orders"});
         s.connector().config.essentials = {{"topic.prefix", "unu"}};
       },
       "unused", "of topic unused"},
      {"Kafka's own topic", "sink", reads_orders, "__consumer_offsets",
       "1 partition of topic __consumer_offsets has no leader", true},
      {"what may be Connect's own topic", "sink", reads_orders, "connect-status",
       "of topic connect-status", true},
      {"the same, by another name", "sink", reads_orders, "etl.Offsets", "of topic etl.Offsets",
       true},
  };
  return rows;
}

TEST_CASE("partitions without a leader stop the connectors that use them", "[recovery]") {
  for (const Row& row : Rows()) {
    INFO(row.what);
    Scene scene(row.type);
    scene.estate.leaderless = {row.leaderless};
    row.play(scene);
    const RecoveryDecision& decision = scene.Decide();
    const auto gate = std::ranges::find(decision.gates, "dependencies", &RecoveryGate::name);
    REQUIRE(gate != decision.gates.end());
    CHECK(gate->open == row.shut.empty());
    CHECK_THAT(gate->value, ContainsSubstring(std::string(row.shut)));
    CHECK(decision.action ==
          (row.shut.empty() ? RecoveryAction::kRestart : RecoveryAction::kRefuse));
    CHECK((scene.facts->breaker == BreakerState::kOpen) == row.of_all);
  }
}

TEST_CASE("a connector in trouble is not refused for what another one lacks", "[recovery]") {
  Scene scene("sink");
  scene.connector().config.topics = {"orders"};
  ConnectorFacts& other = scene.estate.Connector("other", "sink", 1);
  other.tasks[0].state = "FAILED";
  other.config.hash = 7;
  other.config.topics = {"unused"};
  scene.estate.leaderless = {"orders"};
  CHECK(scene.Decide().action == RecoveryAction::kRefuse);
  CHECK(scene.facts->decisions.at(1).action == RecoveryAction::kRestart);
  scene.estate.leaderless.clear();
  CHECK(scene.Decide().action == RecoveryAction::kRestart);
}

}  // namespace
}  // namespace klaxon::recovery
