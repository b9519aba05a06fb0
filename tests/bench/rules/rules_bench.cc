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

constexpr int kMinutesBefore = 31;  // the widest window of the default rules is half an hour
constexpr std::chrono::seconds kInterval{15};
constexpr int kPollsAMinute = 4;
constexpr int64_t kRecordsAPoll = 150;  // in each partition
constexpr size_t kStalledGroups = 5;
constexpr WallTime kStart{std::chrono::seconds(1'800'000'000)};

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

/// A cluster that lives: with every poll offsets move, and groups read what was written, but for a
/// few that stand still. Its rules have been evaluated for half an hour, so that windows are full
/// and alerts of the groups that stand still fire.
class Estate {
 public:
  Estate() : groups_(SixtyRules()), view_(bench::LargeView({}, SystemClock().Now())) {
    for (const rules::Group& group : groups_)
      rules_ += group.rules.size();
    store_.SetHistory(HistoryFor(groups_));
    engine_.Use(groups_, now_, sink_);
    for (int minute = 0; minute < kMinutesBefore; ++minute) {
      LiveForAMinute();
      Evaluate();
    }
  }

  /// What lies between two evaluations.
  void LiveForAMinute() {
    for (int poll = 0; poll < kPollsAMinute; ++poll) {
      now_ += kInterval;
      view_ = bench::AfterPoll(view_, kRecordsAPoll, kStalledGroups);
      metrics::MetricWriter& writer = store_.BeginScrape(Milliseconds(now_));
      for (const metrics::Table& table : metrics::AllTables())
        metrics::Emit(table, view_, writer);
      store_.EndScrape(view_.now);
    }
  }

  void Evaluate() { engine_.EvaluateDue(now_, store_, sink_); }

  void Count(benchmark::State& state) const {
    size_t failed = 0;
    size_t alerts = 0;
    for (const GroupState* const group : engine_.groups()) {
      for (const RuleState& rule : group->rules()) {
        failed += rule.report().health == Health::kBad ? 1U : 0U;
        alerts += rule.alerts().size();
      }
    }
    state.counters["rules"] = static_cast<double>(rules_);
    state.counters["failed"] = static_cast<double>(failed);
    state.counters["alerts"] = static_cast<double>(alerts);
    state.counters["series"] = static_cast<double>(store_.numbers().live);
    state.counters["history_MB"] = static_cast<double>(store_.numbers().history_bytes) / 1e6;
    state.counters["dropped"] = static_cast<double>(store_.numbers().dropped_samples);
  }

 private:
  std::vector<rules::Group> groups_;
  size_t rules_ = 0;
  WallTime now_ = kStart;
  View view_;
  series::Store store_{series::StoreOptions{}};
  StoreSink sink_{store_};
  Engine engine_{EngineOptions{.interval = std::chrono::minutes{1}}};
};

/// Wanted below 250 ms for 60 rules at size L: 318,000 series, of which 10,000 partitions, 10,000
/// topics of groups and what is told of 1,000 groups have half an hour of history. Offsets move
/// with every poll; 5 of the 1,000 groups stand still in 10 topics each.
void EvaluateRulesSizeL(benchmark::State& state) {
  static Estate estate;
  for (auto _ : state) {
    state.PauseTiming();
    estate.LiveForAMinute();
    state.ResumeTiming();
    estate.Evaluate();
  }
  estate.Count(state);
}

BENCHMARK(EvaluateRulesSizeL)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace klaxon::alerts
