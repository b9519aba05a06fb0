#include <cstdlib>
#include <random>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "agent/recovery/ledger.h"
#include "agent/simulator/connect_worker.h"
#include "tests/recovery/run_victim.h"
#include "tests/support/temporary_folder.h"

namespace klaxon::recovery {
namespace {

/// Ends the process at 100 instants of chance, one run after the other on the same directory, while
/// a connector is failed that no restart cures.
TEST_CASE("killed a hundred times, it sends no more restarts than its back-off allows",
          "[recovery]") {
  constexpr int kRounds = 100;
  constexpr int kSecondsARound = 30;
  const char* const given = std::getenv("KLAXON_SEED");
  const uint32_t seed =
      given == nullptr ? std::random_device{}() : static_cast<uint32_t>(std::stoul(given));
  INFO("KLAXON_SEED=" << seed);
  std::mt19937 random(seed);
  const testing::TemporaryFolder folder;
  simulator::ConnectState state{.kafka_cluster_id = "k1"};
  simulator::Connector sink{
      .name = "sink", .type = "sink", .worker_id = "w1:8083", .incurable = true};
  sink.tasks = {{.id = 0, .worker_id = "w1:8083"}, {.id = 1, .worker_id = "w1:8083"}};
  state.connectors.push_back(sink);
  simulator::FailTask(state, "sink", 0, "java.net.ConnectException: Connection refused");
  const auto worker = simulator::ConnectWorker::Start(std::move(state));
  REQUIRE(worker);
  int killed = 0;
  for (int round = 0; round < kRounds; ++round) {
    const Duration life{std::chrono::milliseconds{
        std::uniform_int_distribution<int>(1, round % 10 == 0 ? 400 : 80)(random)}};
    const std::optional<bool> was =
        RunVictim({folder.path(), (*worker)->url(),
                   std::to_string(1'800'000'000 + round * kSecondsARound), "5", "never"},
                  life);
    REQUIRE(was);
    killed += *was ? 1 : 0;
  }
  // 50 minutes: at 0, 10 and 30 minutes, the back-off being 10 and doubled up to 30.
  const size_t sent = (*worker)->Snapshot().restarts.size();
  CHECK(sent <= 3);
  const auto database = state::Database::Open(folder.path(), {});
  REQUIRE(database);
  const auto damaged = (*database)->Damaged();
  REQUIRE(damaged);
  CHECK(damaged->empty());
  const auto intended = (*database)->Read({.sql = "SELECT count(*) FROM recovery_attempts"});
  REQUIRE(intended);
  CHECK(sent <= static_cast<size_t>(state::IntegerOf(intended->at(0), 0)));
  CHECK(state::IntegerOf(intended->at(0), 0) >= 1);
  fmt::print("seed {}: {} of {} runs killed, {} restarts intended, {} sent\n", seed, killed,
             kRounds, state::IntegerOf(intended->at(0), 0), sent);
}

}  // namespace
}  // namespace klaxon::recovery
