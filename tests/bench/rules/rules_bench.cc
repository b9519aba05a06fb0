#include <chrono>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "agent/base/clock.h"
#include "agent/metrics/writer.h"
#include "agent/series/store.h"
#include "alerts/lifecycle/engine.h"
#include "alerts/lifecycle/history.h"
#include "alerts/rules/rule_file.h"
#include "tests/bench/metrics/large_view.h"

namespace klaxon::alerts {
namespace {

constexpr int kScrapes = 121;  // the widest window of the default rules is half an hour
constexpr WallTime kStart{std::chrono::seconds(1'800'000'000)};
constexpr std::chrono::seconds kInterval{15};
constexpr Duration kBetweenEvaluations = std::chrono::minutes{1};

/// What the default rules leave out: rules over every partition of every group.
constexpr const char* kHeavyRules = R"(
groups:
- name: heavy
  rules:
  - {record: 'group:lag:sum', expr: 'sum by (cluster, consumergroup) (kafka_consumergroup_lag)'}
  - {record: 'topic:lag:max', expr: 'max by (cluster, topic) (kafka_consumergroup_lag)'}
  - {alert: LagOfPartition, expr: kafka_consumergroup_lag > 1e6}
  - {alert: LagOfGroup, expr: 'group:lag:sum > 1e9', for: 5m}
  - alert: Stuck
    expr: sum by (topic) (rate(kafka_topic_partition_current_offset[5m])) < 0
)";

std::vector<rules::Group> SixtyRules() {
  std::vector<rules::Group> groups = rules::ReadRuleFile(KLAXON_DEFAULT_RULES).groups;
  for (rules::Group& group : rules::ParseRuleFile(kHeavyRules, "heavy.yaml").groups)
    groups.push_back(std::move(group));
  return groups;
}

class StoreSink final : public SampleSink {
 public:
  explicit StoreSink(series::Store& store) : store_(store) {}

  void Append(const series::LabelsRef& labels, series::Sample sample) override {
    store_.Append(*labels, sample);
  }

 private:
  series::Store& store_;
};

/// Wanted below 250 ms for 60 rules at size L, with the history that they need.
void EvaluateRulesSizeL(benchmark::State& state) {
  SystemClock clock;
  const View view = bench::LargeView({}, clock.Now());
  std::vector<rules::Group> groups = SixtyRules();
  size_t rules = 0;
  for (const rules::Group& group : groups)
    rules += group.rules.size();
  series::Store store({});
  store.SetHistory(HistoryFor(groups));
  WallTime now = kStart;
  for (int i = 0; i < kScrapes; ++i) {
    now += kInterval;
    metrics::MetricWriter& writer = store.BeginScrape(Milliseconds(now));
    for (const metrics::Table& table : metrics::AllTables())
      metrics::Emit(table, view, writer);
    store.EndScrape(view.now);
  }
  StoreSink sink(store);
  Engine engine({.interval = kBetweenEvaluations});
  engine.Use(std::move(groups), now, sink);
  // The samples stay where they are: an evaluation looks at them from a little later each time.
  for (auto _ : state) {
    now += std::chrono::minutes{1};
    engine.EvaluateDue(now, store, sink);
    state.PauseTiming();
    metrics::MetricWriter& writer = store.BeginScrape(Milliseconds(now));
    for (const metrics::Table& table : metrics::AllTables())
      metrics::Emit(table, view, writer);
    store.EndScrape(view.now);
    state.ResumeTiming();
  }
  size_t failed = 0;
  for (const GroupState* const group : engine.groups()) {
    for (const RuleState& rule : group->rules())
      failed += rule.report().health == Health::kBad ? 1U : 0U;
  }
  state.counters["rules"] = static_cast<double>(rules);
  state.counters["failed"] = static_cast<double>(failed);
  state.counters["series"] = static_cast<double>(store.numbers().live);
  state.counters["history_MB"] = static_cast<double>(store.numbers().history_bytes) / 1e6;
}

BENCHMARK(EvaluateRulesSizeL)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace klaxon::alerts
