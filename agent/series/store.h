#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agent/metrics/writer.h"
#include "agent/model/unknown_scope.h"
#include "agent/series/appended.h"
#include "agent/series/family.h"
#include "agent/series/past.h"
#include "agent/series/queryable.h"
#include "agent/series/rows.h"
#include "agent/series/scrape_times.h"
#include "agent/series/symbols.h"
#include "agent/series/unknown_book.h"

namespace klaxon::series {

/// By metric, how far back its samples are kept: ms.
using Spans = std::map<std::string, int64_t, std::less<>>;

struct StoreOptions {
  /// Of all other metrics the two newest samples are kept.
  Spans history{};
  /// For samples that are kept, in bytes; the oldest go first.
  size_t budget = size_t{64} << 20;
  /// What the label `cluster` of the tables is called; empty: it is left out.
  std::string cluster_label = "cluster";
};

struct StoreNumbers {
  size_t live = 0;  ///< series that the last scrape had
  size_t history_bytes = 0;
  size_t history_budget = 0;     ///< that it may take
  uint64_t dropped_samples = 0;  ///< because of the budget
};

/// What the metrics' tables say, as series: the newest samples of each, and the history of some. A
/// series that a scrape no longer has, or that is unknown, ends with a staleness marker, so that an
/// old value never passes for a new one. One thread; what Select gave lives on its own.
class Store final : public Queryable {
 public:
  explicit Store(StoreOptions options);
  ~Store() override;

  /// Takes what is written until EndScrape as samples of `time` (ms since 1970).
  /// REQUIRES: later than the scrape before.
  metrics::MetricWriter& BeginScrape(int64_t time);
  /// Returns what the tables could not tell; never null.
  UnknownScopesRef EndScrape(const Instant& now);

  /// Adds a sample to a series that no scrape has. Dropped unless it is later than the newest.
  void Append(const Labels& labels, Sample sample);

  /// From now on, instead of the history before.
  void SetHistory(Spans history);

  /// What an earlier process left; it counts as far as history is kept, and rules' own series as
  /// long as any sample counts.
  void Recall(const std::vector<KeptSeries>& kept);

  /// What a later process should know of the samples after `after` (ms): those of the metrics that
  /// have a history, and what rules wrote.
  std::vector<KeptSeries> SamplesSince(int64_t after) const;

  /// Warns when it is asked for more of the past than is kept.
  Result<Selected> Select(const Selection& selection) const override;

  std::set<std::string> LabelNames() const;
  std::set<std::string> LabelValues(std::string_view name) const;

  StoreNumbers numbers() const;

  /// How far back any sample counts, ms.
  int64_t LongestSpan() const;

 private:
  class Writer;

  Family& FamilyOf(const metrics::MetricInfo& info);
  RowTable& RowsOf(const metrics::MetricInfo& info);
  std::string_view NameOf(std::string_view label) const;
  int64_t SpanOf(std::string_view metric) const;
  void KeepBudget();
  void Warn(const Family& family, const Selection& selection, Selected& selected) const;

  StoreOptions options_;
  size_t live_ = 0;
  HistoryNumbers history_{};
  int64_t dropped_until_ = 0;  ///< history before this may lack because of the budget: ms
  ScrapeTimes times_{};
  SymbolTable symbols_{};
  std::vector<std::unique_ptr<RowTable>> rows_{};  ///< one a set of label names
  /// By metric; mostly one of each, more where metrics of one name differ in their label names.
  std::multimap<std::string, std::unique_ptr<Family>, std::less<>> families_{};
  AppendedSeries appended_{};
  Past past_{};
  UnknownBook unknown_;
  std::unique_ptr<Writer> writer_;
};

}  // namespace klaxon::series
