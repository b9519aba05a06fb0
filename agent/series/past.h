#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/series/history.h"
#include "agent/series/queryable.h"

namespace klaxon::series {

/// A series as it is kept over a restart.
struct KeptSeries {
  LabelsRef labels = NoLabels();
  /// A rule wrote it: it stands for itself until its rule is evaluated again. What tables tell is
  /// told anew before anybody asks, and never by an old value.
  bool by_rule = false;
  std::vector<Sample> samples{};  ///< by time, each time once
};

/// What an earlier process knew, in front of what this one does. Not thread-safe.
class Past {
 public:
  /// Instead of what was there before.
  void Set(const std::vector<KeptSeries>& kept, HistoryNumbers& numbers);

  /// Forgets what is older than `time` (ms).
  void ForgetBefore(int64_t time, HistoryNumbers& numbers);

  void Clear(HistoryNumbers& numbers);

  bool empty() const { return by_metric_.empty(); }

  /// Puts its samples before those that were selected.
  void Select(const Selection& selection, Selected& selected) const;

 private:
  struct Series {
    LabelsRef labels = NoLabels();
    bool by_rule = false;
    History history{};
  };

  std::vector<const Series*> Matching(const Selection& selection) const;

  std::map<std::string, std::vector<Series>, std::less<>> by_metric_{};
};

}  // namespace klaxon::series
