#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "agent/series/history.h"
#include "agent/series/queryable.h"

namespace klaxon::series {

/// The series that rules write: ALERTS, what they record. Not thread-safe.
class AppendedSeries {
 public:
  /// Dropped unless it is later than the newest of the series. `span`: of its history, ms.
  void Append(const Labels& labels, Sample sample, int64_t span, HistoryNumbers& numbers);

  /// The history of all series of a metric is not wanted any more.
  void ForgetHistory(std::string_view metric, HistoryNumbers& numbers);

  /// Forgets series that nobody can see any more at `now` (ms).
  void Sweep(int64_t now, HistoryNumbers& numbers);

  void Select(const Selection& selection, Selected& selected) const;

  void AddNames(std::set<std::string>& names) const;
  void AddValues(std::string_view name, std::set<std::string>& values) const;

  size_t size() const { return size_; }

 private:
  struct Series {
    Sample newest{};
    Sample previous{.time = 0, .value = StaleMarker()};
    int64_t span = 0;
    History history{};
  };

  using ByLabels = std::unordered_map<LabelsRef, Series, LabelsHash, SameLabels>;

  std::map<std::string, ByLabels, std::less<>> by_metric_{};
  size_t size_ = 0;
};

}  // namespace klaxon::series
