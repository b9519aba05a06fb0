#include "agent/series/store.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "agent/base/duration.h"

namespace klaxon::series {
namespace {

/// Half an hour at a sample every 15 s.
constexpr size_t kSamplesOfChunk = 120;

bool AllMatch(const Labels& labels, std::span<const Matcher> matchers) {
  return std::ranges::all_of(matchers, [&](const Matcher& matcher) {
    return matcher.Matches(labels.Get(matcher.name()));
  });
}

}  // namespace

struct Store::Series {
  LabelsRef labels{};
  Sample newest{};
  Sample previous{};      ///< 0 at time 0: there was none
  size_t place = 0;       ///< among those of the family
  bool appended = false;  ///< no scrape has it, none ends it
  std::deque<Chunk> chunks{};
};

struct Store::Family {
  std::string name{};
  int64_t span = 0;  ///< of history; 0: none
  std::vector<std::shared_ptr<Series>> series{};
  std::unordered_map<LabelsRef, Series*, LabelsHash, SameLabels> by_labels{};
  size_t cursor = 0;  ///< which series is expected next
};

/// Tables emit series in the order of the scrape before, mostly: then the next one is at the cursor
/// and nothing has to be hashed.
class Store::Writer final : public metrics::MetricWriter {
 public:
  explicit Writer(Store& store) : store_(store) {}

  void BeginFamily(const metrics::MetricInfo& info) override {
    info_ = &info;
    family_ = &store_.FamilyOf(info.name);
    family_->cursor = 0;
  }

  void Sample(metrics::LabelValues values, double value) override {
    Series& series = Find(values);
    family_->cursor = series.place + 1;
    store_.Add(*family_, series, {.time = store_.time_, .value = value});
  }

  /// What is not known is not there: EndScrape ends it.
  void Unknown(metrics::LabelValues first_values, const AnswerRef& answer) override {
    store_.unknown_.Add(*info_, first_values, answer);
  }

 private:
  Series& Find(metrics::LabelValues values) {
    if (family_->cursor < family_->series.size()) {
      Series& expected = *family_->series[family_->cursor];
      if (IsSame(*expected.labels, values)) return expected;
    }
    std::vector<std::pair<std::string, std::string>> pairs;
    pairs.emplace_back(kMetricName, info_->name);
    for (size_t i = 0; i < values.size(); ++i)
      pairs.emplace_back(NameOf(i), values[i]);
    const Labels labels(std::move(pairs));
    if (const auto found = family_->by_labels.find(labels); found != family_->by_labels.end()) {
      return *found->second;
    }
    auto made = std::make_shared<Series>(
        Series{.labels = std::make_shared<const Labels>(labels), .place = family_->series.size()});
    family_->by_labels.emplace(made->labels, made.get());
    family_->series.push_back(made);
    return *made;
  }

  /// Whether a series has these values, each found by its name; empty ones are no labels.
  bool IsSame(const Labels& labels, metrics::LabelValues values) const {
    size_t left = 1;  // the name
    for (size_t i = 0; i < values.size(); ++i) {
      if (labels.Get(NameOf(i)) != values[i]) return false;
      if (!values[i].empty()) ++left;
    }
    return left == static_cast<size_t>(std::distance(labels.begin(), labels.end()));
  }

  std::string_view NameOf(size_t i) const {
    const std::string_view name = info_->labels[i];
    return i == 0 && name == "cluster" ? std::string_view(store_.options_.cluster_label) : name;
  }

  Store& store_;
  const metrics::MetricInfo* info_ = nullptr;
  Family* family_ = nullptr;
};

Store::Store(StoreOptions options)
    : options_(std::move(options)),
      unknown_(options_.cluster_label),
      writer_(std::make_unique<Writer>(*this)) {
}

Store::~Store() = default;

metrics::MetricWriter& Store::BeginScrape(int64_t time) {
  time_ = time;
  numbers_.live = 0;
  unknown_.Begin();
  return *writer_;
}

void Store::Add(Family& family, Series& series, Sample sample) {
  if (series.newest.time >= sample.time) return;  // written twice: the first counts
  series.previous = series.newest;
  series.newest = sample;
  if (!IsStale(sample.value)) ++numbers_.live;
  if (family.span > 0) AddHistory(family, series, sample);
}

void Store::AddHistory(const Family& family, Series& series, Sample sample) {
  if (series.chunks.empty() || series.chunks.back().size() >= kSamplesOfChunk) {
    numbers_.history_bytes += series.chunks.emplace_back().bytes();
  }
  Chunk& chunk = series.chunks.back();
  const size_t before = chunk.bytes();
  chunk.Append(sample);
  numbers_.history_bytes += chunk.bytes() - before;
  if (chunk.size() < kSamplesOfChunk) return;
  numbers_.history_bytes -= chunk.bytes();
  chunk.Seal();
  numbers_.history_bytes += chunk.bytes();
  sealed_.push_back({.series = family.series[series.place], .first_time = chunk.first_time()});
  while (series.chunks.front().last_time() < time_ - family.span) {
    numbers_.history_bytes -= series.chunks.front().bytes();
    series.chunks.pop_front();
  }
}

void Store::KeepBudget() {
  while (numbers_.history_bytes > options_.budget && !sealed_.empty()) {
    const SealedChunk oldest = std::move(sealed_.front());
    sealed_.pop_front();
    const std::shared_ptr<Series> series = oldest.series.lock();
    if (series == nullptr || series->chunks.empty() ||
        series->chunks.front().first_time() != oldest.first_time) {
      continue;  // too old to be kept, and gone already
    }
    const Chunk& chunk = series->chunks.front();
    dropped_until_ = std::max(dropped_until_, chunk.last_time());
    numbers_.dropped_samples += chunk.size();
    numbers_.history_bytes -= chunk.bytes();
    series->chunks.pop_front();
  }
}

UnknownScopesRef Store::EndScrape(const Instant& now) {
  for (const auto& [name, family] : families_)
    EndMissing(*family);
  KeepBudget();
  return unknown_.End(now);
}

Store::Family& Store::FamilyOf(std::string_view name) {
  std::unique_ptr<Family>& family = families_[std::string(name)];
  if (family == nullptr) {
    const auto kept = options_.history.find(name);
    family = std::make_unique<Family>(Family{
        .name = std::string(name), .span = kept == options_.history.end() ? 0 : kept->second});
  }
  return *family;
}

void Store::Append(const Labels& labels, Sample sample) {
  Family& family = FamilyOf(labels.metric_name());
  auto found = family.by_labels.find(labels);
  if (found == family.by_labels.end()) {
    auto made = std::make_shared<Series>(Series{.labels = std::make_shared<const Labels>(labels),
                                                .place = family.series.size(),
                                                .appended = true});
    found = family.by_labels.emplace(made->labels, made.get()).first;
    family.series.push_back(std::move(made));
  }
  Add(family, *found->second, sample);
}

void Store::SetHistory(Spans history) {
  options_.history = std::move(history);
  for (const auto& [name, family] : families_) {
    const auto kept = options_.history.find(name);
    family->span = kept == options_.history.end() ? 0 : kept->second;
    if (family->span > 0) continue;
    for (const auto& series : family->series) {
      for (const Chunk& chunk : series->chunks)
        numbers_.history_bytes -= chunk.bytes();
      series->chunks.clear();
    }
  }
}

/// Marks what this scrape did not have, and forgets what has ended and has no history any more.
void Store::EndMissing(Family& family) {
  const auto is_over = [&](const std::shared_ptr<Series>& series) {
    return IsStale(series->newest.value) && series->newest.time < time_ &&
           series->newest.time <= time_ - family.span;
  };
  for (const auto& series : family.series) {
    if (series->newest.time < time_ && !IsStale(series->newest.value) && !series->appended) {
      Add(family, *series, {.time = time_, .value = StaleMarker()});
    }
    if (!is_over(series)) continue;
    for (const Chunk& chunk : series->chunks)
      numbers_.history_bytes -= chunk.bytes();
    family.by_labels.erase(series->labels);
  }
  if (std::erase_if(family.series, is_over) == 0) return;
  for (size_t i = 0; i < family.series.size(); ++i)
    family.series[i]->place = i;
}

Result<Selected> Store::Select(const Selection& selection) const {
  Selected selected;
  const auto named = std::ranges::find_if(selection.matchers, [](const Matcher& matcher) {
    return matcher.kind() == MatchKind::kEqual && matcher.name() == kMetricName;
  });
  for (const auto& [name, family] : families_) {
    if (named != selection.matchers.end() && named->value() != name) continue;
    const size_t before = selected.series.size();
    for (const auto& series : family->series) {
      if (!AllMatch(*series->labels, selection.matchers)) continue;
      SelectedSeries taken = Taken(*series, selection);
      if (!taken.samples.empty()) selected.series.push_back(std::move(taken));
    }
    if (selected.series.size() > before) Warn(*family, selection, selected);
  }
  return selected;
}

SelectedSeries Store::Taken(const Series& series, const Selection& selection) {
  SelectedSeries taken{.labels = series.labels};
  auto samples = std::make_shared<std::vector<Sample>>();
  for (const Chunk& chunk : series.chunks) {
    if (chunk.last_time() > selection.after && chunk.first_time() <= selection.until) {
      chunk.Decode(*samples);
    }
  }
  if (series.chunks.empty()) *samples = {series.previous, series.newest};
  const auto outside = [&](const Sample& sample) {
    return sample.time <= selection.after || sample.time > selection.until || sample.time == 0;
  };
  std::erase_if(*samples, outside);
  taken.samples = *samples;
  taken.owned = std::move(samples);
  return taken;
}

void Store::Warn(const Family& family, const Selection& selection, Selected& selected) const {
  if (!selection.past) return;
  if (family.span == 0) {
    selected.warnings.push_back(
        fmt::format("no history is kept of {}: only its newest values are seen", family.name));
  } else if (selection.after < time_ - family.span) {
    selected.warnings.push_back(
        fmt::format("history of {} is kept for {} only, the query reaches {} back", family.name,
                    FormatDuration(std::chrono::milliseconds(family.span)),
                    FormatDuration(std::chrono::milliseconds(time_ - selection.after))));
  } else if (selection.after < dropped_until_) {
    selected.warnings.push_back(fmt::format(
        "history of {} may lack its oldest part: the budget of {} MiB for history is used up",
        family.name, options_.budget >> 20));
  }
}

}  // namespace klaxon::series
