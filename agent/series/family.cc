#include "agent/series/family.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "agent/base/text.h"

namespace klaxon::series {
namespace {

/// Labels are made when somebody asks and kept while that goes on: scrapes.
constexpr uint32_t kKeepLabels = 40;

}  // namespace

Family::Family(std::string name, RowTable& rows, const ScrapeTimes& times)
    : name_(std::move(name)), rows_(rows), times_(times) {
}

void Family::SetSpan(int64_t span, HistoryNumbers& numbers) {
  span_ = span;
  if (span == 0) {
    for (History& history : history_)
      history.Clear(numbers);
    history_ = {};
  } else if (history_.size() < size()) {
    history_.resize(size());
    for (size_t place = 0; place < size(); ++place) {
      const int64_t seen = seen_[place];
      if (times_.Knows(seen))
        history_[place].Append({.time = seen, .value = newest_[place]}, numbers);
    }
  }
}

bool Family::Write(metrics::LabelValues values, double value, HistoryNumbers& numbers) {
  const bool expected = cursor_ < size() && rows_.Has(row_[cursor_], values);
  const size_t place = expected ? cursor_ : FindOrAdd(values);
  cursor_ = place + 1;
  if (seen_[place] == times_.newest()) return false;
  Add(place, value, numbers);
  return true;
}

size_t Family::FindOrAdd(metrics::LabelValues values) {
  const uint32_t row = rows_.Acquire(values);
  if (row < place_of_row_.size() && place_of_row_[row] != kNowhere) {
    rows_.Release(row);  // the family is a user of it already
    return place_of_row_[row] - 1;
  }
  if (row >= place_of_row_.size()) place_of_row_.resize(rows_.limit(), kNowhere);
  row_.push_back(row);
  seen_.push_back(0);
  newest_.push_back(StaleMarker());
  previous_.push_back(StaleMarker());
  if (span_ > 0) history_.emplace_back();
  if (!labels_.empty()) labels_.emplace_back();
  place_of_row_[row] = static_cast<uint32_t>(size());
  return size() - 1;
}

void Family::Add(size_t place, double value, HistoryNumbers& numbers) {
  const uint32_t now = times_.newest();
  previous_[place] = seen_[place] + 1 == now ? newest_[place] : StaleMarker();
  newest_[place] = value;
  seen_[place] = now;
  if (span_ == 0) return;
  history_[place].Append({.time = now, .value = value}, numbers);
  history_[place].ForgetBefore(times_.FirstAfter(times_.TimeOf(now) - span_), numbers);
}

bool Family::IsOver(size_t place) const {
  if (!IsStale(newest_[place]) || seen_[place] == times_.newest()) return false;
  return span_ == 0 || !times_.Knows(seen_[place]) ||
         times_.TimeOf(seen_[place]) <= times_.TimeOf(times_.newest()) - span_;
}

void Family::End(HistoryNumbers& numbers) {
  bool over = false;
  for (size_t place = 0; place < size(); ++place) {
    if (seen_[place] == times_.newest()) continue;
    if (!IsStale(newest_[place])) Add(place, StaleMarker(), numbers);
    over = over || IsOver(place);
  }
  if (over) RemoveOver(numbers);
  if (!labels_.empty() && times_.newest() - asked_ > kKeepLabels) labels_ = {};
}

void Family::RemoveOver(HistoryNumbers& numbers) {
  size_t kept = 0;
  for (size_t place = 0; place < row_.size(); ++place) {
    if (IsOver(place)) {
      if (span_ > 0) history_[place].Clear(numbers);
      place_of_row_[row_[place]] = kNowhere;
      rows_.Release(row_[place]);
      continue;
    }
    row_[kept] = row_[place];
    seen_[kept] = seen_[place];
    newest_[kept] = newest_[place];
    previous_[kept] = previous_[place];
    if (kept != place && span_ > 0) history_[kept] = std::move(history_[place]);
    if (kept != place && !labels_.empty()) labels_[kept] = std::move(labels_[place]);
    ++kept;
    place_of_row_[row_[kept - 1]] = static_cast<uint32_t>(kept);
  }
  row_.resize(kept);
  seen_.resize(kept);
  newest_.resize(kept);
  previous_.resize(kept);
  if (span_ > 0) history_.resize(kept);
  if (!labels_.empty()) labels_.resize(kept);
}

void Family::AddOldest(std::vector<Oldest>& all) {
  for (size_t place = 0; place < history_.size(); ++place) {
    if (history_[place].empty()) continue;
    all.push_back({.first = history_[place].first_time(), .family = this, .place = place});
  }
}

const LabelsRef& Family::LabelsOf(size_t place) {
  if (labels_.empty()) labels_.resize(size());
  LabelsRef& labels = labels_[place];
  if (labels == nullptr) {
    std::vector<std::pair<std::string, std::string>> pairs{{std::string(kMetricName), name_}};
    for (size_t i = 0; i < rows_.names().size(); ++i) {
      if (rows_.names()[i].empty()) continue;  // left out by configuration
      pairs.emplace_back(rows_.names()[i], ToUtf8(rows_.TextAt(row_[place], i)));
    }
    labels = std::make_shared<const Labels>(std::move(pairs));
  }
  return labels;
}

void Family::AddValues(std::string_view label, std::set<std::string>& values) const {
  const auto column =
      static_cast<size_t>(std::ranges::find(rows_.names(), label) - rows_.names().begin());
  if (column == rows_.names().size()) return;
  std::vector<bool> seen(rows_.symbols().limit());
  for (const uint32_t row : row_) {
    const Symbol symbol = rows_.At(row, column);
    if (seen[symbol]) continue;
    seen[symbol] = true;
    const std::string_view text = rows_.TextAt(row, column);
    if (!text.empty()) values.insert(ToUtf8(text));
  }
}

std::vector<size_t> Family::Matching(std::span<const Matcher> matchers) const {
  std::vector<size_t> places(size());
  for (size_t place = 0; place < size(); ++place)
    places[place] = place;

  enum : uint8_t { kUnasked, kNo, kYes };

  for (const Matcher& matcher : matchers) {
    const auto column = static_cast<size_t>(std::ranges::find(rows_.names(), matcher.name()) -
                                            rows_.names().begin());
    if (column == rows_.names().size()) {  // no label of this metric, or its name
      if (!matcher.Matches(matcher.name() == kMetricName ? name_ : "")) return {};
      continue;
    }
    std::vector<uint8_t> verdicts(rows_.symbols().limit(), kUnasked);  // each text is matched once
    std::erase_if(places, [&](size_t place) {
      uint8_t& verdict = verdicts[rows_.At(row_[place], column)];
      if (verdict == kUnasked) {
        verdict = matcher.Matches(rows_.TextAt(row_[place], column)) ? kYes : kNo;
      }
      return verdict == kNo;
    });
  }
  return places;
}

void Family::TakeNewest(size_t place, const Selection& selection,
                        std::vector<Sample>& samples) const {
  const auto take = [&](int64_t number, double value) {
    if (!times_.Knows(number)) return false;
    const Sample sample{.time = times_.TimeOf(number), .value = value};
    if (sample.time <= selection.after || sample.time > selection.until) return false;
    samples.push_back(sample);
    return true;
  };
  const int64_t seen = seen_[place];
  if (!selection.past && take(seen, newest_[place])) return;  // the one that was meant
  if (!IsStale(previous_[place])) take(seen - 1, previous_[place]);
  if (selection.past) take(seen, newest_[place]);
}

/// Those of scrapes in (after, until].
void Family::TakePast(size_t place, int64_t after, int64_t until,
                      std::vector<Sample>& samples) const {
  const size_t begin = samples.size();
  history_[place].Decode(after, until, samples);
  for (size_t i = begin; i < samples.size(); ++i)
    samples[i].time = times_.TimeOf(samples[i].time);
}

void Family::Select(const Selection& selection, Selected& selected) {
  const std::vector<size_t> places = Matching(selection.matchers);
  if (places.empty()) return;
  asked_ = times_.newest();
  auto samples = std::make_shared<std::vector<Sample>>();
  samples->reserve(places.size());
  std::vector<size_t> ends;
  ends.reserve(places.size());
  const bool newest_only = span_ == 0 || !selection.past;
  const int64_t after = times_.FirstAfter(selection.after) - 1;
  const int64_t until = times_.FirstAfter(selection.until) - 1;
  for (const size_t place : places) {
    const size_t before = samples->size();
    if (newest_only) TakeNewest(place, selection, *samples);
    // Of a query about the past, or one that looks further back than the two newest.
    if (!newest_only || (span_ > 0 && samples->size() == before))
      TakePast(place, after, until, *samples);
    ends.push_back(samples->size());
    if (selected.made + samples->size() > selection.most) break;
  }
  selected.made += samples->size();
  size_t begin = 0;
  selected.series.reserve(selected.series.size() + places.size());
  for (size_t i = 0; i < ends.size(); ++i) {
    if (ends[i] > begin) {
      selected.series.push_back(
          {.labels = LabelsOf(places[i]), .samples = {samples->data() + begin, ends[i] - begin}});
    }
    begin = ends[i];
  }
  selected.owned.push_back(std::move(samples));
}

}  // namespace klaxon::series
