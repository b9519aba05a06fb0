#include "agent/promql/series_notation.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "agent/base/text.h"
#include "agent/promql/parser.h"
#include "agent/promql/quoted.h"
#include "agent/series/sample.h"

namespace klaxon::promql {
namespace {

constexpr size_t kMostValues = 1'000'000;

/// Where the labels end: at the closing brace, or at the first space when there are none.
size_t EndOfLabels(std::string_view text) {
  const size_t open = text.find_first_of("{ \t");
  if (open == std::string_view::npos || text[open] != '{') return std::min(open, text.size());
  for (size_t i = open + 1; i < text.size(); ++i) {
    if (text[i] == '}') return i + 1;
    if (text[i] == '"' || text[i] == '\'' || text[i] == '`') {
      const QuotedText quoted = ScanQuoted(text.substr(i));
      if (!quoted.mistake.empty()) break;
      i += quoted.length - 1;
    }
  }
  return text.size();
}

/// Reads the parts of one word, e.g. `1+2x3`, from left to right.
class WordReader {
 public:
  explicit WordReader(std::string_view word) : rest_(word) {}

  std::optional<double> TakeNumber() {
    std::string_view digits = rest_;
    if (digits.starts_with('+')) digits.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{}) return std::nullopt;
    rest_ = digits.substr(static_cast<size_t>(end - digits.data()));
    return value;
  }

  /// The count behind an 'x'; empty: there is none.
  std::optional<size_t> TakeTimes() {
    if (!rest_.starts_with('x')) return std::nullopt;
    size_t count = 0;
    const auto [end, error] = std::from_chars(rest_.data() + 1, rest_.data() + rest_.size(), count);
    if (error != std::errc{}) return std::nullopt;
    rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
    return count;
  }

  bool Take(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  bool AtEnd() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

using Values = std::vector<std::optional<double>>;

/// False: the word is none of the forms, or asks for too much.
bool ReadWord(std::string_view word, Values& values) {
  WordReader reader(word);
  if (reader.Take("_")) {
    const size_t count = reader.AtEnd() ? 1 : reader.TakeTimes().value_or(kMostValues + 1);
    if (!reader.AtEnd() || count > kMostValues - values.size()) return false;
    values.insert(values.end(), count, std::nullopt);
    return true;
  }
  const bool stale = reader.Take("stale");
  const std::optional<double> first = stale ? series::StaleMarker() : reader.TakeNumber();
  if (!first) return false;
  if (reader.AtEnd()) {
    values.emplace_back(first);
    return values.size() <= kMostValues;
  }
  std::optional<size_t> times = reader.TakeTimes();
  double step = 0;
  const bool repeated = times.has_value();
  if (!times) {
    step = reader.TakeNumber().value_or(0);
    times = reader.TakeTimes();
  }
  if (!times || !reader.AtEnd() || *times >= kMostValues - values.size()) return false;
  double value = *first;
  for (size_t i = 0; i <= *times; ++i) {  // one more than is said: that of time 0
    values.emplace_back(value);
    if (!repeated) value += step;
  }
  return true;
}

}  // namespace

Result<series::Labels> ParseSeriesLabels(std::string_view text) {
  if (Trim(text) == "{}") return series::Labels();
  const Parsed parsed = Parse(text);
  if (parsed.mistake) return Error(Reason::kInvalid, ToString(*parsed.mistake));
  const auto* const selector = std::get_if<Selector>(&parsed.expression->node);
  std::vector<std::pair<std::string, std::string>> labels;
  if (selector != nullptr) {
    for (const series::Matcher& matcher : selector->matchers) {
      if (matcher.kind() == series::MatchKind::kEqual) {
        labels.emplace_back(matcher.name(), matcher.value());
      }
    }
  }
  if (selector == nullptr || labels.size() != selector->matchers.size()) {
    return Error(Reason::kInvalid, fmt::format("not a series: {}", text));
  }
  return series::Labels(std::move(labels));
}

Result<SeriesNotation> ParseSeriesNotation(std::string_view text) {
  text = Trim(text);
  const size_t end = EndOfLabels(text);
  Result<series::Labels> labels = ParseSeriesLabels(text.substr(0, end));
  if (!labels) return labels.error();
  SeriesNotation series{.labels = *std::move(labels)};
  std::string_view rest = text.substr(end);
  series.native_histograms = rest.find("{{") != std::string_view::npos;
  if (series.native_histograms) return series;
  while (true) {
    const size_t begin = rest.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return series;
    rest.remove_prefix(begin);
    const std::string_view word = rest.substr(0, rest.find_first_of(" \t"));
    if (!ReadWord(word, series.values)) {
      return Error(Reason::kInvalid, fmt::format("not a value of a series: {}", word));
    }
    rest.remove_prefix(word.size());
  }
}

}  // namespace klaxon::promql
