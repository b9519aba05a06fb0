#include <algorithm>
#include <cmath>
#include <map>
#include <regex>

#include <fmt/format.h>

#include "agent/base/text.h"
#include "agent/promql/numbers.h"
#include "agent/promql/parser.h"
#include "agent/promql/quoted.h"
#include "tests/promql/script.h"

namespace klaxon::promql::testing {
namespace {

/// As near as promqltest wants it.
bool Near(double got, double wanted) {
  if (std::isnan(got) || std::isnan(wanted)) return std::isnan(got) && std::isnan(wanted);
  if (got == wanted) return true;
  constexpr double kTolerance = 1e-6;
  const double sum = std::abs(got) + std::abs(wanted);
  const double difference = std::abs(got - wanted);
  if (got == 0 || wanted == 0 || sum < 1e-307) return difference < kTolerance * 1e-307;
  return difference / std::min(sum, 1.7e308) < kTolerance;
}

bool SeesNative(const Expr& expr, const Loaded& loaded) {
  bool sees = false;
  ForEachSelector(expr, [&](const Selector& selector) {
    sees = sees || std::ranges::any_of(loaded.native, [&](const series::Labels& labels) {
             return std::ranges::all_of(selector.matchers, [&](const series::Matcher& matcher) {
               return matcher.Matches(labels.Get(matcher.name()));
             });
           });
  });
  return sees;
}

bool Says(const std::string& got, const Expectation& wanted) {
  if (wanted.how == "msg") return got == wanted.text;
  if (wanted.how == "regex") return std::regex_search(got, std::regex(wanted.text));
  return true;
}

/// Empty when the notes are as expected, else what is wrong.
std::string CheckNotes(const std::vector<std::string>& notes, const std::string& kind,
                       const Evaluation& evaluation) {
  if (evaluation.Expects("no_" + kind) && !notes.empty()) return "unexpected: " + notes[0];
  for (const Expectation& wanted : evaluation.expectations) {
    if (wanted.what != kind) continue;
    const auto says = [&](const std::string& note) { return Says(note, wanted); };
    if (std::ranges::none_of(notes, says)) {
      return fmt::format("no {} '{}'{}", kind, wanted.text, notes.empty() ? "" : "; " + notes[0]);
    }
  }
  return {};
}

std::string CheckScalar(const Evaluation& evaluation, double got) {
  const auto wanted =
      evaluation.results.size() == 1 ? ParseNumber(evaluation.results[0]) : std::nullopt;
  if (!wanted) return "the script expects no scalar";
  return Near(got, *wanted) ? "" : fmt::format("got {}, expected {}", got, *wanted);
}

std::string CheckString(const Evaluation& evaluation, const std::string& got) {
  for (const Expectation& wanted : evaluation.expectations) {
    if (wanted.what != "string") continue;
    const std::string text = ScanQuoted(wanted.text).value;
    return got == text ? "" : fmt::format("got '{}', expected '{}'", got, text);
  }
  return "the script expects no string";
}

/// What the script says a query gives: values by time, of each series.
struct Wanted {
  series::Labels labels{};
  std::map<int64_t, double> values{};
};

Result<std::vector<Wanted>> ReadWanted(const Evaluation& evaluation) {
  std::vector<Wanted> all;
  for (const std::string& line : evaluation.results) {
    const auto series = ParseSeriesNotation(line);
    if (!series) return series.error();
    Wanted wanted{.labels = series->labels};
    int64_t time = evaluation.times.start;
    for (const auto& value : series->values) {
      if (value) wanted.values.emplace(time, *value);
      time += evaluation.times.step;
    }
    all.push_back(std::move(wanted));
  }
  return all;
}

std::string CheckSeries(const Wanted& wanted, const std::map<int64_t, double>& got) {
  for (const auto& [time, value] : wanted.values) {
    const auto found = got.find(time);
    if (found == got.end())
      return fmt::format("{} has no value at {}", ToString(wanted.labels), time);
    if (!Near(found->second, value)) {
      return fmt::format("{} at {}: got {}, expected {}", ToString(wanted.labels), time,
                         found->second, value);
    }
  }
  if (got.size() != wanted.values.size()) {
    return fmt::format("{} has {} values, expected {}", ToString(wanted.labels), got.size(),
                       wanted.values.size());
  }
  return {};
}

std::vector<Wanted> Got(const QueryResult& result, int64_t time) {
  std::vector<Wanted> all;
  for (const VectorSample& sample : result.vector)
    all.push_back({.labels = *sample.labels, .values = {{time, sample.value}}});
  for (const RangeSeries& series : result.matrix) {
    Wanted& one = all.emplace_back(Wanted{.labels = *series.labels});
    for (const series::Sample& sample : series.samples)
      one.values.emplace(sample.time, sample.value);
  }
  return all;
}

std::string CheckAll(const Evaluation& evaluation, const QueryResult& result) {
  const auto wanted = ReadWanted(evaluation);
  if (!wanted) return wanted.error().message();
  const std::vector<Wanted> got = Got(result, evaluation.times.start);
  if (got.size() != wanted->size()) {
    return fmt::format("got {} series, expected {}{}", got.size(), wanted->size(),
                       got.empty() ? "" : "; " + ToString(got[0].labels));
  }
  for (size_t i = 0; i < wanted->size(); ++i) {
    const Wanted& one = (*wanted)[i];
    const auto found = std::ranges::find(got, one.labels, &Wanted::labels);
    if (found == got.end()) return fmt::format("{} is missing", ToString(one.labels));
    if (evaluation.Expects("ordered") && found != got.begin() + static_cast<std::ptrdiff_t>(i)) {
      return fmt::format("{} is not at place {}", ToString(one.labels), i + 1);
    }
    if (std::string wrong = CheckSeries(one, found->values); !wrong.empty()) return wrong;
  }
  return {};
}

std::string CheckResult(const Evaluation& evaluation, const QueryResult& result) {
  if (std::string wrong = CheckNotes(result.warnings, "warn", evaluation); !wrong.empty()) {
    return wrong;
  }
  if (std::string wrong = CheckNotes(result.infos, "info", evaluation); !wrong.empty()) {
    return wrong;
  }
  if (result.type == ValueType::kScalar) return CheckScalar(evaluation, result.scalar);
  if (result.type == ValueType::kString) return CheckString(evaluation, result.text);
  return CheckAll(evaluation, result);
}

std::string CheckFailure(const Evaluation& evaluation, const std::string& message) {
  for (const Expectation& wanted : evaluation.expectations) {
    if (wanted.what == "fail") return Says(message, wanted) ? "" : "it says: " + message;
  }
  return "failed: " + message;
}

Outcome Judged(std::string wrong) {
  const bool passed = wrong.empty();
  return {.verdict = passed ? Verdict::kPassed : Verdict::kFailed, .reason = std::move(wrong)};
}

}  // namespace

Outcome RunEvaluation(const Evaluation& evaluation, const Loaded& loaded) {
  const Parsed parsed = Parse(evaluation.expression);
  if (parsed.mistake) {
    const std::string& message = parsed.mistake->message;
    if (message.find("native histograms") != std::string::npos) {
      return {.verdict = Verdict::kNative, .reason = message};
    }
    if (message.find("is experimental") != std::string::npos) {
      return {.verdict = Verdict::kExperimental, .reason = message};
    }
    return Judged(CheckFailure(evaluation, message));
  }
  if (SeesNative(*parsed.expression, loaded)) {
    return {.verdict = Verdict::kNative, .reason = "selects native histograms"};
  }
  const QueryTimes& times = evaluation.times;
  const auto result = evaluation.range
                          ? RangeQuery(*parsed.expression, *loaded.store, times)
                          : InstantQuery(*parsed.expression, *loaded.store, times.start);
  if (!result) return Judged(CheckFailure(evaluation, result.error().message()));
  if (evaluation.Expects("fail")) return Judged("it should have failed");
  return Judged(CheckResult(evaluation, *result));
}

}  // namespace klaxon::promql::testing
