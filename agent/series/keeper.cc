#include "agent/series/keeper.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "agent/base/duration.h"

namespace klaxon::series {
namespace {

int64_t Milliseconds(WallTime wall) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(wall.time_since_epoch()).count();
}

constexpr std::string_view kSelf = "Klaxon itself";
constexpr metrics::MetricInfo kLive{
    .name = "klaxon_series_live",
    .help = "Series that rules and queries see: those of the last sampling that are known",
    .source = kSelf};
constexpr metrics::MetricInfo kHistory{.name = "klaxon_series_history_bytes",
                                       .help = "Memory that the samples of the past take",
                                       .unit = "bytes",
                                       .source = kSelf};
constexpr metrics::MetricInfo kDropped{
    .name = "klaxon_series_dropped_samples_total",
    .help = "Samples of the past that were dropped early because history had used up its budget",
    .type = metrics::MetricType::kCounter,
    .source = kSelf};
constexpr metrics::MetricInfo kSampledAt{.name = "klaxon_series_sampled_timestamp_seconds",
                                         .help = "Unix time at which the series were sampled last",
                                         .unit = "seconds",
                                         .source = kSelf};
constexpr metrics::MetricInfo kSampling{.name = "klaxon_series_sampling_duration_seconds",
                                        .help = "Time that the last sampling took",
                                        .unit = "seconds",
                                        .source = kSelf};
constexpr metrics::MetricInfo kUnknown{
    .name = "klaxon_series_unknown_scopes",
    .help = "Things of which series are not known now, such as partitions of a topic or a group",
    .source = kSelf};
constexpr std::array kInfos{kLive, kHistory, kDropped, kSampledAt, kSampling, kUnknown};

}  // namespace

std::span<const metrics::MetricInfo> KeeperInfos() {
  return kInfos;
}

/// The store as threads other than the sampling one may ask it.
class Keeper::Locked final : public Queryable {
 public:
  explicit Locked(const Keeper& keeper) : keeper_(keeper) {}

  Result<Selected> Select(const Selection& selection) const override {
    const Lock lock(keeper_.mutex_);
    return keeper_.store_.Select(selection);
  }

 private:
  const Keeper& keeper_;
};

Keeper::Keeper(StoreOptions options, Clock& clock, OwnMetrics own)
    : configured_(options.history),
      clock_(clock),
      own_(std::move(own)),
      store_(std::move(options)),
      locked_(std::make_unique<Locked>(*this)) {
}

Keeper::~Keeper() = default;

int64_t Keeper::Sample(const View& view, const Instant& now) {
  View current = view;
  current.now = now;  // what has expired since the view was made is not known any more
  const MonoTime started = clock_.Now().mono;
  const Lock lock(mutex_);
  const Told before = told();
  int64_t time = Milliseconds(now.wall);
  if (before.time != 0) {
    const int64_t elapsed =
        std::chrono::duration_cast<std::chrono::milliseconds>(now.mono - before.sampled_at.mono)
            .count();
    time = std::max(time, before.time + std::max<int64_t>(elapsed, 1));
  }
  metrics::MetricWriter& writer = store_.BeginScrape(time);
  for (const metrics::Table& table : metrics::AllTables())
    metrics::Emit(table, current, writer);
  own_(writer);
  UnknownScopesRef unknown = store_.EndScrape(now);
  const Lock told_lock(told_mutex_);
  told_ = {.numbers = store_.numbers(),
           .unknown = std::move(unknown),
           .sampled_at = now,
           .time = time,
           .took = clock_.Now().mono - started};
  return time;
}

Keeper::Told Keeper::told() const {
  const Lock lock(told_mutex_);
  return told_;
}

void Keeper::Append(const Labels& labels, series::Sample sample) {
  const Lock lock(mutex_);
  store_.Append(labels, sample);
}

const Queryable& Keeper::queryable() const {
  return *locked_;
}

std::set<std::string> Keeper::LabelNames() const {
  const Lock lock(mutex_);
  return store_.LabelNames();
}

std::set<std::string> Keeper::LabelValues(std::string_view name) const {
  const Lock lock(mutex_);
  return store_.LabelValues(name);
}

UnknownScopesRef Keeper::unknown() const {
  return told().unknown;
}

void Keeper::SetHistory(const Spans& spans) {
  Spans all = configured_;
  for (const auto& [metric, span] : spans) {
    int64_t& kept = all[metric];
    kept = std::max(kept, span);
  }
  const Lock lock(mutex_);
  store_.SetHistory(std::move(all));
}

void Keeper::Recall(const std::vector<KeptSeries>& kept) {
  const Lock lock(mutex_);
  store_.Recall(kept);
  recalled_until_ = 0;
  for (const KeptSeries& series : kept) {
    if (series.samples.empty()) continue;
    recalled_until_ = std::max(recalled_until_, series.samples.back().time);
  }
}

int64_t Keeper::RecalledUntil() const {
  const Lock lock(mutex_);
  return recalled_until_;
}

std::vector<KeptSeries> Keeper::SamplesSince(int64_t after) const {
  const Lock lock(mutex_);
  return store_.SamplesSince(after);
}

int64_t Keeper::LongestSpan() const {
  const Lock lock(mutex_);
  return store_.LongestSpan();
}

int64_t Keeper::newest() const {
  return told().time;
}

StoreNumbers Keeper::numbers() const {
  return told().numbers;
}

void Keeper::Emit(metrics::MetricWriter& writer) const {
  const Told last = told();
  const std::array<double, kInfos.size()> values{static_cast<double>(last.numbers.live),
                                                 static_cast<double>(last.numbers.history_bytes),
                                                 static_cast<double>(last.numbers.dropped_samples),
                                                 UnixSeconds(last.sampled_at.wall),
                                                 Seconds(last.took),
                                                 static_cast<double>(last.unknown->size())};
  for (size_t i = 0; i < kInfos.size(); ++i) {
    writer.BeginFamily(kInfos[i]);
    const bool is_never = last.time == 0 && kInfos[i].name == kSampledAt.name;
    if (!is_never) writer.Sample({}, values[i]);
  }
}

}  // namespace klaxon::series
