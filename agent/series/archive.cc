#include "agent/series/archive.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "agent/base/text.h"

namespace klaxon::series {
namespace {

constexpr std::string_view kOwner = "series";
constexpr std::array<std::string_view, 1> kSteps{
    "CREATE TABLE series_samples (labels TEXT NOT NULL, by_rule INTEGER NOT NULL, "
    "hour INTEGER NOT NULL, samples TEXT NOT NULL, PRIMARY KEY (labels, by_rule, hour)) "
    "WITHOUT ROWID"};

constexpr int64_t kHour = 3'600'000;        // ms
constexpr size_t kMostRows = 1'000'000;     // 40,000 series of a day
constexpr std::string_view kEnd = "stale";  // the series ended here

int64_t HourOf(int64_t time) {
  return time / kHour;
}

std::string TextOf(const Labels& labels) {
  nlohmann::json object = nlohmann::json::object();
  for (const Label label : labels) {
    object[ToUtf8(label.name)] = ToUtf8(label.value);
  }
  return object.dump();
}

std::optional<Labels> LabelsFrom(const std::string& text) {
  const nlohmann::json object = nlohmann::json::parse(text, nullptr, false);
  if (!object.is_object()) return std::nullopt;
  std::vector<std::pair<std::string, std::string>> labels;
  for (const auto& [name, value] : object.items()) {
    if (!value.is_string()) return std::nullopt;
    labels.emplace_back(name, value.get<std::string>());
  }
  return Labels(std::move(labels));
}

/// "TIME VALUE;", the time since the begin of the hour in ms.
void AddText(const Sample& sample, std::string& text) {
  const int64_t since = sample.time - HourOf(sample.time) * kHour;
  if (IsStale(sample.value)) {
    text += fmt::format("{} {};", since, kEnd);
  } else {
    text += fmt::format("{} {};", since, sample.value);
  }
}

/// False: that is no sample.
bool TakeText(std::string_view text, Sample& sample) {
  const size_t space = text.find(' ');
  if (space == std::string_view::npos) return false;
  const std::string_view value = text.substr(space + 1);
  const char* const end = text.data() + text.size();
  if (std::from_chars(text.data(), text.data() + space, sample.time).ec != std::errc()) {
    return false;
  }
  if (value == kEnd) {
    sample.value = StaleMarker();
    return true;
  }
  const auto read = std::from_chars(value.data(), end, sample.value);
  return read.ec == std::errc() && read.ptr == end;
}

void AddSamples(std::string_view text, int64_t hour, int64_t after, KeptSeries& series) {
  for (size_t end = text.find(';'); end != std::string_view::npos; end = text.find(';')) {
    Sample sample;
    const bool read = TakeText(text.substr(0, end), sample);
    text.remove_prefix(end + 1);
    if (!read || sample.time < 0 || sample.time >= kHour) continue;
    sample.time += hour * kHour;
    const bool rises = series.samples.empty() || series.samples.back().time < sample.time;
    if (rises && sample.time >= after) series.samples.push_back(sample);
  }
}

}  // namespace

Result<Archive> Archive::Make(state::Database& database) {
  if (Result<void> made = database.Migrate(kOwner, kSteps); !made) return made.error();
  return Archive(database);
}

Result<std::vector<KeptSeries>> Archive::Load(int64_t after) const {
  const Result<std::vector<state::Row>> rows = database_->Read(
      {.sql = "SELECT labels, by_rule, hour, samples FROM series_samples WHERE hour >= ? "
              "ORDER BY labels, by_rule, hour",
       .values = {HourOf(after)}},
      kMostRows);
  if (!rows) return rows.error();
  std::vector<KeptSeries> kept;
  std::string last;
  for (const state::Row& row : *rows) {
    const std::string text = state::TextOf(row, 0);
    const bool by_rule = state::IntegerOf(row, 1) != 0;
    const int64_t hour = state::IntegerOf(row, 2);
    if (hour < 0 || hour > HourOf(INT64_MAX) - 1) continue;
    if (kept.empty() || text != last || kept.back().by_rule != by_rule) {
      std::optional<Labels> labels = LabelsFrom(text);
      if (!labels) continue;
      last = text;
      kept.push_back(
          {.labels = std::make_shared<const Labels>(*std::move(labels)), .by_rule = by_rule});
    }
    AddSamples(state::TextOf(row, 3), hour, after, kept.back());
  }
  std::erase_if(kept, [](const KeptSeries& series) { return series.samples.empty(); });
  return kept;
}

Result<void> Archive::Save(const std::vector<KeptSeries>& kept, int64_t forget_before) {
  std::vector<state::Statement> statements;
  for (const KeptSeries& series : kept) {
    std::map<int64_t, std::string> texts;
    for (const Sample& sample : series.samples) {
      AddText(sample, texts[HourOf(sample.time)]);
    }
    const std::string labels = TextOf(*series.labels);
    for (auto& [hour, text] : texts) {
      statements.push_back(
          {.sql = "INSERT INTO series_samples (labels, by_rule, hour, samples) VALUES (?, ?, ?, ?) "
                  "ON CONFLICT DO UPDATE SET samples = samples || excluded.samples",
           .values = {labels, int64_t{series.by_rule}, hour, std::move(text)}});
    }
  }
  statements.push_back(
      {.sql = "DELETE FROM series_samples WHERE hour < ?", .values = {HourOf(forget_before)}});
  return database_->Write(statements);
}

}  // namespace klaxon::series
