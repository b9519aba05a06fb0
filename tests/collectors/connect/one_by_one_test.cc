// Workers older than 2.3, which are asked for one connector after the other: whatever one of them
// answers with must not hide the others.

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "agent/http/client.h"
#include "agent/simulator/connect_incidents.h"
#include "agent/simulator/connect_worker.h"
#include "collectors/connect/collector.h"
#include "collectors/connect/listing.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_http_client.h"

namespace klaxon::connect_collector {
namespace {

using std::chrono::seconds;

constexpr const char* kOdd = "customers-to-search";
constexpr const char* kOddStatus = "/connectors/customers-to-search/status";

/// The machine's clocks, set forward by tests.
class LeapingClock final : public Clock {
 public:
  Instant Now() override {
    const Instant now = real_.Now();
    return {.wall = now.wall + std::chrono::duration_cast<WallTime::duration>(leapt_),
            .mono = now.mono + leapt_};
  }

  bool SleepUntil(MonoTime due, const std::stop_token& stop) override {
    return real_.SleepUntil(due - leapt_, stop);
  }

  void Leap(Duration duration) { leapt_ += duration; }

 private:
  SystemClock real_{};
  Duration leapt_{};
};

/// A simulated worker of 2.2, polled every five seconds.
class OldWorker {
 public:
  OldWorker() {
    simulator::ConnectState state = simulator::ShopConnect("k1");
    state.version = "2.2.1";
    auto started = simulator::ConnectWorker::Start(std::move(state));
    REQUIRE(started);
    worker = *std::move(started);
    config_.name = "etl";
    config_.source.urls = {worker->url()};
    collector_ = std::make_unique<ConnectCollector>(config_, *http_);
  }

  Reading Poll() {
    clock_.Leap(seconds{5});
    began = clock_.Now();
    Reading reading = collector_->Poll({.clock = clock_,
                                        .interval = seconds{5},
                                        .deadline = began.mono + std::chrono::minutes{1},
                                        .stop = {}});
    facts = std::dynamic_pointer_cast<const ConnectFacts>(reading.facts);
    return reading;
  }

  Instant Now() { return clock_.Now(); }

  const ConnectorFacts& Odd() const {
    const ConnectorFacts* found = Find(facts.get(), kOdd);
    REQUIRE(found != nullptr);
    return *found;
  }

  /// The others are read, and are of this poll.
  void CheckOthers() {
    CHECK(facts->connectors.size() == 3);
    CHECK_FALSE(facts->listed->error);
    CHECK(facts->listed->taken_at.mono >= began.mono);
    for (const char* name : {"orders-from-postgres", "orders-to-lake"}) {
      INFO(name);
      const ConnectorFacts* other = Find(facts.get(), name);
      REQUIRE(other != nullptr);
      CHECK(other->state == "RUNNING");
      CHECK_FALSE(other->untold);
    }
  }

  std::unique_ptr<simulator::ConnectWorker> worker;
  std::shared_ptr<const ConnectFacts> facts;
  Instant began{};

 private:
  LeapingClock clock_;
  Config config_;
  std::unique_ptr<http::HttpClient> http_ = http::MakeHttpClient();
  std::unique_ptr<ConnectCollector> collector_;
};

struct OddAnswer {
  const char* name;
  simulator::ConnectFaults faults;
  Reason reason;
  const char* says;
};

std::vector<OddAnswer> OddAnswers() {
  const auto fault = [](simulator::ConnectFaults faults) {
    faults.only = kOddStatus;
    return faults;
  };
  return {
      {"500", fault({.status = 500, .message = "Oops"}), Reason::kRefused, "Oops"},
      {"403", fault({.status = 403}), Reason::kUnauthorized, "403"},
      {"409", fault({.status = 409}), Reason::kRefused, "rebalancing"},
      {"a web page", fault({.html = true}), Reason::kBadAnswer, "a web page"},
      {"not JSON", fault({.body = "oops"}), Reason::kBadAnswer, "not JSON"},
      {"no state", fault({.body = "{}"}), Reason::kBadAnswer, "connector.state is nothing"},
      {"half a status", fault({.cut_at = 20}), Reason::kBadAnswer, "not JSON"},
  };
}

TEST_CASE("an old worker's one bad status hides no other connector", "[connect]") {
  for (const OddAnswer& odd : OddAnswers()) {
    INFO(odd.name);
    OldWorker bench;
    CHECK(bench.Poll().problems.empty());
    const Instant told = bench.facts->listed->taken_at;
    bench.worker->SetFaults(odd.faults);
    const Reading reading = bench.Poll();
    bench.CheckOthers();
    REQUIRE(bench.Odd().untold);
    CHECK(bench.Odd().untold->reason() == odd.reason);
    CHECK(bench.Odd().untold->message().find(odd.says) != std::string::npos);
    REQUIRE(reading.problems.size() == 1);
    CHECK(reading.problems[0].scope == "status of customers-to-search");
    // What it told is of then, and may be shown until it is too old.
    CHECK(bench.Odd().state == "RUNNING");
    CHECK(StateAnswer(*bench.facts, bench.Odd())->taken_at == told);
    CHECK(IsFresh(StateAnswer(*bench.facts, bench.Odd()), bench.Now()));
    for (int poll = 0; poll < 4; ++poll) {
      bench.Poll();
      bench.CheckOthers();
    }
    CHECK(bench.Odd().state.empty());
    CHECK(bench.Odd().tasks.empty());
    CHECK(bench.Odd().type == "sink");
    CHECK(StateAnswer(*bench.facts, bench.Odd())->taken_at == told);
    CHECK(FreshnessOf(StateAnswer(*bench.facts, bench.Odd()), bench.Now()) == Freshness::kStale);
    bench.worker->SetFaults({});
    CHECK(bench.Poll().problems.empty());
    CHECK_FALSE(bench.Odd().untold);
    CHECK(bench.Odd().state == "RUNNING");
  }
}

TEST_CASE("a status that never was read is unknown, with its reason", "[connect]") {
  OldWorker bench;
  bench.worker->SetFaults(OddAnswers().front().faults);
  CHECK(bench.Poll().answered);
  bench.CheckOthers();
  REQUIRE(bench.Odd().untold);
  CHECK(bench.Odd().state.empty());
  CHECK(StateAnswer(*bench.facts, bench.Odd()) == nullptr);
}

TEST_CASE("an old worker that tells no status at all has told nothing", "[connect]") {
  OldWorker bench;
  bench.Poll();
  const Instant told = bench.facts->listed->taken_at;
  bench.worker->SetFaults({.status = 403, .only = "/connectors/"});
  const Reading reading = bench.Poll();
  CHECK(reading.answered);
  REQUIRE_FALSE(reading.problems.empty());
  REQUIRE(bench.facts->listed->error);
  CHECK(bench.facts->listed->error->reason() == Reason::kUnauthorized);
  CHECK(bench.facts->listed->taken_at == told);
  CHECK(bench.facts->connectors.size() == 3);
  CHECK_FALSE(bench.Odd().untold);
}

TEST_CASE("a connector without a status stays if it is still listed", "[connect]") {
  OldWorker bench;
  bench.worker->Change([](simulator::ConnectState& state) {
    simulator::FindConnector(state, kOdd)->has_status = false;
  });
  CHECK(bench.Poll().problems.empty());
  CHECK(bench.facts->connectors.size() == 3);
  CHECK(bench.Odd().state.empty());
  CHECK_FALSE(bench.Odd().untold);
}

/// Passes on, and deletes the connector as soon as the names were listed.
class DeletesInBetween final : public http::HttpClient {
 public:
  explicit DeletesInBetween(simulator::ConnectWorker& worker) : worker_(worker) {}

  Result<http::HttpResponse> Send(const http::HttpRequest& request, MonoTime deadline,
                                  const std::stop_token& stop) override {
    Result<http::HttpResponse> response = real_->Send(request, deadline, stop);
    if (request.url.ends_with("/connectors")) {
      worker_.Change([](simulator::ConnectState& state) {
        std::erase_if(state.connectors, [](const auto& one) { return one.name == kOdd; });
      });
    }
    return response;
  }

 private:
  simulator::ConnectWorker& worker_;
  std::unique_ptr<http::HttpClient> real_ = http::MakeHttpClient();
};

TEST_CASE("a connector that is deleted between list and status is gone", "[connect]") {
  OldWorker bench;
  DeletesInBetween http(*bench.worker);
  Config config{.name = "etl", .source = {.urls = {bench.worker->url()}}};
  ConnectCollector collector(config, http);
  SystemClock clock;
  const Reading reading = collector.Poll({.clock = clock,
                                          .interval = config.interval,
                                          .deadline = clock.Now().mono + std::chrono::minutes{1},
                                          .stop = {}});
  CHECK(reading.problems.empty());
  const auto* facts = dynamic_cast<const ConnectFacts*>(reading.facts.get());
  REQUIRE(facts != nullptr);
  CHECK(facts->connectors.size() == 2);
  CHECK(Find(facts, kOdd) == nullptr);
}

TEST_CASE("a connector whose info is null hides no other, whatever the version", "[connect]") {
  const std::string status = R"({"connector": {"state": "RUNNING"}, "tasks": [], "type": "sink"})";
  for (const char* odd :
       {R"({"info": null})", R"({"info": {"name": "a", "config": null, "tasks": null}})",
        R"({"info": null, "status": {"connector": {"state": "FAILED"}, "tasks": []}})"}) {
    for (const char* version : {"2.3.0", "2.8.2", "3.9.1", "4.3.1"}) {
      INFO(odd << " from " << version);
      testing::FakeHttpClient http;
      http.Set("http://w/", fmt::format(R"({{"version": "{}"}})", version));
      http.Set("http://w/connectors?expand=status&expand=info",
               fmt::format(R"({{"a": {}, "b": {{"status": {}, "info": null}}}})", odd, status));
      http.Set("http://w/connectors", R"(["a", "b"])");
      testing::FakeClock clock;
      ConnectCollector collector({.name = "etl", .source = {.urls = {"http://w"}}}, http);
      const Reading reading = collector.Poll({.clock = clock,
                                              .interval = seconds{5},
                                              .deadline = clock.Now().mono + seconds{5},
                                              .stop = {}});
      CHECK(reading.problems.empty());
      const auto* facts = dynamic_cast<const ConnectFacts*>(reading.facts.get());
      REQUIRE(facts != nullptr);
      REQUIRE(facts->connectors.size() == 2);
      CHECK(facts->connectors[1].state == "RUNNING");
    }
  }
}

}  // namespace
}  // namespace klaxon::connect_collector
