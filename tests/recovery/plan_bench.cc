#include <string>

#include <benchmark/benchmark.h>

#include "tests/recovery/estate.h"

namespace klaxon::recovery {
namespace {

/// So many connectors of four tasks, every `failing`-th with a failed one; the breaker is shut.
Estate Sized(int connectors, int failing) {
  Estate estate;
  estate.policy.breaker_percent = 100;
  for (int i = 0; i < connectors; ++i) {
    estate.Add("c" + std::to_string(100'000 + i), 4);
  }
  estate.Pass(5);
  for (int i = 0; i < connectors; i += failing) {
    estate.Fail("c" + std::to_string(100'000 + i), 0);
  }
  estate.Passes(2);
  return estate;
}

void PlanOf(benchmark::State& state, int failing) {
  Estate estate = Sized(static_cast<int>(state.range(0)), failing);
  for (auto unused : state) {
    estate.Later(5);
    estate.world.listed = std::make_shared<const Answer>(
        Answer{.source = "bench", .taken_at = estate.now, .good_for = std::chrono::seconds{15}});
    Follow(estate.world, estate.policy, estate.now, estate.journal);
    benchmark::DoNotOptimize(Plan(estate.world, estate.journal, estate.policy, estate.now));
  }
}

void BM_FollowAndPlanOneInTenFailed(benchmark::State& state) {
  PlanOf(state, 10);
}

void BM_FollowAndPlanAllFailed(benchmark::State& state) {
  PlanOf(state, 1);
}

BENCHMARK(BM_FollowAndPlanOneInTenFailed)->Arg(5000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_FollowAndPlanAllFailed)->Arg(5000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace klaxon::recovery
