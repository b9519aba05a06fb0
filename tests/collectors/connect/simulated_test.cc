// The collector with the real HTTP client against a worker that speaks Connect's REST interface.

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/http/client.h"
#include "agent/simulator/connect_incidents.h"
#include "agent/simulator/connect_worker.h"
#include "collectors/connect/collector.h"
#include "collectors/connect/listing.h"
#include "tests/support/resident.h"

namespace klaxon::connect_collector {
namespace {

using simulator::ConnectFaults;
using simulator::ConnectWorker;

class SimulatedBench {
 public:
  explicit SimulatedBench(int count = 1, Duration patience = std::chrono::milliseconds{500}) {
    for (int i = 0; i < count; ++i) {
      auto started = ConnectWorker::Start(simulator::ShopConnect("k1"));
      REQUIRE(started);
      workers.push_back(*std::move(started));
      config_.source.urls.push_back(workers.back()->url());
    }
    config_.name = "etl";
    config_.request_timeout = patience;
    collector_ = std::make_unique<ConnectCollector>(config_, *http_);
  }

  Reading Poll() {
    began = clock.Now();
    Reading reading = collector_->Poll({.clock = clock,
                                        .interval = config_.interval,
                                        .deadline = began.mono + std::chrono::minutes{2},
                                        .stop = {}});
    facts = std::dynamic_pointer_cast<const ConnectFacts>(reading.facts);
    return reading;
  }

  bool IsNew() const { return !facts->listed->error && facts->listed->taken_at.mono >= began.mono; }

  SystemClock clock;
  std::vector<std::unique_ptr<ConnectWorker>> workers;
  std::shared_ptr<const ConnectFacts> facts;
  Instant began{};

 private:
  Config config_;
  std::unique_ptr<http::HttpClient> http_ = http::MakeHttpClient();
  std::unique_ptr<ConnectCollector> collector_;
};

TEST_CASE("a simulated worker's connectors are read as they are", "[connect]") {
  SimulatedBench bench;
  const Reading reading = bench.Poll();
  CHECK(reading.problems.empty());
  const simulator::ConnectState truth = bench.workers[0]->Snapshot();
  CHECK(bench.facts->version == truth.version);
  CHECK(bench.facts->kafka_cluster_id == "k1");
  REQUIRE(bench.facts->connectors.size() == truth.connectors.size());
  for (const ConnectorFacts& read : bench.facts->connectors) {
    INFO(read.entity->name);
    const auto real = std::find_if(
        truth.connectors.begin(), truth.connectors.end(),
        [&](const simulator::Connector& one) { return one.name == read.entity->name; });
    REQUIRE(real != truth.connectors.end());
    CHECK(read.type == real->type);
    CHECK(read.state == real->state);
    CHECK(read.worker == real->worker_id);
    CHECK_FALSE(read.connector_class.empty());
    CHECK(read.tasks.size() == real->tasks.size());
  }
}

TEST_CASE("a task that fails is seen with its root cause by the next poll", "[connect]") {
  SimulatedBench bench;
  bench.Poll();
  const std::string name = bench.facts->connectors[0].entity->name;
  bench.workers[0]->Change([&](simulator::ConnectState& state) {
    REQUIRE(FailTask(state, name, 0, simulator::SearchIsDownTrace()));
  });
  bench.Poll();
  const ConnectTaskFacts& failed = bench.facts->connectors[0].tasks[0];
  CHECK(failed.state == "FAILED");
  CHECK_FALSE(failed.root_cause.empty());
  CHECK(simulator::SearchIsDownTrace().find("Caused by: " + failed.root_cause) !=
        std::string::npos);
  bench.workers[0]->Change([&](simulator::ConnectState& state) { HealTask(state, name, 0); });
  bench.Poll();
  CHECK(bench.facts->connectors[0].tasks[0].state == "RUNNING");
  CHECK(bench.facts->connectors[0].tasks[0].root_cause.empty());
}

TEST_CASE("whatever befalls the connectors is told as the worker has it", "[connect]") {
  for (const simulator::ConnectIncident& incident : simulator::ConnectIncidents()) {
    INFO(incident.name << ", row " << incident.row);
    SimulatedBench bench;
    bench.workers[0]->Change(incident.happen);
    const Reading reading = bench.Poll();
    CHECK(reading.problems.empty());
    const simulator::ConnectState truth = bench.workers[0]->Snapshot();
    REQUIRE(bench.facts->connectors.size() == truth.connectors.size());
    for (const simulator::Connector& real : truth.connectors) {
      INFO(real.name);
      const ConnectorFacts* read = Find(bench.facts.get(), real.name);
      REQUIRE(read != nullptr);
      CHECK(read->state == (real.has_status ? real.state : ""));
      REQUIRE(read->tasks.size() == (real.has_status ? real.tasks.size() : 0));
      for (size_t i = 0; i < read->tasks.size(); ++i) {
        CHECK(read->tasks[i].state == real.tasks[i].state);
        CHECK(read->tasks[i].worker == real.tasks[i].worker_id);
        CHECK((read->tasks[i].failure != nullptr) == !real.tasks[i].trace.empty());
      }
      CHECK((read->failure != nullptr) == !real.trace.empty());
    }
  }
}

/// Facts after an incident.
std::shared_ptr<const ConnectFacts> After(std::string_view incident) {
  SimulatedBench bench;
  bench.workers[0]->Change(simulator::ConnectIncidentOf(incident).happen);
  bench.Poll();
  return bench.facts;
}

TEST_CASE("incidents show in the facts that people look for", "[connect]") {
  CHECK(Find(After("no status yet").get(), "customers-to-search")->state.empty());
  CHECK(Find(After("paused with a failed task").get(), "customers-to-search")->intent ==
        ConnectIntent::kPaused);
  CHECK(Find(After("stopped").get(), "customers-to-search")->intent == ConnectIntent::kStopped);
  CHECK(Find(After("unassigned").get(), "customers-to-search")->intent == ConnectIntent::kUnknown);
  const auto stuck = After("the herder is stuck");
  CHECK(stuck->workers[0].health == ConnectHealth::kUnhealthy);
  CHECK(stuck->workers[0].health_words.ends_with("which began at 2026-01-05T03:12:09Z"));
  const auto denied = After("wrong password");
  CHECK(Find(denied.get(), "orders-from-postgres")->tasks[0].failure->frame ==
        "io.confluent.connect.jdbc.source.JdbcSourceTask.start(JdbcSourceTask.java:99)");
  const auto odd = After("odd names");
  CHECK_FALSE(Find(odd.get(), "a/b")->addressable);
  CHECK_FALSE(Find(odd.get(), "50%")->addressable);
  CHECK_FALSE(Find(odd.get(), "..")->addressable);
  CHECK(Find(odd.get(), "\xC3\xBE#;?&=")->addressable);
  const auto old = After("older than 2.3");
  CHECK(Find(old.get(), "orders-to-lake")->config.consumer_group == "connect-orders-to-lake");
}

TEST_CASE("a changed configuration, password included, changes its hash", "[connect]") {
  SimulatedBench bench;
  bench.Poll();
  const uint64_t before = Find(bench.facts.get(), "customers-to-search")->config.hash;
  bench.Poll();
  CHECK(Find(bench.facts.get(), "customers-to-search")->config.hash == before);
  bench.workers[0]->Change(simulator::ConnectIncidentOf("a changed configuration").happen);
  bench.Poll();
  CHECK(Find(bench.facts.get(), "customers-to-search")->config.hash != before);
}

TEST_CASE("every odd name can be asked for, as far as its worker takes it", "[connect]") {
  SimulatedBench bench;
  bench.workers[0]->Change([](simulator::ConnectState& state) {
    simulator::ConnectIncidentOf("odd names").happen(state);
    for (simulator::Connector& connector : state.connectors) {
      connector.topics = {"topic of " + connector.name};
    }
  });
  bench.Poll();
  bench.Poll();
  bench.Poll();
  for (const ConnectorFacts& connector : bench.facts->connectors) {
    const std::string& name = connector.entity->name;
    INFO(name);
    CHECK((connector.topics_told != nullptr) == connector.addressable);
    if (connector.addressable) {
      CHECK(connector.active_topics == std::vector<std::string>{"topic of " + name});
    }
  }
}

TEST_CASE("topics that the worker does not track are not asked for again", "[connect]") {
  SimulatedBench bench;
  bench.workers[0]->Change([](simulator::ConnectState& state) { state.tracks_topics = false; });
  CHECK(bench.Poll().problems.empty());
  const uint64_t asked = bench.workers[0]->RequestCount();
  CHECK(bench.Poll().problems.empty());
  CHECK(bench.workers[0]->RequestCount() - asked == 5);  // lives, is well, list, names, whose
}

TEST_CASE("a worker in trouble leaves what is known, and the other one is asked", "[connect]") {
  for (const simulator::ConnectOutage& outage : simulator::ConnectOutages()) {
    INFO(outage.name << ", row " << outage.row);
    for (const char* only : {"", "/connectors"}) {
      ConnectFaults faults = outage.faults;
      faults.only = only;
      SimulatedBench alone;
      alone.Poll();
      const AnswerRef listed = alone.facts->listed;
      alone.workers[0]->SetFaults(faults);
      const Reading reading = alone.Poll();
      REQUIRE_FALSE(reading.problems.empty());
      const std::string& words = reading.problems[0].error.message();
      INFO(words);
      CHECK(words.find(alone.workers[0]->url().substr(7)) != std::string::npos);
      CHECK(reading.answered == (faults.only == "/connectors"));
      CHECK(alone.facts->connectors.size() == 3);
      CHECK(alone.facts->listed->taken_at == listed->taken_at);
      REQUIRE(alone.facts->listed->error);
      CHECK(alone.facts->listed->error->message() == words);
      alone.workers[0]->SetFaults({});
      CHECK(alone.Poll().problems.empty());
      CHECK(alone.IsNew());
    }
    SimulatedBench two(2);
    two.workers[0]->SetFaults(outage.faults);
    const Reading reading = two.Poll();
    CHECK(reading.problems.size() == 1);
    CHECK(two.IsNew());
    CHECK(two.facts->url == two.workers[1]->url());
    CHECK_FALSE(two.facts->workers[0].alive);
  }
}

TEST_CASE("what a refusing worker says is kept word for word", "[connect]") {
  struct Case {
    const char* outage;
    Reason reason;
    const char* says;
  };

  const std::vector<Case> cases = {
      {"a conflict", Reason::kRefused, "no known leader URL, likely because a rebalance"},
      {"the request timed out", Reason::kRefused,
       "The worker is currently restarting task x-0, which began at 2026-01-05T03:12:09Z"},
      {"a login is wanted", Reason::kUnauthorized, "401"},
      {"forbidden", Reason::kUnauthorized, "403"},
      {"too many requests", Reason::kRefused, "429"},
      {"sent elsewhere", Reason::kRefused, "https://login.example"},
      {"not ready", Reason::kRefused, "503"},
      {"a login page", Reason::kBadAnswer, "a web page"},
      {"null", Reason::kBadAnswer, "null instead of an object"},
      {"no connector in a status", Reason::kBadAnswer,
       "x.status.connector.state is nothing instead of a state"},
      {"a status of null", Reason::kBadAnswer, "x.status is null instead of an object"},
  };
  for (const Case& each : cases) {
    INFO(each.outage);
    SimulatedBench bench;
    bench.Poll();
    const auto outage =
        std::find_if(simulator::ConnectOutages().begin(), simulator::ConnectOutages().end(),
                     [&](const auto& one) { return one.name == each.outage; });
    ConnectFaults faults = outage->faults;
    faults.only = "/connectors";
    bench.workers[0]->SetFaults(faults);
    const Reading reading = bench.Poll();
    REQUIRE_FALSE(reading.problems.empty());
    const Error& error = reading.problems[0].error;
    INFO(error.message());
    CHECK(error.reason() == each.reason);
    CHECK(error.message().find(each.says) != std::string::npos);
  }
}

TEST_CASE("a worker whose name nobody knows is told, and hides no other", "[connect]") {
  const auto worker = ConnectWorker::Start(simulator::ShopConnect("k1"));
  REQUIRE(worker);
  Config config{.name = "etl"};
  config.source.urls = {"http://no-such-worker.invalid:8083", (*worker)->url()};
  config.request_timeout = std::chrono::seconds{10};
  const std::unique_ptr<http::HttpClient> http = http::MakeHttpClient();
  ConnectCollector collector(config, *http);
  SystemClock clock;
  const Reading reading = collector.Poll({.clock = clock,
                                          .interval = config.interval,
                                          .deadline = clock.Now().mono + std::chrono::minutes{1},
                                          .stop = {}});
  REQUIRE(reading.problems.size() == 1);
  CHECK(reading.problems[0].scope == "http://no-such-worker.invalid:8083");
  CHECK(reading.problems[0].error.reason() == Reason::kUnreachable);
  const auto* facts = dynamic_cast<const ConnectFacts*>(reading.facts.get());
  REQUIRE(facts != nullptr);
  CHECK(facts->connectors.size() == 3);
  CHECK_FALSE(facts->listed->error);
  CHECK_FALSE(facts->workers[0].alive);
}

TEST_CASE("a list of huge traces is taken", "[connect]") {
  SimulatedBench bench(1, std::chrono::minutes{1});
  bench.workers[0]->Change([](simulator::ConnectState& state) {
    state = simulator::SizedConnect(100, 4, 20'000);
    state.kafka_cluster_id = "k1";
  });
  CHECK(bench.Poll().problems.empty());
  CHECK(bench.facts->connectors.size() == 100);
  const ConnectTaskFacts& task = bench.facts->connectors[0].tasks[0];
  CHECK(task.root_cause.starts_with("java.io.IOException: shard 0"));
  CHECK(task.failure->frame == "com.example.lake.LakeSinkTask.put(LakeSinkTask.java:77)");
  for (const ConnectorFacts& connector : bench.facts->connectors) {
    CHECK(connector.tasks[3].failure->fingerprint == task.failure->fingerprint);
  }
}

TEST_CASE("traces beyond all bounds end at the cap, in flat memory", "[connect]") {
  SimulatedBench bench(1, std::chrono::minutes{1});
  bench.Poll();
  bench.workers[0]->SetFaults({.endless = true, .only = "/connectors"});
  const size_t before = testing::ResidentBytes();
  const Reading reading = bench.Poll();
  CHECK(testing::ResidentBytes() < before + (size_t{32} << 20U));
  REQUIRE_FALSE(reading.problems.empty());
  CHECK(reading.problems[0].error.message().find("larger than the 268435456 bytes") !=
        std::string::npos);
  CHECK(bench.facts->connectors.size() == 3);
  CHECK(bench.facts->listed->error);
}

}  // namespace
}  // namespace klaxon::connect_collector
