#include <string>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "agent/promql/parser.h"
#include "agent/promql/query.h"
#include "agent/series/memory_store.h"

namespace klaxon::promql {
namespace {

constexpr int64_t kNow = 1'800'000'000'000;
constexpr int64_t kInterval = 15'000;

/// Lag of 1000 groups with 100 partitions each, as a poll of a large estate leaves it.
const series::MemoryStore& Lag() {
  static series::MemoryStore store;
  if (static bool filled = false; !filled) {
    filled = true;
    for (int i = 0; i < 100'000; ++i) {
      const series::Labels labels({{"__name__", "kafka_consumergroup_lag"},
                                   {"cluster", "production"},
                                   {"consumergroup", fmt::format("billing-service-{:05}", i / 100)},
                                   {"topic", fmt::format("payments.orders.v1-{:05}", i / 10 % 10)},
                                   {"partition", std::to_string(i % 10)}});
      store.Append(labels, {.time = kNow - 1000, .value = static_cast<double>(i % 977)});
    }
  }
  return store;
}

/// Offsets of 10,000 partitions, sampled every 15 s for ten minutes.
const series::MemoryStore& Offsets() {
  static series::MemoryStore store;
  if (static bool filled = false; !filled) {
    filled = true;
    for (int i = 0; i < 10'000; ++i) {
      const series::Labels labels({{"__name__", "kafka_topic_partition_current_offset"},
                                   {"cluster", "production"},
                                   {"topic", fmt::format("payments.orders.v1-{:05}", i / 10)},
                                   {"partition", std::to_string(i % 10)}});
      for (int64_t t = 0; t < 40; ++t) {
        store.Append(labels, {.time = kNow - (40 - t) * kInterval,
                              .value = static_cast<double>(1'000'000 + t * (i % 31))});
      }
    }
  }
  return store;
}

void Ask(benchmark::State& state, const series::MemoryStore& store, const char* text) {
  const Parsed parsed = Parse(text);
  size_t series = 0;
  for (auto _ : state) {
    const auto result = InstantQuery(*parsed.expression, store, kNow);
    if (!result) return state.SkipWithError(result.error().message().c_str());
    series = result->vector.size();
  }
  state.counters["series"] = static_cast<double>(series);
}

/// Wanted below 40 ms.
void SumByGroupOver100kSeries(benchmark::State& state) {
  Ask(state, Lag(), "sum by (consumergroup) (kafka_consumergroup_lag)");
}

BENCHMARK(SumByGroupOver100kSeries)->Unit(benchmark::kMillisecond);

void FilterOver100kSeries(benchmark::State& state) {
  Ask(state, Lag(), "kafka_consumergroup_lag > 970");
}

BENCHMARK(FilterOver100kSeries)->Unit(benchmark::kMillisecond);

void TopOver100kSeries(benchmark::State& state) {
  Ask(state, Lag(), "topk(10, sum by (consumergroup, topic) (kafka_consumergroup_lag))");
}

BENCHMARK(TopOver100kSeries)->Unit(benchmark::kMillisecond);

/// Wanted below 30 ms.
void RateOver10kSeries(benchmark::State& state) {
  Ask(state, Offsets(), "rate(kafka_topic_partition_current_offset[5m])");
}

BENCHMARK(RateOver10kSeries)->Unit(benchmark::kMillisecond);

void SumOfRateByTopic(benchmark::State& state) {
  Ask(state, Offsets(), "sum by (topic) (rate(kafka_topic_partition_current_offset[5m]))");
}

BENCHMARK(SumOfRateByTopic)->Unit(benchmark::kMillisecond);

void ParseRule(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        Parse("sum by (consumergroup) (rate(kafka_consumergroup_current_offset"
              "{topic=~\"orders.*\"}[5m])) < 1 and on (consumergroup) "
              "sum by (consumergroup) (kafka_consumergroup_lag) > 1000"));
  }
}

BENCHMARK(ParseRule)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace klaxon::promql
