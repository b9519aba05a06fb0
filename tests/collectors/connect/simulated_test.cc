// The collector with the real HTTP client against a worker that speaks Connect's REST interface.

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "agent/http/client.h"
#include "agent/simulator/connect_worker.h"
#include "collectors/connect/collector.h"

namespace klaxon::connect_collector {
namespace {

using simulator::ConnectFaults;
using simulator::ConnectWorker;

class Bench {
 public:
  explicit Bench(int count = 1) {
    for (int i = 0; i < count; ++i) {
      auto started = ConnectWorker::Start(simulator::ShopConnect("k1"));
      REQUIRE(started);
      workers.push_back(*std::move(started));
      config_.source.urls.push_back(workers.back()->url());
    }
    config_.name = "etl";
    config_.request_timeout = std::chrono::milliseconds{500};
    collector_ = std::make_unique<ConnectCollector>(config_, *http_);
  }

  Reading Poll() {
    began = clock.Now();
    Reading reading = collector_->Poll({.clock = clock,
                                        .interval = config_.interval,
                                        .deadline = began.mono + config_.interval,
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
  Bench bench;
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
  Bench bench;
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

TEST_CASE("a worker in trouble leaves what is known, and the other one is asked", "[connect]") {
  const ConnectFaults faults =
      GENERATE(ConnectFaults{.delay = std::chrono::seconds{5}}, ConnectFaults{.status = 409},
               ConnectFaults{.status = 500}, ConnectFaults{.status = 404},
               ConnectFaults{.html = true}, ConnectFaults{.cut_at = 40});
  {
    Bench alone;
    alone.Poll();
    const size_t connectors = alone.facts->connectors.size();
    alone.workers[0]->SetFaults(faults);
    const Reading reading = alone.Poll();
    REQUIRE_FALSE(reading.problems.empty());
    INFO(reading.problems[0].error.message());
    CHECK(alone.facts->connectors.size() == connectors);
    CHECK(alone.facts->listed->error);
    alone.workers[0]->SetFaults({});
    CHECK(alone.Poll().problems.empty());
    CHECK(alone.IsNew());
  }
  Bench two(2);
  two.workers[0]->SetFaults(faults);
  const Reading reading = two.Poll();
  CHECK(reading.problems.size() == 1);
  CHECK(two.IsNew());
  CHECK(two.facts->url == two.workers[1]->url());
}

}  // namespace
}  // namespace klaxon::connect_collector
