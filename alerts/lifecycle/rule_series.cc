#include "alerts/lifecycle/rule_series.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>
#include <utility>

namespace klaxon::alerts {
namespace {

int64_t TimeOf(const series::Sample& sample) {
  return sample.time;
}

}  // namespace

void RuleSeries::Append(const series::LabelsRef& labels, series::Sample sample) {
  Samples& samples = series_[labels];
  if (samples.empty() || samples.back().time < sample.time) {
    samples.push_back(sample);
  } else if (samples.back().time == sample.time) {
    samples.back() = sample;
  }
}

Result<series::Selected> RuleSeries::Select(const series::Selection& selection) const {
  series::Selected selected;
  for (const auto& [labels, samples] : series_) {
    const bool fits = std::ranges::all_of(selection.matchers, [&](const series::Matcher& matcher) {
      return matcher.Matches(labels->Get(matcher.name()));
    });
    if (!fits) continue;
    const auto first = std::ranges::upper_bound(samples, selection.after, {}, TimeOf);
    const auto last = std::ranges::upper_bound(first, samples.end(), selection.until, {}, TimeOf);
    if (first != last) {
      selected.series.push_back({.labels = labels, .samples = std::span(first, last)});
    }
  }
  return selected;
}

void RuleSeries::Trim(int64_t time) {
  for (auto series = series_.begin(); series != series_.end();) {
    Samples& samples = series->second;
    samples.erase(samples.begin(), std::ranges::lower_bound(samples, time, {}, TimeOf));
    series = samples.empty() ? series_.erase(series) : std::next(series);
  }
}

Result<series::Selected> JoinedSeries::Select(const series::Selection& selection) const {
  Result<series::Selected> first = first_.Select(selection);
  if (!first) return first;
  Result<series::Selected> second = second_.Select(selection);
  if (!second) return second;
  std::move(second->warnings.begin(), second->warnings.end(), std::back_inserter(first->warnings));
  if (second->series.empty()) return first;
  std::unordered_set<series::LabelsRef, series::LabelsHash, series::SameLabels> seen;
  for (const series::SelectedSeries& each : first->series) {
    seen.insert(each.labels);
  }
  for (series::SelectedSeries& each : second->series) {
    if (!seen.contains(each.labels)) first->series.push_back(std::move(each));
  }
  return first;
}

}  // namespace klaxon::alerts
