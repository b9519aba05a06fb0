#include "tests/promql/script.h"

#include <algorithm>
#include <fstream>
#include <regex>

#include <fmt/format.h>

#include "agent/base/text.h"
#include "agent/promql/numbers.h"
#include "agent/promql/quoted.h"

namespace klaxon::promql::testing {
namespace {

class ScriptReader {
 public:
  explicit ScriptReader(const std::filesystem::path& file) : name_(file.filename().string()) {
    std::ifstream input(file);
    for (std::string line; std::getline(input, line);) {
      const std::string_view trimmed = Trim(line);
      // A comment ends a block as an empty line does.
      lines_.emplace_back(trimmed.starts_with('#') ? std::string_view() : trimmed);
    }
  }

  std::vector<Outcome> Run() {
    for (; at_ < lines_.size(); ++at_) {
      const std::string& line = lines_[at_];
      if (line.empty()) continue;
      if (line == "clear") {
        loaded_ = Loaded{};
      } else if (line.starts_with("load")) {
        Load(line);
      } else if (line.starts_with("eval")) {
        Evaluate(line);
      } else {
        Broken("not understood");
      }
    }
    return std::move(outcomes_);
  }

 private:
  bool NextOfBlock() {
    if (at_ + 1 >= lines_.size() || lines_[at_ + 1].empty()) return false;
    ++at_;
    return true;
  }

  void Broken(std::string reason) {
    outcomes_.push_back({.name = fmt::format("{}:{} {}", name_, at_ + 1, lines_[at_]),
                         .reason = std::move(reason)});
  }

  void Load(const std::string& line) {
    const bool converts = line.starts_with("load_with_nhcb ");
    const auto step = ReadTime(Trim(line.substr(line.find(' '))));
    if (!step) return Broken("no step");
    while (NextOfBlock()) {
      const auto series = ParseSeriesNotation(lines_[at_]);
      if (!series) {
        Broken(series.error().message());
        continue;
      }
      if (series->native_histograms) loaded_.native.push_back(series->labels);
      if (converts) AddConverted(series->labels);
      int64_t time = 0;
      for (const auto& value : series->values) {
        if (value) loaded_.store->Append(series->labels, {.time = time, .value = *value});
        time += *step;
      }
    }
  }

  /// The native histogram that Prometheus makes of classic buckets here.
  void AddConverted(const series::Labels& labels) {
    std::string name(labels.metric_name());
    for (const std::string_view ending : {"_bucket", "_sum", "_count"}) {
      if (name.ends_with(ending)) name.resize(name.size() - ending.size());
    }
    series::LabelsBuilder builder(labels);
    builder.Set(series::kMetricName, name);
    builder.Set("le", "");
    loaded_.native.push_back(builder.Build());
  }

  void Evaluate(const std::string& line) {
    static const std::regex instant(R"(eval(?:_(\w+))?\s+instant\s+at\s+(\S+)\s+(.+))");
    static const std::regex range(
        R"(eval(?:_(\w+))?\s+range\s+from\s+(\S+)\s+to\s+(\S+)\s+step\s+(\S+)\s+(.+))");
    Evaluation evaluation{.line = at_ + 1};
    std::smatch match;
    std::optional<int64_t> start;
    std::optional<int64_t> end;
    std::optional<int64_t> step = 1;
    if (std::regex_match(line, match, instant)) {
      start = end = ReadTime(match[2].str());
    } else if (std::regex_match(line, match, range)) {
      evaluation.range = true;
      start = ReadTime(match[2].str());
      end = ReadTime(match[3].str());
      step = ReadTime(match[4].str());
    }
    if (!start || !end || !step) return Broken("not understood");
    evaluation.expression = match[match.size() - 1].str();
    evaluation.times = {.start = *start, .end = *end, .step = *step};
    if (match[1].matched) evaluation.expectations.push_back({.what = match[1].str()});
    while (NextOfBlock()) {
      if (lines_[at_].starts_with("expect ")) {
        evaluation.expectations.push_back(ReadExpectation(lines_[at_].substr(7)));
      } else {
        evaluation.results.push_back(lines_[at_]);
      }
    }
    Outcome outcome = RunEvaluation(evaluation, loaded_);
    outcome.name = fmt::format("{}:{} {}", name_, evaluation.line, evaluation.expression);
    outcomes_.push_back(std::move(outcome));
  }

  static Expectation ReadExpectation(const std::string& line) {
    const size_t space = line.find(' ');
    Expectation expectation{.what = line.substr(0, space)};
    if (space == std::string::npos) return expectation;
    std::string rest(Trim(line.substr(space)));
    for (const std::string how : {"msg", "regex"}) {
      if (rest.starts_with(how + ":")) {
        expectation.how = how;
        rest = Trim(rest.substr(how.size() + 1));
      }
    }
    expectation.text = rest;
    return expectation;
  }

  std::string name_;
  std::vector<std::string> lines_{};
  size_t at_ = 0;
  Loaded loaded_{};
  std::vector<Outcome> outcomes_{};
};

}  // namespace

std::optional<int64_t> ReadTime(std::string_view text) {
  if (const auto ms = ParseDurationMs(text); ms && !text.empty()) return ms;
  const auto seconds = NumberLength(text) == text.size() ? ParseNumber(text) : std::nullopt;
  return seconds ? MsOfSeconds(*seconds) : std::nullopt;
}

bool Evaluation::Expects(std::string_view what) const {
  return std::ranges::find(expectations, what, &Expectation::what) != expectations.end();
}

std::vector<Outcome> RunScript(const std::filesystem::path& file) {
  return ScriptReader(file).Run();
}

}  // namespace klaxon::promql::testing
