#include <malloc.h>

#include <string>

#include <benchmark/benchmark.h>

#include "agent/base/clock.h"
#include "agent/metrics/writer.h"
#include "agent/promql/parser.h"
#include "agent/promql/query.h"
#include "agent/series/store.h"
#include "tests/bench/metrics/large_view.h"

namespace klaxon::series {
namespace {

constexpr int64_t kStart = 1'800'000'000'000;
constexpr int64_t kInterval = 15'000;

const View& SizeL() {
  static SystemClock clock;
  static const View kView = bench::LargeView({}, clock.Now());
  return kView;
}

void Scrape(Store& store, int64_t number) {
  metrics::MetricWriter& writer = store.BeginScrape(kStart + number * kInterval);
  for (const metrics::Table& table : metrics::AllTables())
    metrics::Emit(table, SizeL(), writer);
  benchmark::DoNotOptimize(store.EndScrape(SizeL().now));
}

size_t Allocated() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

/// Wanted below 150 ms for 300,000 samples, and below 100 bytes a series.
void IngestSizeL(benchmark::State& state, Spans history) {
  SizeL();
  const size_t before = Allocated();
  Store store({.history = std::move(history)});
  int64_t number = 0;
  Scrape(store, ++number);
  Scrape(store, ++number);
  const size_t after = Allocated();
  for (auto _ : state)
    Scrape(store, ++number);
  const auto live = static_cast<double>(store.numbers().live);
  state.counters["series"] = live;
  state.counters["bytes_a_series"] = static_cast<double>(after - before) / live;
  state.counters["history_MB"] = static_cast<double>(store.numbers().history_bytes) / 1e6;
}

BENCHMARK_CAPTURE(IngestSizeL, NewestOnly, {})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(IngestSizeL, HistoryOfLag, {{"kafka_consumergroup_lag", 600'000}})
    ->Unit(benchmark::kMillisecond);

/// The first scrape of all: nothing is known yet.
void FirstIngestSizeL(benchmark::State& state) {
  SizeL();
  for (auto _ : state) {
    Store store({});
    Scrape(store, 1);
  }
}

BENCHMARK(FirstIngestSizeL)->Unit(benchmark::kMillisecond);

void Ask(benchmark::State& state, const char* text) {
  Store store({});
  Scrape(store, 1);
  Scrape(store, 2);
  const promql::Parsed parsed = promql::Parse(text);
  size_t series = 0;
  for (auto _ : state) {
    const auto result = promql::InstantQuery(*parsed.expression, store, kStart + 2 * kInterval + 1);
    if (!result) return state.SkipWithError(result.error().message().c_str());
    series = result->vector.size();
  }
  state.counters["series"] = static_cast<double>(series);
}

/// Wanted below 40 ms.
BENCHMARK_CAPTURE(Ask, SumByGroup, "sum by (consumergroup) (kafka_consumergroup_lag)")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Ask, FilterByPattern,
                  "kafka_consumergroup_lag{topic=~\"payments.*1\",consumergroup!=\"x\"} > 970")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Ask, NothingMatches, "kafka_consumergroup_lag{topic=\"nobody\"}")
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace klaxon::series
