#include "alerts/lifecycle/rule_state.h"

#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "agent/promql/query.h"

namespace klaxon::alerts {
namespace {

series::LabelsRef RecordedLabels(const rules::Rule& rule, const series::Labels& from) {
  series::LabelsBuilder labels(from);
  labels.Set(series::kMetricName, rule.name);
  for (const rules::NamedText& label : rule.labels) {
    labels.Set(label.name, label.text);
  }
  return std::make_shared<const series::Labels>(labels.Build());
}

Result<promql::Vector> VectorOf(promql::QueryResult result) {
  switch (result.type) {
    case promql::ValueType::kVector:
      return std::move(result.vector);
    case promql::ValueType::kScalar:
      return promql::Vector{{.value = result.scalar}};
    case promql::ValueType::kMatrix:
    case promql::ValueType::kString:
      return Error(Reason::kInvalid, "rule result is not a vector or scalar");
  }
  std::abort();
}

}  // namespace

std::string_view Name(Health health) {
  switch (health) {
    case Health::kUnknown:
      return "unknown";
    case Health::kGood:
      return "ok";
    case Health::kBad:
      return "err";
  }
  std::abort();
}

void RuleState::Adopt(ActiveAlert alert) {
  const auto [place, is_new] = alerts_.try_emplace(alert.labels);
  if (is_new || place->second.phase != Phase::kFiring) place->second = std::move(alert);
}

void RuleState::Continue(RuleState before) {
  for (auto& [labels, alert] : before.alerts_) {
    Adopt(std::move(alert));
  }
  written_.merge(before.written_);
  if (before.report_.evaluated_at > report_.evaluated_at) {
    report_ = std::move(before.report_);
    went_well_at_ = before.went_well_at_;
  }
}

Result<std::vector<LabelledSample>> RuleState::Record(const promql::Vector& given,
                                                      int64_t limit) const {
  std::vector<LabelledSample> samples;
  SeriesSet seen;
  for (const promql::VectorSample& sample : given) {
    series::LabelsRef labels = RecordedLabels(*rule_, *sample.labels);
    if (!seen.insert(labels).second) {
      return Error(Reason::kInvalid,
                   fmt::format("vector contains metrics with the same labelset after applying rule "
                               "labels: {}",
                               ToString(*labels)));
    }
    samples.push_back({.labels = std::move(labels), .value = sample.value});
  }
  const auto count = static_cast<int64_t>(samples.size());
  if (limit > 0 && count > limit) {
    return Error(Reason::kInvalid,
                 fmt::format("exceeded limit of {} with {} series", limit, count));
  }
  return samples;
}

Result<std::vector<LabelledSample>> RuleState::Samples(const Step& step, int64_t limit) {
  const int64_t time = Milliseconds(step.seen_at.value_or(step.now) - step.query_offset);
  Result<promql::QueryResult> result =
      promql::InstantQuery(*rule_->parsed, step.source, time, step.surroundings.query);
  if (!result) return result.error();
  report_.warnings = result->warnings;
  const Result<promql::Vector> given = VectorOf(*std::move(result));
  if (!given) return given.error();
  if (!rule_->alerts) return Record(*given, limit);
  const Result<void> advanced =
      Advance({.rule = *rule_, .step = step, .limit = limit, .evaluated_before = went_well_at_},
              *given, alerts_);
  if (!advanced) return advanced.error();
  return SeriesOf(alerts_);
}

void RuleState::Write(const std::vector<LabelledSample>& samples, const Step& step) {
  const int64_t time = Milliseconds(step.now - step.query_offset);
  SeriesSet written;
  for (const LabelledSample& sample : samples) {
    step.sink.Append(sample.labels, {.time = time, .value = sample.value});
    written.insert(sample.labels);
  }
  for (const series::LabelsRef& labels : written_) {
    if (written.contains(labels)) continue;
    step.sink.Append(labels, {.time = time, .value = series::StaleMarker()});
  }
  written_ = std::move(written);
}

void RuleState::Evaluate(const Step& step, int64_t limit) {
  ++report_.evaluations;
  report_.evaluated_at = step.now;
  report_.warnings.clear();
  const Result<std::vector<LabelledSample>> samples = Samples(step, limit);
  if (!samples) {
    ++report_.failures;
    report_.health = Health::kBad;
    report_.error = samples.error().message();
    return;
  }
  report_.health = Health::kGood;
  report_.error.clear();
  report_.series = samples->size();
  went_well_at_ = step.now;
  Write(*samples, step);
}

void RuleState::EndSeries(SampleSink& sink, int64_t time) {
  for (const series::LabelsRef& labels : written_) {
    sink.Append(labels, {.time = time, .value = series::StaleMarker()});
  }
  written_.clear();
}

}  // namespace klaxon::alerts
