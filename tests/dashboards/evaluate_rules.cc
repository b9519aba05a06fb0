// Evaluates the expressions of rules on the series of their unit tests, for a comparison with
// Prometheus: evaluate_rules OPENMETRICS START FILE... writes the series from START (Unix seconds)
// on as OpenMetrics, and prints, a line each, the time in ms, what an expression gives then
// ("error", or labels and values as JSON) and the expression, with tabs between.

#include <charconv>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "agent/promql/query.h"
#include "agent/series/memory_store.h"
#include "alerts/rule_tests/test_file.h"
#include "alerts/rules/load.h"
#include "exporters/query/answers.h"

namespace klaxon {
namespace {

/// The times lie off the grid of the samples, so that windows open or closed at an end agree.
constexpr int kTimes = 50;
constexpr int64_t kFirstTime = 187'123;
constexpr int64_t kBetweenTimes = 137'311;

struct Estate {
  std::map<series::Labels, std::vector<series::Sample>> series{};
  std::map<std::string, std::shared_ptr<const promql::Expr>> expressions{};
};

void AddTest(const rule_tests::Test& test, int64_t start, Estate& estate) {
  const int64_t interval =
      std::chrono::duration_cast<std::chrono::milliseconds>(test.interval).count();
  for (const promql::SeriesNotation& notation : test.series) {
    if (estate.series.contains(notation.labels) || notation.labels.metric_name().empty()) continue;
    std::vector<series::Sample>& samples = estate.series[notation.labels];
    for (size_t i = 0; i < notation.values.size(); ++i) {
      // OpenMetrics has no staleness markers.
      if (!notation.values[i] || series::IsStale(*notation.values[i])) continue;
      samples.push_back(
          {.time = start + static_cast<int64_t>(i) * interval, .value = *notation.values[i]});
    }
  }
}

void AddFile(const std::string& path, int64_t start, Estate& estate) {
  const rule_tests::TestFile file = rule_tests::ReadTestFile(path);
  if (!file.mistakes.empty()) return;
  const auto files =
      rules::ExpandPatterns(file.rule_files, std::filesystem::path(path).parent_path().string());
  const rules::RuleSet set = rules::LoadRules(files ? files->paths : std::vector<std::string>());
  if (!set.mistakes.empty()) return;
  for (const rules::Group& group : set.groups) {
    for (const auto& rule : group.rules)
      estate.expressions.emplace(rule->expression, rule->parsed);
  }
  for (const rule_tests::Test& test : file.tests)
    AddTest(test, start, estate);
}

std::string Number(double value) {
  return query_api::ValueText(value);
}

void WriteOpenMetrics(const Estate& estate, const std::string& path) {
  std::ofstream out(path);
  for (const auto& [labels, samples] : estate.series) {
    std::string text;
    for (const series::Label label : labels) {
      if (label.name == series::kMetricName) continue;
      std::string value;
      query_api::AppendText(label.value, value);
      text += fmt::format("{}{}={}", text.empty() ? "" : ",", label.name, value);
    }
    for (const series::Sample& sample : samples) {
      out << fmt::format("{}{{{}}} {} {}.{:03}\n", labels.metric_name(), text, Number(sample.value),
                         sample.time / 1000, sample.time % 1000);
    }
  }
  out << "# EOF\n";
}

std::string Answer(const promql::QueryResult& result) {
  if (result.type == promql::ValueType::kScalar) return "[[{},\"" + Number(result.scalar) + "\"]]";
  std::string text = "[";
  for (const promql::VectorSample& sample : result.vector) {
    std::string labels;
    for (const series::Label label : *sample.labels) {
      labels += labels.empty() ? "" : ",";
      query_api::AppendText(label.name, labels);
      labels += ':';
      query_api::AppendText(label.value, labels);
    }
    text +=
        fmt::format("{}[{{{}}},\"{}\"]", text.size() > 1 ? "," : "", labels, Number(sample.value));
  }
  return text + "]";
}

int Run(const std::vector<std::string>& arguments) {
  int64_t start = 0;
  std::from_chars(arguments[1].data(), arguments[1].data() + arguments[1].size(), start);
  start *= 1000;
  Estate estate;
  for (size_t i = 2; i < arguments.size(); ++i)
    AddFile(arguments[i], start, estate);
  WriteOpenMetrics(estate, arguments[0]);
  series::MemoryStore store;
  for (const auto& [labels, samples] : estate.series) {
    for (const series::Sample& sample : samples)
      store.Append(labels, sample);
  }
  for (const auto& [text, expr] : estate.expressions) {
    for (int i = 0; i < kTimes; ++i) {
      const int64_t time = start + kFirstTime + i * kBetweenTimes;
      const auto result = promql::InstantQuery(*expr, store, time);
      std::string quoted;
      query_api::AppendText(text, quoted);
      fmt::print("{}\t{}\t{}\n", time, result ? Answer(*result) : "error", quoted);
    }
  }
  return 0;
}

}  // namespace
}  // namespace klaxon

int main(int argc, char** argv) {
  if (argc < 4) {
    fmt::print(stderr, "evaluate_rules OPENMETRICS START FILE...\n");
    return 2;
  }
  return klaxon::Run({argv + 1, argv + argc});
}
