#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/mutex.h"
#include "agent/metrics/writer.h"
#include "agent/model/unknown_scope.h"
#include "agent/model/view.h"
#include "agent/series/queryable.h"
#include "agent/series/store.h"

namespace klaxon::series {

/// The series of a running agent: what /metrics would show, sampled time after time, and what rules
/// make of it. Thread-safe; a writer and readers wait for each other while the samples of one
/// selector are decoded, at most Selection::most of them, however long a query takes.
class Keeper {
 public:
  /// Emits what is read when somebody scrapes: the process, our own counters. Thread-safe.
  using OwnMetrics = std::function<void(metrics::MetricWriter&)>;

  /// `clock` outlives the keeper.
  Keeper(StoreOptions options, Clock& clock, OwnMetrics own);
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;
  ~Keeper();

  /// Takes all that the tables say of `view` as a scrape at `now` would: what is fresh then. Series
  /// that are unknown or gone end. Returns the time of the samples, ms since 1970: that of `now`,
  /// but never one that was there before, though the wall clock be set back.
  int64_t Sample(const View& view, const Instant& now);

  /// Adds a sample of a series that no table has: ALERTS, what a rule records. It counts at once
  /// for queries of its time and later ones; it is not ended by Sample, so its writer ends it with
  /// a staleness marker. Dropped when it is not later than the newest of that series.
  void Append(const Labels& labels, series::Sample sample);

  /// What queries ask; lives as long as the keeper. Without history the newest sample of a series
  /// is seen and the one before it, so that a query is not disturbed by a scrape.
  const Queryable& queryable() const;

  /// The label names, `__name__` among them, of all series; the values of one of them.
  std::set<std::string> LabelNames() const;
  std::set<std::string> LabelValues(std::string_view name) const;

  /// What was not known at the newest Sample, and why; never null.
  UnknownScopesRef unknown() const;

  /// The history that loaded rules need, instead of what was set before. It adds to the
  /// configured one: of both the longer counts.
  void SetHistory(const Spans& spans);

  /// As Store::Recall and Store::SamplesSince.
  void Recall(const std::vector<KeptSeries>& kept);
  /// The time of the newest sample that was recalled, ms since 1970; 0: there was none.
  int64_t RecalledUntil() const;
  std::vector<KeptSeries> SamplesSince(int64_t after) const;

  /// How far back any sample counts, ms.
  int64_t LongestSpan() const;

  /// Of the newest Sample; 0 before the first.
  int64_t newest() const;

  StoreNumbers numbers() const;

  /// `klaxon_series_*`.
  void Emit(metrics::MetricWriter& writer) const;

 private:
  class Locked;

  /// Of the newest Sample.
  struct Told {
    StoreNumbers numbers{};
    UnknownScopesRef unknown = std::make_shared<const UnknownScopes>();
    Instant sampled_at{};
    int64_t time = 0;
    Duration took{};
  };

  Told told() const;

  const Spans configured_;
  Clock& clock_;
  const OwnMetrics own_;
  mutable Mutex mutex_;
  Store store_ KLAXON_GUARDED_BY(mutex_);
  int64_t recalled_until_ KLAXON_GUARDED_BY(mutex_) = 0;
  mutable Mutex told_mutex_;  ///< apart: own_ asks for what was told while a scrape goes on
  Told told_ KLAXON_GUARDED_BY(told_mutex_){};
  std::unique_ptr<Locked> locked_;
};

/// What Keeper::Emit emits.
std::span<const metrics::MetricInfo> KeeperInfos();

}  // namespace klaxon::series
