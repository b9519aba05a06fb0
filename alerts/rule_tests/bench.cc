#include "alerts/rule_tests/bench.h"

#include <utility>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "agent/promql/parser.h"
#include "agent/promql/query.h"

namespace klaxon::rule_tests {
namespace {

WallTime After(WallTime start, Duration time) {
  return start + std::chrono::duration_cast<WallTime::duration>(time);
}

}  // namespace

/// What the rules write lies beside the series of the test, as in Prometheus.
class Bench::Sink final : public alerts::SampleSink {
 public:
  explicit Sink(series::MemoryStore& store) : store_(store) {}

  void Append(const series::LabelsRef& labels, series::Sample sample) override {
    store_.Append(*labels, sample);
  }

 private:
  series::MemoryStore& store_;
};

Bench::Bench(const Test& test, const promql::QueryOptions& query,
             const std::vector<rules::Group>& groups)
    : test_(test) {
  for (const rules::Group& group : groups) {
    groups_.emplace_back(group);
  }
  surroundings_.external_labels = test.external_labels;
  surroundings_.external_url = test.external_url;
  surroundings_.query = query;
}

void Bench::LoadUntil(Duration at) {
  // A sample of the future must not be there yet: rules may look ahead of their time.
  const size_t until = static_cast<size_t>(at / test_.interval) + 1;
  for (const promql::SeriesNotation& series : test_.series) {
    for (size_t i = loaded_; i < until && i < series.values.size(); ++i) {
      if (!series.values[i]) continue;
      const WallTime time = After(test_.start, test_.interval * static_cast<int64_t>(i));
      store_.Append(series.labels,
                    {.time = alerts::Milliseconds(time), .value = *series.values[i]});
    }
  }
  loaded_ = until;
}

std::vector<std::string> Bench::Evaluate(Duration at) {
  LoadUntil(at);
  Sink sink(store_);
  std::vector<std::string> errors;
  for (alerts::GroupState& group : groups_) {
    group.Evaluate({.now = After(test_.start, at),
                    .source = store_,
                    .sink = sink,
                    .surroundings = surroundings_});
    for (const alerts::RuleState& rule : group.rules()) {
      if (rule.report().error.empty()) continue;
      errors.push_back(fmt::format("rule: {}, time: {}, err: {}", rule.rule().name,
                                   FormatDuration(at), rule.report().error));
    }
  }
  return errors;
}

std::vector<ExpectedAlert> Bench::Firing(const std::string& alert) const {
  std::vector<ExpectedAlert> firing;
  for (const alerts::GroupState& group : groups_) {
    for (const alerts::RuleState& rule : group.rules()) {
      if (rule.rule().name != alert) continue;
      for (const auto& [labels, active] : rule.alerts()) {
        if (active.phase != alerts::Phase::kFiring) continue;
        firing.push_back({.labels = labels, .annotations = active.annotations});
      }
    }
  }
  return firing;
}

Result<promql::Vector> Bench::Ask(const std::string& expression, Duration at) const {
  const promql::Parsed parsed = promql::Parse(expression);
  if (parsed.mistake) return Error(Reason::kInvalid, ToString(*parsed.mistake));
  Result<promql::QueryResult> result =
      promql::InstantQuery(*parsed.expression, store_, alerts::Milliseconds(After(test_.start, at)),
                           surroundings_.query);
  if (!result) return result.error();
  if (result->type == promql::ValueType::kScalar) {
    return promql::Vector{{.value = result->scalar}};
  }
  if (result->type != promql::ValueType::kVector) {
    return Error(Reason::kInvalid, "rule result is not a vector or scalar");
  }
  return std::move(result->vector);
}

}  // namespace klaxon::rule_tests
