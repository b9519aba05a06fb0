#include "agent/series/store.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "agent/base/duration.h"

namespace klaxon::series {
namespace {

/// When the budget is used up this much of it is made free, so that it is not used up at once.
constexpr size_t kFreed = 32;  // a 32nd

}  // namespace

class Store::Writer final : public metrics::MetricWriter {
 public:
  explicit Writer(Store& store) : store_(store) {}

  void BeginFamily(const metrics::MetricInfo& info) override {
    info_ = info;
    family_ = &store_.FamilyOf(info);
    family_->Begin();
  }

  void Sample(metrics::LabelValues values, double value) override {
    if (family_->Write(values, value, store_.history_)) ++store_.live_;
  }

  /// What is not known is not there: EndScrape ends it.
  void Unknown(metrics::LabelValues first_values, const AnswerRef& answer) override {
    store_.unknown_.Add(info_, first_values, answer);
  }

 private:
  Store& store_;
  metrics::MetricInfo info_{};
  Family* family_ = nullptr;
};

Store::Store(StoreOptions options)
    : options_(std::move(options)),
      unknown_(options_.cluster_label),
      writer_(std::make_unique<Writer>(*this)) {
}

Store::~Store() = default;

RowTable& Store::RowsOf(const metrics::MetricInfo& info) {
  const auto fits = [&](const std::unique_ptr<RowTable>& rows) {
    return std::ranges::equal(rows->names(), info.labels, {}, {},
                              [&](std::string_view name) { return NameOf(name); });
  };
  if (const auto same = std::ranges::find_if(rows_, fits); same != rows_.end()) return **same;
  std::vector<std::string> names;
  for (const std::string_view label : info.labels)
    names.emplace_back(NameOf(label));
  return *rows_.emplace_back(std::make_unique<RowTable>(symbols_, std::move(names)));
}

std::string_view Store::NameOf(std::string_view label) const {
  return label == "cluster" ? std::string_view(options_.cluster_label) : label;
}

Family& Store::FamilyOf(const metrics::MetricInfo& info) {
  RowTable& rows = RowsOf(info);
  const auto [begin, end] = families_.equal_range(info.name);
  const auto same =
      std::find_if(begin, end, [&](const auto& each) { return &each.second->rows() == &rows; });
  if (same != end) return *same->second;
  auto family = std::make_unique<Family>(std::string(info.name), rows, times_);
  family->SetSpan(SpanOf(info.name), history_);
  return *families_.emplace(info.name, std::move(family))->second;
}

int64_t Store::SpanOf(std::string_view metric) const {
  const auto kept = options_.history.find(metric);
  return kept == options_.history.end() ? 0 : kept->second;
}

int64_t Store::LongestSpan() const {
  int64_t longest = kLookback;
  for (const auto& [name, span] : options_.history)
    longest = std::max(longest, span);
  return longest;
}

void Store::Recall(const std::vector<KeptSeries>& kept) {
  past_.Set(kept, history_);
}

std::vector<KeptSeries> Store::SamplesSince(int64_t after) const {
  std::vector<KeptSeries> kept;
  const auto add = [&](const Selected& selected, bool by_rule) {
    for (const SelectedSeries& each : selected.series) {
      kept.push_back({.labels = each.labels,
                      .by_rule = by_rule,
                      .samples = {each.samples.begin(), each.samples.end()}});
    }
  };
  const Selection all{.after = after, .until = INT64_MAX};
  for (const auto& [name, family] : families_) {
    if (family->span() == 0) continue;
    Selected selected;
    family->Select(all, selected);
    add(selected, false);
  }
  Selected selected;
  appended_.Select(all, selected);
  add(selected, true);
  return kept;
}

metrics::MetricWriter& Store::BeginScrape(int64_t time) {
  times_.Add(time);
  live_ = 0;
  unknown_.Begin();
  return *writer_;
}

UnknownScopesRef Store::EndScrape(const Instant& now) {
  const int64_t time = times_.TimeOf(times_.newest());
  for (const auto& [name, family] : families_)
    family->End(history_);
  appended_.Sweep(time, history_);
  KeepBudget();
  times_.ForgetBefore(time - LongestSpan());
  past_.ForgetBefore(time - LongestSpan(), history_);
  return unknown_.End(now);
}

void Store::Append(const Labels& labels, Sample sample) {
  appended_.Append(labels, sample, SpanOf(labels.metric_name()), history_);
}

void Store::SetHistory(Spans history) {
  for (const auto& [metric, span] : options_.history) {
    if (!history.contains(metric)) appended_.ForgetHistory(metric, history_);
  }
  options_.history = std::move(history);
  for (const auto& [name, family] : families_)
    family->SetSpan(SpanOf(name), history_);
}

void Store::KeepBudget() {
  if (history_.bytes <= options_.budget) return;
  past_.Clear(history_);
  const size_t wanted = options_.budget - options_.budget / kFreed;
  while (history_.bytes > wanted) {
    std::vector<Family::Oldest> oldest;
    for (const auto& [name, family] : families_)
      family->AddOldest(oldest);
    if (oldest.empty()) return;
    std::ranges::sort(oldest, {}, &Family::Oldest::first);
    for (const Family::Oldest& each : oldest) {
      if (history_.bytes <= wanted) return;
      const int64_t end = each.family->DropOldest(each.place, history_);
      if (times_.Knows(end)) dropped_until_ = std::max(dropped_until_, times_.TimeOf(end));
    }
  }
}

Result<Selected> Store::Select(const Selection& selection) const {
  Selected selected;
  const auto named = std::ranges::find_if(selection.matchers, [](const Matcher& matcher) {
    return matcher.kind() == MatchKind::kEqual && matcher.name() == kMetricName;
  });
  const auto ask = [&](Family& family) {
    if (selected.made > selection.most) return;
    const size_t before = selected.series.size();
    family.Select(selection, selected);
    if (selected.series.size() > before) Warn(family, selection, selected);
  };
  if (named == selection.matchers.end()) {
    for (const auto& [name, family] : families_)
      ask(*family);
  } else {
    const auto [begin, end] = families_.equal_range(named->value());
    for (auto at = begin; at != end; ++at)
      ask(*at->second);
  }
  appended_.Select(selection, selected);
  past_.Select(selection, selected);
  return selected;
}

std::set<std::string> Store::LabelNames() const {
  std::set<std::string> names{std::string(kMetricName)};
  for (const auto& [metric, family] : families_) {
    if (family->size() > 0)
      names.insert(family->rows().names().begin(), family->rows().names().end());
  }
  names.erase("");  // a label that is left out
  appended_.AddNames(names);
  return names;
}

std::set<std::string> Store::LabelValues(std::string_view name) const {
  std::set<std::string> values;
  for (const auto& [metric, family] : families_) {
    if (name == kMetricName && family->size() > 0) values.insert(metric);
    family->AddValues(name, values);
  }
  appended_.AddValues(name, values);
  return values;
}

StoreNumbers Store::numbers() const {
  return {.live = live_ + appended_.size(),
          .history_bytes = history_.bytes,
          .history_budget = options_.budget,
          .dropped_samples = history_.dropped};
}

void Store::Warn(const Family& family, const Selection& selection, Selected& selected) const {
  if (!selection.past) return;
  const int64_t now = times_.TimeOf(times_.newest());
  if (family.span() == 0) {
    selected.warnings.push_back(
        fmt::format("no history is kept of {}: only its newest values are seen", family.name()));
  } else if (selection.after < now - family.span()) {
    selected.warnings.push_back(
        fmt::format("history of {} is kept for {} only, the query reaches {} back", family.name(),
                    FormatDuration(std::chrono::milliseconds(family.span())),
                    FormatDuration(std::chrono::milliseconds(now - selection.after))));
  } else if (selection.after < dropped_until_) {
    selected.warnings.push_back(fmt::format(
        "history of {} may lack its oldest part: the budget of {} MiB for history is used up",
        family.name(), options_.budget >> 20));
  }
}

}  // namespace klaxon::series
