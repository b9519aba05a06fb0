#include <algorithm>
#include <utility>

#include "agent/promql/evaluator.h"

namespace klaxon::promql {
namespace {

/// What a step of a subquery weighs even when it is empty, in samples.
constexpr size_t kCostOfStep = 20;

int64_t TimeOfSample(const series::Sample& sample) {
  return sample.time;
}

std::span<const series::Sample> SamplesIn(std::span<const series::Sample> samples,
                                          const WindowTimes& times) {
  const auto first = std::ranges::upper_bound(samples, times.start, {}, TimeOfSample);
  const auto last = std::ranges::upper_bound(first, samples.end(), times.end, {}, TimeOfSample);
  return {first, last};
}

/// `samples`, or a copy in `kept` when there are staleness markers to leave out.
std::span<const series::Sample> WithoutMarkers(std::span<const series::Sample> samples,
                                               std::vector<series::Sample>& kept) {
  const auto is_marker = [](const series::Sample& one) { return series::IsStale(one.value); };
  if (std::ranges::none_of(samples, is_marker)) return samples;
  kept.clear();
  std::ranges::remove_copy_if(samples, std::back_inserter(kept), is_marker);
  return kept;
}

int64_t RangeOfWindow(const Expr& expr) {
  const auto* const selector = std::get_if<Selector>(&expr.node);
  return selector != nullptr ? selector->range : std::get<Subquery>(expr.node).range;
}

const TimeShift& ShiftOfWindow(const Expr& expr) {
  const auto* const selector = std::get_if<Selector>(&expr.node);
  return selector != nullptr ? selector->shift : std::get<Subquery>(expr.node).shift;
}

/// The first multiple of `step` after `time`, also before 1970.
int64_t NextMultiple(int64_t time, int64_t step) {
  const int64_t multiple = time / step * step;
  return multiple <= time ? multiple + step : multiple;
}

}  // namespace

int64_t Evaluator::Shifted(const TimeShift& shift, int64_t time) const {
  int64_t from = time;
  if (shift.anchor == TimeShift::Anchor::kTime) from = shift.time;
  if (shift.anchor == TimeShift::Anchor::kStart) from = times_.start;
  if (shift.anchor == TimeShift::Anchor::kEnd) from = times_.end;
  return from - shift.offset.value_or(0);
}

WindowTimes Evaluator::TimesOf(const Expr& expr, int64_t time) const {
  const int64_t end = Shifted(ShiftOfWindow(expr), time);
  return {.start = end - RangeOfWindow(expr), .end = end};
}

Result<void> Evaluator::Load(const Expr& expr) {
  return LoadUnder(expr, {.start = times_.start, .end = times_.end});
}

/// `needed`: the first and the last time at which `expr` will be evaluated.
Result<void> Evaluator::LoadUnder(const Expr& expr, WindowTimes needed) {
  if (std::holds_alternative<Selector>(expr.node)) return LoadSelector(expr, needed);
  if (const auto* const subquery = std::get_if<Subquery>(&expr.node)) {
    needed = {.start = Shifted(subquery->shift, needed.start) - subquery->range,
              .end = Shifted(subquery->shift, needed.end)};
  }
  const std::vector<const Expr*> parts = PartsOf(expr);
  for (const Expr* const part : parts) {
    if (Result<void> loaded = LoadUnder(*part, needed); !loaded) return loaded;
  }
  return {};
}

Result<void> Evaluator::LoadSelector(const Expr& expr, WindowTimes needed) {
  const auto& selector = std::get<Selector>(expr.node);
  const int64_t back = selector.range > 0 ? selector.range : options_.lookback;
  Result<series::Selected> found = source_.Select(
      {.matchers = selector.matchers,
       .after = Shifted(selector.shift, needed.start) - back,
       .until = Shifted(selector.shift, needed.end),
       .past = selector.range > 0 || selector.shift.offset.value_or(0) > 0 ||
               selector.shift.anchor == TimeShift::Anchor::kTime || needed.start != needed.end,
       .most = options_.most_held - held_});
  if (!found) return found.error();
  if (!Hold(found->made)) return Spent();
  for (const std::string& warning : found->warnings)
    annotations_.Warn(warning);
  if (!Spend(found->series.size())) return Spent();
  selected_[&expr] = *std::move(found);
  return {};
}

template <class Make>
Result<Vector> Evaluator::Newest(const Expr& expr, int64_t time, Make make) {
  const int64_t at = Shifted(std::get<Selector>(expr.node).shift, time);
  const std::vector<series::SelectedSeries>& selected = selected_[&expr].series;
  if (!Spend(selected.size())) return Spent();
  Vector vector;
  vector.reserve(selected.size());
  for (const series::SelectedSeries& one : selected) {
    std::span<const series::Sample> samples = one.samples;
    // Mostly the last one is meant: then nothing has to be searched for.
    if (!samples.empty() && samples.back().time > at) {
      const auto after = std::ranges::upper_bound(samples, at, {}, TimeOfSample);
      samples = {samples.begin(), after};
    }
    if (samples.empty()) continue;
    const series::Sample& newest = samples.back();
    if (newest.time <= at - options_.lookback || series::IsStale(newest.value)) continue;
    vector.push_back({.labels = one.labels, .value = make(newest)});
  }
  return vector;
}

Result<Vector> Evaluator::SampleValues(const Expr& selector, int64_t time) {
  return Newest(selector, time, [](const series::Sample& sample) { return sample.value; });
}

Result<Vector> Evaluator::SampleTimes(const Expr& selector, int64_t time) {
  return Newest(selector, time, [](const series::Sample& sample) {
    return static_cast<double>(sample.time) / 1000;
  });
}

Result<void> Evaluator::ForEachWindow(const Expr& expr, int64_t time, const WindowVisitor& visit) {
  const WindowTimes times = TimesOf(expr, time);
  return std::holds_alternative<Selector>(expr.node) ? VisitSelected(expr, times, visit)
                                                     : VisitSubquery(expr, times, visit);
}

Result<void> Evaluator::VisitSelected(const Expr& expr, WindowTimes times,
                                      const WindowVisitor& visit) {
  std::vector<series::Sample> kept;
  for (const series::SelectedSeries& one : selected_[&expr].series) {
    const auto samples = WithoutMarkers(SamplesIn(one.samples, times), kept);
    if (!Spend(samples.size() + 1)) return Spent();
    if (!samples.empty()) visit({.labels = one.labels, .samples = samples});
  }
  return {};
}

Result<void> Evaluator::VisitSubquery(const Expr& expr, WindowTimes times,
                                      const WindowVisitor& visit) {
  const auto& subquery = std::get<Subquery>(expr.node);
  const int64_t step = subquery.step > 0 ? subquery.step : options_.default_step;
  Steps& steps = steps_[&expr];
  // Windows of later steps overlap this one; what lies before them is not needed again.
  DropSteps(steps, times.start);
  Matrix matrix;
  std::unordered_map<series::LabelsRef, size_t, series::LabelsHash, series::SameLabels> known;
  for (int64_t at = NextMultiple(times.start, step); at <= times.end; at += step) {
    const auto found = SubqueryStep(subquery, steps, at);
    if (!found) return found.error();
    if (!Spend((*found)->size() + 1)) return Spent();
    for (const VectorSample& sample : **found) {
      const auto [place, is_new] = known.emplace(sample.labels, matrix.size());
      if (is_new) matrix.push_back({.labels = sample.labels, .drop_name = sample.drop_name});
      matrix[place->second].samples.push_back({.time = at, .value = sample.value});
    }
  }
  for (const RangeSeries& one : matrix)
    visit({.labels = one.labels, .drop_name = one.drop_name, .samples = one.samples});
  return {};
}

/// Those up to `until`.
void Evaluator::DropSteps(Steps& steps, int64_t until) {
  const auto end = steps.upper_bound(until);
  for (auto step = steps.begin(); step != end; ++step) {
    if (step->second != nullptr) held_ -= step->second->size() + kCostOfStep;
  }
  steps.erase(steps.begin(), end);
}

Result<std::shared_ptr<const Vector>> Evaluator::SubqueryStep(const Subquery& subquery,
                                                              Steps& steps, int64_t time) {
  std::shared_ptr<const Vector>& step = steps[time];
  if (step == nullptr) {
    Result<Value> value = Evaluate(*subquery.inner, time);
    if (!value) return value.error();
    step = std::make_shared<const Vector>(std::get<Vector>(*std::move(value)));
    if (!Hold(step->size() + kCostOfStep)) return Spent();
  }
  return step;
}

}  // namespace klaxon::promql
