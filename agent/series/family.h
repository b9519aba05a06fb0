#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/metrics/writer.h"
#include "agent/series/history.h"
#include "agent/series/queryable.h"
#include "agent/series/rows.h"
#include "agent/series/scrape_times.h"

namespace klaxon::series {

/// All series of one metric of the tables, in columns. A series is a row of label values that it
/// shares with other metrics, its two newest samples, and its history if that is kept. Not
/// thread-safe.
class Family {
 public:
  /// `rows` and `times` outlive the family.
  Family(std::string name, RowTable& rows, const ScrapeTimes& times);

  const std::string& name() const { return name_; }

  const RowTable& rows() const { return rows_; }

  int64_t span() const { return span_; }

  size_t size() const { return row_.size(); }

  /// How far back samples are kept from now on, in ms; 0: not at all.
  void SetSpan(int64_t span, HistoryNumbers& numbers);

  /// What comes next belongs to the newest scrape.
  void Begin() { cursor_ = 0; }

  /// Tables emit series in the order of the scrape before, mostly: then the next one is at the
  /// cursor and nothing has to be hashed. False: it was written in this scrape already.
  bool Write(metrics::LabelValues values, double value, HistoryNumbers& numbers);

  /// Marks what the newest scrape did not have, and forgets what has ended and has no history any
  /// more.
  void End(HistoryNumbers& numbers);

  void Select(const Selection& selection, Selected& selected);

  /// Every value of that label.
  void AddValues(std::string_view label, std::set<std::string>& values) const;

  /// Of the series whose history reaches back furthest; they are given up oldest first.
  struct Oldest {
    int64_t first = 0;  ///< number of a scrape
    Family* family = nullptr;
    size_t place = 0;
  };

  void AddOldest(std::vector<Oldest>& all);

  int64_t DropOldest(size_t place, HistoryNumbers& numbers) {
    return history_[place].DropOldest(numbers);
  }

 private:
  static constexpr uint32_t kNowhere = 0;

  void Add(size_t place, double value, HistoryNumbers& numbers);
  size_t FindOrAdd(metrics::LabelValues values);
  bool IsOver(size_t place) const;
  void RemoveOver(HistoryNumbers& numbers);
  std::vector<size_t> Matching(std::span<const Matcher> matchers) const;
  const LabelsRef& LabelsOf(size_t place);
  void TakePast(size_t place, int64_t after, int64_t until, std::vector<Sample>& samples) const;
  void TakeNewest(size_t place, const Selection& selection, std::vector<Sample>& samples) const;

  const std::string name_;
  RowTable& rows_;
  const ScrapeTimes& times_;
  int64_t span_ = 0;
  size_t cursor_ = 0;  ///< the place that is expected next

  // By place.
  std::vector<uint32_t> row_{};
  std::vector<uint32_t> seen_{};  ///< number of the scrape of the newest sample
  std::vector<double> newest_{};
  std::vector<double> previous_{};   ///< of the scrape before `seen_`; stale: there was none
  std::vector<History> history_{};   ///< empty without a span
  std::vector<LabelsRef> labels_{};  ///< as far as somebody asked for them

  std::vector<uint32_t> place_of_row_{};  ///< one more; kNowhere: the row has none
  uint32_t asked_ = 0;                    ///< number of the scrape after which labels were used
};

}  // namespace klaxon::series
