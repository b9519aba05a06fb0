#include <algorithm>
#include <deque>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "tests/recovery/scene.h"
#include "tests/support/temporary_folder.h"

/// Everything fails at once.
namespace klaxon::recovery {
namespace {

constexpr int kConnectors = 500;
constexpr int kPollsAMinute = 12;

std::string NameOf(int number) {
  return fmt::format("c{:03}", number);
}

/// Five hundred connectors on two workers, each with a failed task.
std::unique_ptr<simulator::ConnectWorker> StartFailed() {
  simulator::ConnectState state{.version = "4.3.1", .kafka_cluster_id = "k1"};
  for (int i = 0; i < kConnectors; ++i) {
    const std::string worker = i % 2 == 0 ? "w1:8083" : "w2:8083";
    state.connectors.push_back({.name = NameOf(i),
                                .type = "sink",
                                .worker_id = worker,
                                .tasks = {{.id = 0, .worker_id = worker}}});
    simulator::FailTask(state, NameOf(i), 0, kTrace);
  }
  Result<std::unique_ptr<simulator::ConnectWorker>> worker =
      simulator::ConnectWorker::Start(std::move(state));
  REQUIRE(worker);
  return *std::move(worker);
}

void Fill(testing::ConnectEstate& estate) {
  estate.connectors.clear();
  for (int i = 0; i < kConnectors; ++i) {
    ConnectorFacts& each = estate.Connector(NameOf(i), "sink", 1);
    each.tasks[0].worker = i % 2 == 0 ? "w1:8083" : "w2:8083";
  }
}

void CopyStates(const simulator::ConnectWorker& worker, testing::ConnectEstate& estate) {
  const simulator::ConnectState state = worker.Snapshot();
  for (size_t i = 0; i < state.connectors.size(); ++i) {
    estate.connectors[i].tasks[0].state = state.connectors[i].tasks[0].state;
  }
}

/// Runs for so many polls of 5 s; how many restarts each of them sent.
std::deque<size_t> Run(const Policy& policy, int polls) {
  const testing::TemporaryFolder folder;
  const auto database = OpenState(folder.path());
  const auto worker = StartFailed();
  Live live({.url = worker->url(),
             .look = [&](testing::ConnectEstate& estate) { CopyStates(*worker, estate); }},
            policy, database.get());
  Fill(live.estate());
  std::deque<size_t> sent;
  size_t before = 0;
  for (int i = 0; i < polls; ++i) {
    live.Pass();
    const size_t now = worker->Snapshot().restarts.size();
    sent.push_back(now - before);
    before = now;
  }
  return sent;
}

/// The most restarts within any minute.
size_t MostInAMinute(const std::deque<size_t>& sent) {
  size_t most = 0;
  for (size_t i = 0; i < sent.size(); ++i) {
    size_t sum = 0;
    for (size_t j = i; j < std::min(sent.size(), i + kPollsAMinute); ++j) {
      sum += sent[j];
    }
    most = std::max(most, sum);
  }
  return most;
}

size_t Sum(const std::deque<size_t>& sent) {
  size_t sum = 0;
  for (const size_t each : sent) {
    sum += each;
  }
  return sum;
}

Policy WithoutBreaker() {
  Policy policy = Live::Acting();
  policy.breaker_least = kConnectors + 1;
  return policy;
}

TEST_CASE("of five hundred that failed at once as many are restarted as the budget allows",
          "[recovery]") {
  SECTION("six a minute") {
    constexpr int kMinutes = 3;
    const std::deque<size_t> sent = Run(WithoutBreaker(), kMinutes * kPollsAMinute + 2);
    CHECK(MostInAMinute(sent) == 6);
    CHECK(Sum(sent) == size_t{6} * kMinutes);
  }
  SECTION("a large one, with many under way at a time") {
    Policy policy = WithoutBreaker();
    policy.budget_a_minute = 120;
    policy.in_flight_a_worker = 20;
    const std::deque<size_t> sent = Run(policy, 2 * kPollsAMinute);
    CHECK(MostInAMinute(sent) == 120);
    CHECK(Sum(sent) == 240);
  }
  SECTION("none until the breaker lets one through, then one after the other") {
    const std::deque<size_t> sent = Run(Live::Acting(), 4 * kPollsAMinute);
    CHECK(Sum(std::deque<size_t>(sent.begin(), sent.begin() + kPollsAMinute)) == 0);
    CHECK(*std::ranges::max_element(sent) == 1);
    CHECK(MostInAMinute(sent) <= 6);
    CHECK(Sum(sent) > 6);
  }
}

}  // namespace
}  // namespace klaxon::recovery
