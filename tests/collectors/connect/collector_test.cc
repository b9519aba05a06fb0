#include "collectors/connect/collector.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "tests/support/fake_clock.h"
#include "tests/support/fake_http_client.h"

namespace klaxon::connect_collector {
namespace {

using std::chrono::seconds;

constexpr const char* kExpanded = "/connectors?expand=status&expand=info";

std::string Connector(const std::string& name, const std::string& state) {
  return "\"" + name + R"(": {"status": {"connector": {"state": ")" + state +
         R"(", "worker_id": "w1:8083"}, "tasks": [{"id": 0, "state": ")" + state +
         R"(", "worker_id": "w1:8083", "trace": "a.B: x\nCaused by: c.D: why\n"}], "type": "sink"}})";
}

class Bench {
 public:
  Bench() {
    Config config{.name = "etl", .source = {.urls = {"http://w1:8083", "http://w2:8083"}}};
    collector_ = std::make_unique<ConnectCollector>(config, http);
    Serve("http://w1:8083");
    Serve("http://w2:8083");
  }

  /// A worker with the connector "sink-7" running and "ghost" without a status.
  void Serve(const std::string& worker, const std::string& state = "RUNNING") {
    http.Set(worker + "/", R"({"version": "4.3.1", "kafka_cluster_id": "k1"})");
    http.Set(worker + kExpanded, "{" + Connector("sink-7", state) + "}");
    http.Set(worker + "/connectors", R"(["sink-7", "ghost"])");
  }

  void Silence(const std::string& worker) {
    for (const std::string& resource :
         {std::string("/"), std::string(kExpanded), std::string("/connectors")}) {
      http.Fail(worker + resource, {Reason::kTimeout, worker + ": no answer within 2.5 s"});
    }
  }

  Reading Poll() {
    clock.Advance(seconds{5});
    const PollContext context{.clock = clock,
                              .interval = seconds{5},
                              .deadline = clock.Now().mono + seconds{5},
                              .stop = {}};
    Reading reading = collector_->Poll(context);
    facts = std::dynamic_pointer_cast<const ConnectFacts>(reading.facts);
    return reading;
  }

  testing::FakeClock clock;
  testing::FakeHttpClient http;
  std::shared_ptr<const ConnectFacts> facts;

 private:
  std::unique_ptr<ConnectCollector> collector_;
};

TEST_CASE("a poll tells the worker and every connector, those without a status too", "[connect]") {
  Bench bench;
  const Reading reading = bench.Poll();
  CHECK(reading.answered);
  CHECK(reading.problems.empty());
  REQUIRE(bench.facts != nullptr);
  CHECK(bench.facts->url == "http://w1:8083");
  CHECK(bench.facts->version == "4.3.1");
  CHECK(bench.facts->kafka_cluster_id == "k1");
  CHECK(bench.facts->workers.size() == 2);
  CHECK(bench.facts->workers[0].alive);
  CHECK(bench.facts->connectors[0].intent == ConnectIntent::kUnknown);
  CHECK(bench.facts->connectors[1].intent == ConnectIntent::kRunning);
  CHECK(bench.facts->listed->good_for == seconds{15});
  REQUIRE(bench.facts->connectors.size() == 2);
  CHECK(bench.facts->connectors[0].entity->name == "ghost");
  CHECK(bench.facts->connectors[0].state.empty());
  CHECK(bench.facts->connectors[1].entity->name == "sink-7");
  CHECK(bench.facts->connectors[1].state == "RUNNING");
  CHECK(bench.facts->connectors[1].type == "sink");
  REQUIRE(bench.facts->connectors[1].tasks.size() == 1);
  CHECK(bench.facts->connectors[1].tasks[0].root_cause == "c.D: why");
  // Both are asked whether they live, and for their health; one lists, is asked once more whose
  // list that was, and tells plugins and topics.
  CHECK(bench.http.TakeAsked().size() == 9);
}

TEST_CASE("when the worker is silent the next one is asked, and stays the first", "[connect]") {
  Bench bench;
  bench.Poll();
  const EntityRef sink = bench.facts->connectors[1].entity;
  bench.Silence("http://w1:8083");
  bench.Serve("http://w2:8083", "FAILED");
  const Reading reading = bench.Poll();
  CHECK(reading.answered);
  REQUIRE(reading.problems.size() == 1);
  CHECK(reading.problems[0].scope == "http://w1:8083");
  CHECK(bench.facts->url == "http://w2:8083");
  CHECK(bench.facts->connectors[1].state == "FAILED");
  CHECK(bench.facts->connectors[1].entity == sink);
  CHECK_FALSE(bench.facts->listed->error);
  bench.http.TakeAsked();
  CHECK(bench.Poll().problems.size() == 1);
  const auto asked = bench.http.TakeAsked();
  CHECK(std::count(asked.begin(), asked.end(), std::string("http://w2:8083") + kExpanded) == 1);
  CHECK(std::count(asked.begin(), asked.end(), std::string("http://w1:8083") + kExpanded) == 0);
  CHECK_FALSE(bench.facts->workers[0].alive);
  CHECK(bench.facts->workers[1].alive);
}

TEST_CASE("while nobody answers everything stays, with its age and the reason", "[connect]") {
  Bench bench;
  bench.Silence("http://w1:8083");
  bench.Silence("http://w2:8083");
  const Reading never = bench.Poll();
  CHECK_FALSE(never.answered);
  REQUIRE(bench.facts->workers.size() == 2);
  CHECK_FALSE(bench.facts->workers[1].alive);
  CHECK(bench.facts->listed == nullptr);
  CHECK(never.problems.size() == 2);

  bench.Serve("http://w1:8083");
  bench.Poll();
  const Instant good = bench.facts->listed->taken_at;
  bench.Silence("http://w1:8083");
  for (int poll = 0; poll < 4; ++poll) {
    const Reading lost = bench.Poll();
    CHECK_FALSE(lost.answered);
    REQUIRE(bench.facts->connectors.size() == 2);
    CHECK(bench.facts->listed->taken_at == good);
    REQUIRE(bench.facts->listed->error);
    CHECK(bench.facts->listed->error->reason() == Reason::kTimeout);
    CHECK_FALSE(bench.facts->workers[0].alive);
    CHECK(bench.facts->workers[0].why == "http://w1:8083: no answer within 2.5 s");
  }
  CHECK(FreshnessOf(bench.facts->listed, bench.clock.Now()) == Freshness::kStale);
  bench.Serve("http://w2:8083");
  const Reading healed = bench.Poll();
  CHECK(healed.answered);
  CHECK_FALSE(bench.facts->listed->error);
}

TEST_CASE("a list that is only half read deletes nothing", "[connect]") {
  Bench bench;
  bench.Poll();
  for (const char* worker : {"http://w1:8083", "http://w2:8083"}) {
    bench.http.Set(std::string(worker) + kExpanded, "{}");
    bench.http.Set(std::string(worker) + "/connectors", R"({"error_code": 500})", 500);
  }
  const Reading reading = bench.Poll();
  CHECK(reading.answered);
  CHECK(bench.facts->connectors.size() == 2);
  CHECK(bench.facts->listed->error);
  CHECK_FALSE(bench.facts->root->error);
}

TEST_CASE("a connector that was deleted is gone", "[connect]") {
  Bench bench;
  bench.Poll();
  bench.http.Set(std::string("http://w1:8083") + kExpanded, "{}");
  bench.http.Set("http://w1:8083/connectors", "[]");
  bench.Poll();
  CHECK(bench.facts->connectors.empty());
  CHECK_FALSE(bench.facts->listed->error);
}

TEST_CASE("a name of a megabyte is left out and said", "[connect]") {
  Bench bench;
  bench.http.Set("http://w1:8083/connectors", "[\"" + std::string(1 << 20, 'x') + "\"]");
  const Reading reading = bench.Poll();
  CHECK(bench.facts->connectors.size() == 1);
  REQUIRE(reading.problems.size() == 1);
  CHECK(reading.problems[0].error.reason() == Reason::kBadAnswer);
}

TEST_CASE("a connector of the wrong shape hides no other, and keeps what it told", "[connect]") {
  for (
      const char* odd :
      {R"(null)", R"("text")", R"({"status": null})", R"({"status": {}})",
       R"({"status": {"connector": {"state": 5}}})",
       R"({"status": {"connector": {"state": "RUNNING"}, "tasks": null}})",
       R"({"status": {"connector": {"state": "RUNNING"}, "tasks": [null]}})",
       R"({"status": {"connector": {"state": "RUNNING"}, "tasks": [{"id": -1}]}})",
       R"({"info": {"config": [1]}, "status": {"connector": {"state": "RUNNING"}, "tasks": []}})"}) {
    INFO(odd);
    Bench bench;
    bench.http.Set(
        std::string("http://w1:8083") + kExpanded,
        "{" + Connector("sink-7", "RUNNING") + "," + Connector("sink-8", "RUNNING") + "}");
    bench.http.Set("http://w1:8083/connectors", R"(["sink-7", "sink-8"])");
    bench.Poll();
    bench.http.Set(std::string("http://w1:8083") + kExpanded,
                   "{\"sink-7\": " + std::string(odd) + ", " + Connector("sink-8", "FAILED") + "}");
    const Reading reading = bench.Poll();
    REQUIRE(bench.facts->connectors.size() == 2);
    CHECK_FALSE(bench.facts->listed->error);
    CHECK(bench.facts->connectors[0].untold);
    CHECK(bench.facts->connectors[0].state == "RUNNING");  // of the poll before
    CHECK_FALSE(bench.facts->connectors[1].untold);
    CHECK(bench.facts->connectors[1].state == "FAILED");
    REQUIRE(reading.problems.size() == 1);
    CHECK(reading.problems[0].scope == "status of sink-7");
    CHECK(reading.problems[0].error.message().find("sink-7") != std::string::npos);
  }
}

TEST_CASE("an answer of another server that is an object is no list of connectors", "[connect]") {
  Bench bench;
  bench.Poll();
  for (const char* worker : {"http://w1:8083", "http://w2:8083"}) {
    bench.http.Set(std::string(worker) + kExpanded, R"({"status": "ok", "uptime": 12})");
  }
  bench.Poll();
  REQUIRE(bench.facts->connectors.size() == 2);
  CHECK(bench.facts->listed->error);
}

TEST_CASE("an old worker that hangs up on one status hides no other connector", "[connect]") {
  Bench bench;
  const std::string worker = "http://w1:8083";
  const std::string status = R"({"connector": {"state": "RUNNING"}, "tasks": [], "type": "sink"})";
  bench.http.Set(worker + "/", R"({"version": "2.2.1", "kafka_cluster_id": "k1"})");
  bench.http.Set(worker + kExpanded, R"(["odd", "sink-7"])");
  bench.http.Set(worker + "/connectors", R"(["odd", "sink-7"])");
  bench.http.Set(worker + "/connectors/sink-7/status", status);
  bench.http.Fail(worker + "/connectors/odd/status", {Reason::kUnreachable, "it hung up"});
  bench.Poll();
  REQUIRE(bench.facts->connectors.size() == 2);
  CHECK_FALSE(bench.facts->listed->error);
  REQUIRE(bench.facts->connectors[0].untold);
  CHECK(bench.facts->connectors[0].untold->reason() == Reason::kUnreachable);
  CHECK(bench.facts->connectors[1].state == "RUNNING");
}

TEST_CASE("one connector whose topics are forbidden ends no other's", "[connect]") {
  Bench bench;
  const std::string worker = "http://w1:8083";
  bench.http.Set(worker + kExpanded,
                 "{" + Connector("sink-7", "RUNNING") + "," + Connector("sink-8", "RUNNING") + "}");
  bench.http.Set(worker + "/connectors", R"(["sink-7", "sink-8"])");
  bench.http.Set(worker + "/connectors/sink-7/topics", "Forbidden by gateway", 403, "text/plain");
  for (const char* topics : {"orders", "payments"}) {
    INFO(topics);
    bench.http.Set(worker + "/connectors/sink-8/topics",
                   fmt::format(R"({{"sink-8": {{"topics": ["{}"]}}}})", topics));
    bench.clock.Advance(std::chrono::minutes{11});  // they are asked for every 10
    for (int poll = 0; poll < 4; ++poll) {
      bench.Poll();
    }
    REQUIRE(bench.facts->connectors.size() == 2);
    CHECK(bench.facts->connectors[1].active_topics == std::vector<std::string>{topics});
  }
}

}  // namespace
}  // namespace klaxon::connect_collector
