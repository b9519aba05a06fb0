#include "alerts/rule_tests/run.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "alerts/rule_tests/bench.h"
#include "alerts/rule_tests/compare.h"
#include "alerts/rule_tests/test_file.h"
#include "alerts/rules/load.h"

namespace klaxon::rule_tests {
namespace {

/// A year of minutes is half of it; more is a mistake in a time.
constexpr int64_t kMostEvaluations = 1'000'000;

class Runner {
 public:
  Runner(const TestFile& file, const std::vector<rules::Group>& groups, bool prometheus2,
         Outcome& outcome)
      : file_(file), groups_(groups), outcome_(outcome) {
    query_.default_step =
        std::chrono::duration_cast<std::chrono::milliseconds>(file.interval).count();
    if (prometheus2) ++query_.lookback;
  }

  void Run(const Test& test) {
    ++outcome_.tests;
    const Duration end = EndOf(test);
    if (end / file_.interval > kMostEvaluations) {
      return Fail(test, fmt::format("more than {} evaluations", kMostEvaluations));
    }
    Bench bench(test, query_, groups_);
    for (int64_t i = 0; i <= end / file_.interval; ++i) {
      const Duration at = file_.interval * i;
      const std::vector<std::string> errors = bench.Evaluate(at);
      for (const std::string& error : errors) {
        Fail(test, error);
      }
      if (!errors.empty()) return;
      JudgeAlerts(test, bench, at);
    }
    JudgeValues(test, bench);
  }

 private:
  static Duration EndOf(const Test& test) {
    Duration end{};
    for (const AlertExpectation& alert : test.alerts) {
      end = std::max(end, alert.at);
    }
    for (const ValueExpectation& value : test.values) {
      end = std::max(end, value.at);
    }
    return end;
  }

  /// Those whose time is not before `at`, but before the next evaluation.
  void JudgeAlerts(const Test& test, const Bench& bench, Duration at) {
    for (const AlertExpectation& alert : test.alerts) {
      if (alert.at < at || alert.at - at >= file_.interval) continue;
      ++outcome_.expectations;
      const std::string difference = DifferenceOf(alert, bench.Firing(alert.alert));
      if (!difference.empty()) Fail(test, difference);
    }
  }

  void JudgeValues(const Test& test, const Bench& bench) {
    for (const ValueExpectation& value : test.values) {
      if (value.native_histograms) {
        outcome_.notes.push_back(
            fmt::format("name: {}, expr: \"{}\": not judged, it expects native histograms",
                        test.name, value.expression));
        continue;
      }
      ++outcome_.expectations;
      const Result<promql::Vector> got = bench.Ask(value.expression, value.at);
      if (!got) {
        Fail(test, fmt::format("expr: \"{}\", time: {}, err: {}", value.expression,
                               FormatDuration(value.at), got.error().message()));
        continue;
      }
      const std::string difference = DifferenceOf(value, *got, file_.fuzzy);
      if (!difference.empty()) Fail(test, difference);
    }
  }

  void Fail(const Test& test, const std::string& what) {
    outcome_.failures.push_back(fmt::format("name: {},\n    {}", test.name, what));
  }

  const TestFile& file_;
  const std::vector<rules::Group>& groups_;
  Outcome& outcome_;
  promql::QueryOptions query_{};
};

/// All groups of the rule files, in the order in which they are evaluated.
std::vector<rules::Group> LoadGroups(const TestFile& file, const RunOptions& options,
                                     Outcome& outcome) {
  std::vector<rules::Group> groups;
  const std::string folder = std::filesystem::path(file.name).parent_path().string();
  const Result<rules::RuleFiles> files = rules::ExpandPatterns(file.rule_files, folder);
  if (!files) {
    outcome.failures.push_back(files.error().message());
    return groups;
  }
  for (const std::string& path : files->paths) {
    rules::RuleFile read = rules::ReadRuleFile(path, options.rules);
    for (const rules::Finding& mistake : read.mistakes) {
      outcome.failures.push_back(ToString(mistake));
    }
    std::move(read.groups.begin(), read.groups.end(), std::back_inserter(groups));
  }
  const auto place = [&](const rules::Group& group) {
    const auto found = file.order.find(group.name);
    return found == file.order.end() ? 0 : found->second;
  };
  std::stable_sort(groups.begin(), groups.end(),
                   [&](const auto& a, const auto& b) { return place(a) < place(b); });
  return groups;
}

}  // namespace

Outcome RunTestFile(const std::string& path, const RunOptions& options) {
  Outcome outcome;
  const TestFile file = ReadTestFile(path);
  for (const rules::Finding& mistake : file.mistakes) {
    outcome.failures.push_back(ToString(mistake));
  }
  if (!outcome.passed()) return outcome;
  const std::vector<rules::Group> groups = LoadGroups(file, options, outcome);
  // promtool looks at the rules within a test: without tests they may be wrong.
  if (file.tests.empty()) outcome.failures.clear();
  if (!outcome.passed()) return outcome;
  Runner runner(file, groups, options.prometheus2, outcome);
  for (const Test& test : file.tests) {
    const bool chosen = options.only.empty() || std::find(options.only.begin(), options.only.end(),
                                                          test.name) != options.only.end();
    if (chosen) runner.Run(test);
  }
  return outcome;
}

}  // namespace klaxon::rule_tests
