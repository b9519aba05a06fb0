#include "agent/series/past.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace klaxon::series {
namespace {

/// `later` with what `history` has before it, as far as the selection reaches.
std::shared_ptr<const std::vector<Sample>> Joined(const History& history,
                                                  const Selection& selection,
                                                  std::span<const Sample> later) {
  auto samples = std::make_shared<std::vector<Sample>>();
  // The clock may have been set back between the two processes.
  const int64_t end = later.empty() ? selection.until : later.front().time - 1;
  history.Decode(selection.after, std::min(end, selection.until), *samples);
  samples->insert(samples->end(), later.begin(), later.end());
  return samples;
}

}  // namespace

void Past::Set(const std::vector<KeptSeries>& kept, HistoryNumbers& numbers) {
  Clear(numbers);
  for (const KeptSeries& each : kept) {
    Series series{.labels = each.labels, .by_rule = each.by_rule};
    for (const Sample& sample : each.samples) {
      series.history.Append(sample, numbers);
    }
    if (!series.history.empty()) {
      by_metric_[std::string(each.labels->metric_name())].push_back(std::move(series));
    }
  }
}

void Past::ForgetBefore(int64_t time, HistoryNumbers& numbers) {
  for (auto& [metric, all] : by_metric_) {
    for (Series& series : all) {
      series.history.ForgetBefore(time, numbers);
    }
    std::erase_if(all, [](const Series& series) { return series.history.empty(); });
  }
  std::erase_if(by_metric_, [](const auto& metric) { return metric.second.empty(); });
}

void Past::Clear(HistoryNumbers& numbers) {
  for (auto& [metric, all] : by_metric_) {
    for (Series& series : all) {
      series.history.Clear(numbers);
    }
  }
  by_metric_.clear();
}

std::vector<const Past::Series*> Past::Matching(const Selection& selection) const {
  std::vector<const Series*> matching;
  for (const auto& [metric, all] : by_metric_) {
    if (!MayName(selection.matchers, metric)) continue;
    for (const Series& series : all) {
      const bool asked = selection.past || series.by_rule;
      if (asked && MatchesAll(*series.labels, selection.matchers)) matching.push_back(&series);
    }
  }
  return matching;
}

void Past::Select(const Selection& selection, Selected& selected) const {
  if (by_metric_.empty()) return;
  const std::vector<const Series*> matching = Matching(selection);
  if (matching.empty()) return;
  std::unordered_map<LabelsRef, size_t, LabelsHash, SameLabels> places;
  for (size_t i = 0; i < selected.series.size(); ++i) {
    places.emplace(selected.series[i].labels, i);
  }
  for (const Series* const series : matching) {
    if (selected.made > selection.most) return;
    const auto place = places.find(series->labels);
    const bool goes_on = place != places.end();
    auto joined =
        Joined(series->history, selection,
               goes_on ? selected.series[place->second].samples : std::span<const Sample>());
    if (goes_on) {
      selected.series[place->second].samples = *joined;
    } else if (!joined->empty()) {
      selected.series.push_back({.labels = series->labels, .samples = *joined});
    }
    selected.made += joined->size();
    selected.owned.push_back(std::move(joined));
  }
}

}  // namespace klaxon::series
