// Several workers, old workers, stuck workers, and what is asked rarely.

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "collectors/connect/collector.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_http_client.h"

namespace klaxon::connect_collector {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* kExpanded = "/connectors?expand=status&expand=info";

std::string Status(const std::string& state, const std::string& type = "source") {
  return R"({"connector": {"state": ")" + state + R"("}, "tasks": [{"id": 0, "state": ")" + state +
         R"("}], "type": ")" + type + R"("})";
}

class Bench {
 public:
  explicit Bench(Config config) : config_(std::move(config)) {
    collector_ = std::make_unique<ConnectCollector>(config_, http);
  }

  void Live(const std::string& worker, const std::string& version = "4.3.1",
            const std::string& cluster = "k1") {
    http.Set(worker + "/",
             R"({"version": ")" + version + R"(", "kafka_cluster_id": ")" + cluster + R"("})");
  }

  /// A connector "in" in that state.
  void List(const std::string& worker, const std::string& state) {
    http.Set(worker + kExpanded, R"({"in": {"status": )" + Status(state) + "}}");
    http.Set(worker + "/connectors", R"(["in"])");
  }

  Reading Poll(Duration later = seconds{5}) {
    clock.Advance(later);
    Reading reading = collector_->Poll({.clock = clock,
                                        .interval = seconds{5},
                                        .deadline = clock.Now().mono + seconds{5},
                                        .stop = {}});
    facts = std::dynamic_pointer_cast<const ConnectFacts>(reading.facts);
    return reading;
  }

  bool Asked(const std::string& url) {
    const std::vector<std::string> asked = http.TakeAsked();
    return std::find(asked.begin(), asked.end(), url) != asked.end();
  }

  testing::FakeClock clock;
  testing::FakeHttpClient http;
  std::shared_ptr<const ConnectFacts> facts;

 private:
  Config config_;
  std::unique_ptr<ConnectCollector> collector_;
};

TEST_CASE("workers that tell different states are told apart when they are compared", "[connect]") {
  Bench bench({.name = "etl",
               .source = {.urls = {"http://w1", "http://w2", "http://w3"}},
               .compare = true});
  for (const char* worker : {"http://w1", "http://w2"}) {
    bench.Live(worker);
    bench.List(worker, "RUNNING");
  }
  bench.Poll();
  REQUIRE(bench.facts->compared != nullptr);
  CHECK(bench.facts->disagreements.empty());
  bench.List("http://w2", "FAILED");
  bench.Poll();
  REQUIRE(bench.facts->disagreements.size() == 2);
  const ConnectDisagreement& task = bench.facts->disagreements[1];
  CHECK(task.connector == bench.facts->connectors[0].entity);
  CHECK(task.task == 0);
  CHECK(task.states == std::vector<std::string>{"RUNNING", "FAILED", ""});
  bench.http.Fail("http://w2/", {Reason::kTimeout, "http://w2: no answer"});
  bench.Poll();
  CHECK(bench.facts->compared == nullptr);
  CHECK(bench.facts->disagreements.empty());
}

TEST_CASE("workers of two different clusters are named, and neither is believed", "[connect]") {
  Bench bench({.name = "etl", .source = {.urls = {"http://w1", "http://w2"}}});
  bench.Live("http://w1", "4.3.1", "A");
  bench.Live("http://w2", "4.3.1", "B");
  bench.List("http://w1", "RUNNING");
  bench.List("http://w2", "FAILED");
  const Reading never = bench.Poll();
  CHECK(bench.facts->connectors.empty());
  CHECK(bench.facts->listed == nullptr);
  REQUIRE(never.problems.size() == 1);
  CHECK(never.problems[0].error.message() ==
        "two different clusters: http://w1 belongs to Kafka cluster A, http://w2 to B; give the "
        "workers of one Connect cluster");
  bench.Live("http://w2", "4.3.1", "A");
  for (int poll = 1; poll < ClusterIdentity::kPollsToBelieve; ++poll) {
    CHECK(bench.Poll().problems.size() == 1);
    CHECK(bench.facts->listed == nullptr);
  }
  CHECK(bench.Poll().problems.empty());
  CHECK(bench.facts->connectors.size() == 1);
  bench.Live("http://w2", "4.3.1", "B");
  bench.Poll();
  CHECK(bench.facts->connectors.size() == 1);
  CHECK(bench.facts->kafka_cluster_id == "A");
  REQUIRE(bench.facts->listed->error);
}

TEST_CASE("a stuck herder is told in Connect's own words", "[connect]") {
  Bench bench({.name = "etl", .source = {.urls = {"http://w1"}}});
  bench.Live("http://w1");
  bench.List("http://w1", "RUNNING");
  bench.http.Set("http://w1/health", R"({"status": "healthy", "message": "fine"})");
  bench.Poll();
  CHECK(bench.facts->workers[0].health == ConnectHealth::kHealthy);
  bench.http.Set("http://w1/health",
                 R"({"status": "unhealthy", "message": "The worker is currently x, since y"})",
                 500);
  bench.Poll();
  CHECK(bench.facts->workers[0].health == ConnectHealth::kUnhealthy);
  CHECK(bench.facts->workers[0].health_words == "The worker is currently x, since y");
  CHECK_FALSE(bench.facts->workers[0].health_told->error);
  bench.http.Set("http://w1/health", "<html>", 502, "text/html");
  bench.Poll();
  CHECK(bench.facts->workers[0].health_told->error);
}

TEST_CASE("workers before 3.9 are not asked for their health", "[connect]") {
  Bench bench({.name = "etl", .source = {.urls = {"http://w1"}}});
  bench.Live("http://w1", "3.8.0");
  bench.List("http://w1", "RUNNING");
  bench.Poll();
  CHECK_FALSE(bench.Asked("http://w1/health"));
  CHECK(bench.facts->workers[0].health == ConnectHealth::kUnknown);
  CHECK(bench.facts->workers[0].health_told == nullptr);
}

TEST_CASE("workers older than 2.3 are asked for one connector after the other", "[connect]") {
  Bench bench({.name = "etl", .source = {.urls = {"http://w1"}}});
  bench.Live("http://w1", "2.2.0");
  bench.http.Set(std::string("http://w1") + kExpanded, R"(["in", "new", "to lake"])");
  bench.http.Set("http://w1/connectors", R"(["in", "new", "to lake"])");
  bench.http.Set("http://w1/connectors/in/status", Status("RUNNING"));
  bench.http.Set("http://w1/connectors/to%20lake/status", Status("FAILED", "sink"));
  bench.http.Set("http://w1/connectors/new/status",
                 R"({"error_code": 404, "message": "No status found for connector new"})", 404);
  bench.http.Set("http://w1/connectors/to%20lake/config",
                 R"({"connector.class": "a.S3SinkConnector", "topics": "x"})");
  CHECK(bench.Poll().problems.empty());
  REQUIRE(bench.facts->connectors.size() == 3);
  CHECK(bench.facts->connectors[0].state == "RUNNING");
  CHECK(bench.facts->connectors[1].state.empty());
  CHECK(bench.facts->connectors[2].state == "FAILED");
  CHECK(bench.facts->connectors[2].kind == "S3 sink");
  CHECK(bench.facts->connectors[2].config.consumer_group == "connect-to lake");
  bench.http.Set("http://w1/connectors/to%20lake/config", "{}", 500);
  bench.Poll();
  CHECK(bench.facts->connectors[2].kind == "S3 sink");  // what was known of it stays

  bench.http.Set("http://w1/connectors/in/status", "{}", 500);
  const Reading broken = bench.Poll();
  CHECK(broken.problems.size() == 1);
  CHECK(bench.facts->connectors.size() == 3);
  CHECK(bench.facts->connectors[0].untold);  // more of this in one_by_one_test.cc
  CHECK_FALSE(bench.facts->listed->error);
}

TEST_CASE("topics and plugins are asked rarely, and stay over what a list brings", "[connect]") {
  Bench bench({.name = "etl", .source = {.urls = {"http://w1"}}});
  bench.Live("http://w1");
  bench.List("http://w1", "RUNNING");
  bench.http.Set("http://w1/connectors/in/topics", R"({"in": {"topics": ["b", "a"]}})");
  bench.http.Set("http://w1/connector-plugins", R"([{"class": "a.B", "type": "sink"}])");
  bench.Poll();
  CHECK(bench.facts->connectors[0].active_topics == std::vector<std::string>{"a", "b"});
  CHECK(bench.facts->plugins.size() == 1);
  bench.http.TakeAsked();
  bench.http.Set("http://w1/connectors/in/topics", "{}", 500);
  bench.Poll();
  CHECK_FALSE(bench.Asked("http://w1/connectors/in/topics"));
  CHECK(bench.facts->connectors[0].active_topics.size() == 2);
  bench.Poll(minutes{11});
  CHECK(bench.Asked("http://w1/connectors/in/topics"));
  CHECK(bench.facts->connectors[0].active_topics.size() == 2);
  CHECK(bench.facts->connectors[0].topics_told->error);
}

TEST_CASE("offsets are asked only where it is wanted, of one running source at a time",
          "[connect]") {
  Bench never({.name = "etl", .source = {.urls = {"http://w1"}}});
  never.Live("http://w1");
  never.List("http://w1", "RUNNING");
  never.Poll();
  CHECK_FALSE(never.Asked("http://w1/connectors/in/offsets"));

  Bench bench({.name = "etl", .source = {.urls = {"http://w1"}}, .offsets_interval = seconds{10}});
  bench.Live("http://w1");
  bench.List("http://w1", "RUNNING");
  bench.http.Set("http://w1/connectors/in/offsets",
                 R"({"offsets": [{"partition": {"f": "/in"}, "offset": {"position": 7}}]})");
  const auto told = [&] { return bench.facts->connectors[0].offsets_told != nullptr; };
  for (int poll = 0; poll < 100 && (bench.facts == nullptr || !told()); ++poll) {
    bench.Poll();
  }
  REQUIRE(told());
  CHECK(bench.facts->connectors[0].offsets ==
        std::vector<ConnectOffset>{{.partition = R"({"f":"/in"})", .offset = R"({"position":7})"}});
}

TEST_CASE("a connector whose name no request can reach is said, and asked nothing", "[connect]") {
  Bench bench({.name = "etl", .source = {.urls = {"http://w1"}}});
  bench.Live("http://w1");
  bench.http.Set(std::string("http://w1") + kExpanded,
                 R"({"a/b": {"status": )" + Status("RUNNING") + "}}");
  bench.http.Set("http://w1/connectors", R"(["a/b"])");
  bench.Poll();
  REQUIRE(bench.facts->connectors.size() == 1);
  CHECK_FALSE(bench.facts->connectors[0].addressable);
  CHECK_FALSE(bench.Asked("http://w1/connectors/a%2Fb/topics"));
}

TEST_CASE("failures that have not changed are held once", "[connect]") {
  Bench bench({.name = "etl", .source = {.urls = {"http://w1"}}});
  bench.Live("http://w1");
  const std::string failed = R"({"in": {"status": {"connector": {"state": "RUNNING"}, "tasks": [
      {"id": 0, "state": "FAILED", "trace": "a.B: x"}]}}})";
  bench.http.Set(std::string("http://w1") + kExpanded, failed);
  bench.http.Set("http://w1/connectors", R"(["in"])");
  bench.Poll();
  const ConnectFailureRef first = bench.facts->connectors[0].tasks[0].failure;
  bench.Poll();
  CHECK(bench.facts->connectors[0].tasks[0].failure == first);
}

}  // namespace
}  // namespace klaxon::connect_collector
