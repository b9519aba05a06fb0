#include <catch2/catch_test_macros.hpp>

#include "collectors/connect_status/config_collector.h"
#include "collectors/connect_status/states.h"
#include "collectors/connect_status/status_collector.h"
#include "tests/support/mock_brokers.h"

namespace klaxon::connect_status_collector {
namespace {

using std::chrono::seconds;
using testing::MockBrokers;

std::string Told(const std::string& state, const std::string& worker) {
  return R"({"state":")" + state + R"(","trace":null,"worker_id":")" + worker +
         R"(","generation":1})";
}

TEST_CASE("the records of a status topic become states", "[connect_status]") {
  States states;
  CHECK(states.Apply("status-connector-a-b", Told("RUNNING", "w:1")));
  CHECK(states.Apply("status-task-a-b-0", Told("RUNNING", "w:1")));
  CHECK(
      states.Apply("status-task-a-b-10",
                   R"({"state":"FAILED","worker_id":"w:1",)"
                   R"("trace":"java.lang.Exception: x\nCaused by: java.io.IOException: full\n"})"));
  const auto table = states.Table();
  CHECK(states.Table() == table);  // the same while nothing changes
  const ConnectStatusRow& row = table->at("a-b");
  CHECK(row.own->state == "RUNNING");
  CHECK(row.tasks.at(0).worker == "w:1");
  CHECK(row.tasks.at(10).root_cause == "java.io.IOException: full");
  CHECK(states.Apply("status-task-a-b-10", std::nullopt));
  CHECK(states.Apply("status-connector-a-b", Told("DESTROYED", "w:1")));
  CHECK(states.Apply("status-task-a-b-0", std::nullopt));
  CHECK(states.Table()->empty());
  CHECK(table->size() == 1);  // what was published stays
}

TEST_CASE("what is no status is left out", "[connect_status]") {
  struct Case {
    std::string key;
    std::string value;
  };

  const std::string good = Told("RUNNING", "w:1");
  for (const Case& each :
       {Case{"status-topic-t:connector-c", good}, Case{"status-task-a", good},
        Case{"status-task--1", good}, Case{"status-task-a-x", good},
        Case{"status-task-a-99999999999", good}, Case{"status-connector-", good}, Case{"", good},
        Case{"status-connector-a", "{"}, Case{"status-connector-a", "[]"},
        Case{"status-connector-a", "{}"}, Case{"status-connector-a", R"({"state":7})"},
        Case{"status-connector-a", std::string(size_t{5} << 20U, ' ')},
        Case{std::string(20'000, 'x'), good}}) {
    States states;
    CHECK_FALSE(states.Apply(each.key, each.value));
    CHECK(states.Table()->empty());
  }
}

/// A collector whose facts hold `Table` at `kTable`.
template <class Collector, class Facts, auto kTable>
class TailBench {
 public:
  using Table = std::remove_cvref_t<decltype(*(std::declval<Facts>().*kTable))>;

  explicit TailBench(const std::string& topic) : topic_(topic) {}

  MockBrokers& brokers() { return brokers_; }

  void Make() {
    collector_ = std::make_unique<Collector>(
        Config{.name = "etl", .status = topic_, .config = topic_},
        kafka::RecordReaderOptions{.cluster = "main", .bootstrap = brokers_.bootstrap()});
  }

  Reading Poll() {
    return collector_->Poll({.clock = clock_,
                             .interval = kInterval,
                             .deadline = clock_.Now().mono + kInterval,
                             .stop = {}});
  }

  /// Polls until the table is as wanted; false: not within many seconds.
  bool Await(const std::function<bool(const Table&)>& wanted) {
    const MonoTime limit = clock_.Now().mono + seconds{30};
    while (clock_.Now().mono < limit) {
      const Reading reading = Poll();
      const auto* facts = dynamic_cast<const Facts*>(reading.facts.get());
      if (facts != nullptr && wanted(*(facts->*kTable))) {
        return true;
      }
    }
    return false;
  }

 private:
  const std::string topic_;
  SystemClock clock_;
  MockBrokers brokers_;
  std::unique_ptr<Collector> collector_{};
};

using Bench = TailBench<ConnectStatusCollector, ConnectStatusFacts, &ConnectStatusFacts::table>;
using ConfigBench =
    TailBench<ConnectConfigCollector, ConnectConfigFacts, &ConnectConfigFacts::configs>;

TEST_CASE("a topic is read from its beginning and followed", "[connect_status]") {
  Bench bench("status");
  bench.brokers().CreateTopic("status", 3);
  bench.brokers().Write("status", 1,
                        {.key = "status-connector-c", .value = Told("RUNNING", "w:1")});
  bench.brokers().Write("status", 2, {.key = "status-task-c-0", .value = Told("RUNNING", "w:1")});
  bench.Make();
  CHECK(bench.Await([](const ConnectStatusTable& table) {
    const auto row = table.find("c");
    return row != table.end() && row->second.own && row->second.tasks.contains(0);
  }));
  bench.brokers().Write("status", 2, {.key = "status-task-c-0", .value = Told("FAILED", "w:1")});
  CHECK(bench.Await(
      [](const ConnectStatusTable& table) { return table.at("c").tasks.at(0).state == "FAILED"; }));
}

TEST_CASE("a topic that is not there is told, and read when it is", "[connect_status]") {
  Bench bench("status");
  bench.brokers().CreateTopic("other", 1);
  bench.brokers().RefuseTopic("status", 29);  // TOPIC_AUTHORIZATION_FAILED
  bench.Make();
  const Reading reading = bench.Poll();
  CHECK_FALSE(reading.answered);
  CHECK(reading.facts == nullptr);
  REQUIRE(reading.problems.size() == 1);
  CHECK(reading.problems[0].scope == "topic status");
  CHECK(reading.problems[0].error.message().find("allow Describe and Read") != std::string::npos);
  bench.brokers().RefuseTopic("status", 0);
  CHECK(bench.Await([](const ConnectStatusTable&) { return true; }));
}

TEST_CASE("a config topic tells what is changed while it is followed", "[connect_status]") {
  ConfigBench bench("config");
  bench.brokers().CreateTopic("config", 1);
  const auto write = [&](const std::string& key, const std::optional<std::string>& value) {
    bench.brokers().Write("config", 0, {.key = key, .value = value});
  };
  write("connector-c", R"({"properties":{"tasks.max":"2"}})");
  write("session-key", R"({"key":"secret"})");
  bench.Make();
  CHECK(bench.Await([](const ConnectConfigs& configs) {
    return configs.changes.empty() && configs.connectors.contains("c") &&
           configs.connectors.at("c").configured;
  }));
  write("connector-c", R"({"properties":{"tasks.max":"4"}})");
  CHECK(bench.Await([](const ConnectConfigs& configs) {
    return configs.changes.size() == 1 && configs.changes[0].seen &&
           configs.changes[0].detail == "tasks.max: 2 \u2192 4";
  }));
  write("connector-c", std::nullopt);
  CHECK(bench.Await([](const ConnectConfigs& configs) {
    return configs.connectors.empty() && configs.changes.size() == 2 &&
           configs.changes[1].kind == ConnectChangeKind::kDeleted;
  }));
}

}  // namespace
}  // namespace klaxon::connect_status_collector
