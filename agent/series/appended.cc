#include "agent/series/appended.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace klaxon::series {
void AppendedSeries::Append(const Labels& labels, Sample sample, int64_t span,
                            HistoryNumbers& numbers) {
  ByLabels& metric = by_metric_[std::string(labels.metric_name())];
  auto found = metric.find(labels);
  if (found == metric.end()) {
    found = metric.emplace(std::make_shared<const Labels>(labels), Series{}).first;
    ++size_;
  } else if (sample.time <= found->second.newest.time) {
    return;
  }
  Series& series = found->second;
  series.previous = std::exchange(series.newest, sample);
  series.span = span;
  if (span == 0) return;
  // A history that begins now has the sample before, too: a window of two sees both at once.
  if (series.history.empty() && series.previous.time != 0) {
    series.history.Append(series.previous, numbers);
  }
  series.history.Append(sample, numbers);
  series.history.ForgetBefore(sample.time - span, numbers);
}

void AppendedSeries::ForgetHistory(std::string_view metric, HistoryNumbers& numbers) {
  const auto found = by_metric_.find(metric);
  if (found == by_metric_.end()) return;
  for (auto& [labels, series] : found->second) {
    series.history.Clear(numbers);
    series.span = 0;
  }
}

void AppendedSeries::Sweep(int64_t now, HistoryNumbers& numbers) {
  for (auto& [name, metric] : by_metric_) {
    for (auto at = metric.begin(); at != metric.end();) {
      Series& series = at->second;
      const bool seen = series.newest.time > now - std::max(series.span, kLookback);
      if (!seen) series.history.Clear(numbers);
      at = seen ? std::next(at) : metric.erase(at);
    }
  }
  std::erase_if(by_metric_, [](const auto& metric) { return metric.second.empty(); });
  size_ = 0;
  for (const auto& [name, metric] : by_metric_)
    size_ += metric.size();
}

void AppendedSeries::AddNames(std::set<std::string>& names) const {
  for (const auto& [metric, series] : by_metric_) {
    for (const auto& [labels, one] : series) {
      for (const Label label : *labels)
        names.emplace(label.name);
    }
  }
}

void AppendedSeries::AddValues(std::string_view name, std::set<std::string>& values) const {
  for (const auto& [metric, series] : by_metric_) {
    for (const auto& [labels, one] : series) {
      if (const std::string_view value = labels->Get(name); !value.empty()) values.emplace(value);
    }
  }
}

void AppendedSeries::Select(const Selection& selection, Selected& selected) const {
  const auto within = [&](const Sample& sample) {
    return sample.time > selection.after && sample.time <= selection.until;
  };
  for (const auto& [name, metric] : by_metric_) {
    // Thousands of alerts may be there, and most queries name a metric that no rule writes.
    if (!MayName(selection.matchers, name)) continue;
    for (const auto& [labels, series] : metric) {
      if (selected.made > selection.most) return;
      if (!MatchesAll(*labels, selection.matchers)) continue;
      auto samples = std::make_shared<std::vector<Sample>>();
      if (series.history.empty()) {
        if (series.previous.time != 0 && within(series.previous)) {
          samples->push_back(series.previous);
        }
        if (within(series.newest)) samples->push_back(series.newest);
      } else {
        series.history.Decode(selection.after, selection.until, *samples);
      }
      if (samples->empty()) continue;
      selected.made += samples->size();
      selected.series.push_back({.labels = labels, .samples = *samples});
      selected.owned.push_back(std::move(samples));
    }
  }
}

}  // namespace klaxon::series
