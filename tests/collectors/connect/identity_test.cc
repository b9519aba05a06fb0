// Two Connect clusters behind one address: nothing of the two is mixed, and neither is believed
// before it stands alone.

#include "collectors/connect/identity.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "collectors/connect/collector.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_http_client.h"

namespace klaxon::connect_collector {
namespace {

using std::chrono::seconds;

constexpr const char* kExpanded = "http://lb/connectors?expand=status&expand=info";

TEST_CASE("an id is believed at once, and after a contradiction when it stands alone",
          "[connect]") {
  struct Poll {
    std::string before;
    std::string after;
    bool believed;
    std::string words;  ///< some of those said, of the error or of the change
  };

  const std::string url = "http://lb";
  const std::vector<std::pair<std::string, std::vector<Poll>>> cases{
      {"one id for ever", {{"A", "A", true, ""}, {"A", "", true, ""}, {"A", "A", true, ""}}},
      {"no id is told", {{"", "", true, ""}, {"", "", true, ""}}},
      {"an id that comes later", {{"", "", true, ""}, {"A", "A", true, ""}}},
      {"it moves",
       {{"A", "A", true, ""},
        {"B", "B", false, "answers for Kafka cluster B, until now it was A"},
        {"B", "B", false, "until now it was A; are two different clusters behind this address?"},
        {"B", "B", true, "belonged to Kafka cluster A and now belongs to B"},
        {"B", "B", true, ""}}},
      {"a moment of another",
       {{"A", "A", true, ""},
        {"B", "B", false, "until now it was A"},
        {"A", "A", false, "believed when A has stood alone for 3 polls"},
        {"A", "A", false, ""},
        {"A", "A", true, ""}}},
      {"both within one poll",
       {{"A", "B", false, "answered for Kafka cluster A and then for B within one poll"},
        {"B", "B", false, "answered for several Kafka clusters a moment ago"},
        {"B", "A", false, "answered for Kafka cluster B and then for A"},
        {"B", "B", false, ""},
        {"B", "B", false, ""},
        {"B", "B", true, ""}}},
      {"in turns",
       {{"A", "A", true, ""},
        {"B", "B", false, ""},
        {"A", "A", false, ""},
        {"B", "B", false, ""},
        {"B", "B", false, ""},
        {"A", "A", false, ""}}},
      {"silence ends no doubt",
       {{"A", "A", true, ""}, {"B", "B", false, ""}, {"", "", false, "until now it was A"}}},
  };
  for (const auto& [name, polls] : cases) {
    CAPTURE(name);
    ClusterIdentity identity;
    size_t number = 0;
    for (const Poll& poll : polls) {
      CAPTURE(++number);
      const Result<void> taken =
          identity.Take({{.url = url, .before = poll.before, .after = poll.after}});
      CHECK(static_cast<bool>(taken) == poll.believed);
      const std::string said = taken ? identity.TakeChange().value_or("") : taken.error().message();
      CAPTURE(said);
      CHECK(said.find(poll.words) != std::string::npos);
      CHECK((poll.believed && poll.words.empty() ? said.empty() : !said.empty()));
    }
  }
}

/// Answers from a table, and turns it at one question.
class TurningClient final : public http::HttpClient {
 public:
  Result<http::HttpResponse> Send(const http::HttpRequest& request, MonoTime deadline,
                                  const std::stop_token& stop) override {
    Result<http::HttpResponse> answer = table.Send(request, deadline, stop);
    if (request.url == turns_at && turn) {
      turn();
    }
    return answer;
  }

  testing::FakeHttpClient table;
  std::string turns_at{};
  std::function<void()> turn{};
};

class Bench {
 public:
  /// From now on the address leads to this cluster.
  void Lead(const std::string& cluster, const std::string& connector) {
    http.table.Set("http://lb/",
                   R"({"version": "4.3.1", "kafka_cluster_id": ")" + cluster + R"("})");
    http.table.Set(kExpanded, "{\"" + connector +
                                  R"(": {"status": {"connector": {"state": "RUNNING"}, "tasks": [],
                                  "type": "sink"}}})");
    http.table.Set("http://lb/connectors", "[\"" + connector + "\"]");
  }

  Reading Poll() {
    clock.Advance(seconds{5});
    Reading reading = collector_.Poll({.clock = clock,
                                       .interval = seconds{5},
                                       .deadline = clock.Now().mono + seconds{5},
                                       .stop = {}});
    facts = std::dynamic_pointer_cast<const ConnectFacts>(reading.facts);
    return reading;
  }

  std::string Name() const {
    REQUIRE(facts->connectors.size() == 1);
    return facts->connectors[0].entity->name;
  }

  testing::FakeClock clock;
  TurningClient http;
  std::shared_ptr<const ConnectFacts> facts;

 private:
  ConnectCollector collector_{{.name = "etl", .source = {.urls = {"http://lb"}}}, http};
};

TEST_CASE("lists of a cluster that answers between two questions are not taken", "[connect]") {
  Bench bench;
  bench.Lead("A", "mine");
  CHECK(bench.Poll().problems.empty());
  const Instant good = bench.facts->listed->taken_at;
  bench.http.turns_at = "http://lb/";
  bool first = true;
  bench.http.turn = [&] {
    bench.Lead(first ? "B" : "A", first ? "theirs" : "mine");
    first = !first;
  };
  for (int poll = 0; poll < 4; ++poll) {
    first = true;
    const Reading reading = bench.Poll();
    REQUIRE(reading.problems.size() == 1);
    CHECK(reading.problems[0].scope == "cluster id");
    CHECK(bench.Name() == "mine");
    CHECK(bench.facts->kafka_cluster_id == "A");
    CHECK(bench.facts->listed->taken_at == good);
    REQUIRE(bench.facts->listed->error);
    CHECK(bench.facts->listed->error->message() ==
          "http://lb answered for Kafka cluster A and then for B within one poll; are two "
          "different clusters behind this address?");
    CHECK(bench.facts->root->error);
  }
  CHECK(FreshnessOf(bench.facts->listed, bench.clock.Now()) == Freshness::kStale);
}

TEST_CASE("a cluster that moved is told as such, and nothing of the old one stays", "[connect]") {
  Bench bench;
  bench.Lead("A", "same");
  bench.Poll();
  const EntityRef old = bench.facts->connectors[0].entity;
  bench.Lead("B", "same");
  for (int poll = 1; poll < ClusterIdentity::kPollsToBelieve; ++poll) {
    const Reading reading = bench.Poll();
    REQUIRE(reading.problems.size() == 1);
    CHECK(reading.endings.empty());
    CHECK(bench.facts->connectors[0].entity == old);
  }
  const Reading moved = bench.Poll();
  CHECK(moved.problems.empty());
  REQUIRE(moved.endings.contains("cluster id"));
  CHECK(moved.endings.at("cluster id") ==
        "http://lb belonged to Kafka cluster A and now belongs to B: it told nothing else for 3 "
        "polls, and is taken for another Connect cluster");
  CHECK(bench.facts->kafka_cluster_id == "B");
  CHECK(bench.facts->connectors[0].entity != old);
  CHECK(bench.Poll().endings.empty());
}

TEST_CASE("a list that nobody answers for is no list", "[connect]") {
  Bench bench;
  bench.Lead("A", "mine");
  bench.Poll();
  bench.http.turns_at = "http://lb/connectors";
  bench.http.turn = [&] {
    bench.http.table.Fail("http://lb/", {Reason::kTimeout, "http://lb/: no answer in time"});
  };
  const Reading reading = bench.Poll();
  REQUIRE(reading.problems.size() == 1);
  CHECK(reading.problems[0].error.message() == "http://lb/: no answer in time");
  CHECK(bench.facts->listed->error);
}

TEST_CASE("what a worker said of its health is good for three intervals", "[connect]") {
  Bench bench;
  bench.Lead("A", "mine");
  bench.http.table.Set("http://lb/health", R"({"status": "healthy", "message": "fine"})");
  bench.Poll();
  REQUIRE(bench.facts->workers[0].health == ConnectHealth::kHealthy);
  CHECK(bench.facts->workers[0].health_told->good_for == seconds{15});
  for (const char* const url : {"http://lb/", "http://lb/health", kExpanded}) {
    bench.http.table.Set(url, "{}", 401);
  }
  for (int poll = 1; poll <= 4; ++poll) {
    bench.Poll();
    CAPTURE(poll);
    CHECK(IsFresh(bench.facts->workers[0].health_told, bench.clock.Now()) == (poll <= 3));
  }
}

}  // namespace
}  // namespace klaxon::connect_collector
