#include "agent/series/memory_store.h"

#include <algorithm>

namespace klaxon::series {
namespace {

std::span<const Sample> Within(std::span<const Sample> samples, const Selection& selection) {
  const auto time = [](const Sample& sample) { return sample.time; };
  const auto first = std::ranges::upper_bound(samples, selection.after, {}, time);
  const auto last = std::ranges::upper_bound(first, samples.end(), selection.until, {}, time);
  return {first, last};
}

}  // namespace

void MemoryStore::Append(const Labels& labels, Sample sample) {
  auto found = by_labels_.find(labels);
  if (found == by_labels_.end()) {
    series_.push_back(std::make_unique<Series>(Series{.labels = std::make_shared<Labels>(labels)}));
    Series* const made = series_.back().get();
    by_name_[std::string(labels.metric_name())].push_back(made);
    found = by_labels_.emplace(made->labels, made).first;
  }
  std::vector<Sample>& samples = found->second->samples;
  if (samples.empty() || samples.back().time < sample.time) {
    samples.push_back(sample);
  } else if (samples.back().time == sample.time) {
    samples.back() = sample;
  }
}

Result<Selected> MemoryStore::Select(const Selection& selection) const {
  Selected selected;
  const auto take = [&](const Series& series) {
    const std::span<const Sample> samples = Within(series.samples, selection);
    if (!samples.empty() && MatchesAll(*series.labels, selection.matchers)) {
      selected.series.push_back({.labels = series.labels, .samples = samples});
    }
  };
  const auto named = std::ranges::find_if(selection.matchers, [](const Matcher& matcher) {
    return matcher.kind() == MatchKind::kEqual && matcher.name() == kMetricName;
  });
  if (named == selection.matchers.end()) {
    for (const auto& series : series_)
      take(*series);
    return selected;
  }
  if (const auto found = by_name_.find(named->value()); found != by_name_.end()) {
    selected.series.reserve(found->second.size());
    for (const Series* const series : found->second)
      take(*series);
  }
  return selected;
}

}  // namespace klaxon::series
