#include "alerts/rule_tests/run.h"

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "tests/support/certificates.h"
#include "tests/support/conformance.h"

namespace klaxon::rule_tests {
namespace {

std::string Told(const Outcome& outcome) {
  return fmt::format("{}", fmt::join(outcome.failures, "\n"));
}

TEST_CASE("promtool's own unit tests get its verdict") {
  const auto folder = ConformanceFolder("promtool");
  const std::vector<std::pair<std::string, bool>> files{
      {"at-modifier-test.yml", true},
      {"bad-input-series.yml", false},
      {"bad-promql.yml", false},
      {"bad-rules-error-test.yml", false},
      {"bad-rules-syntax-test.yml", false},
      {"failing.yml", false},
      {"long-period.yml", true},
      {"negative-offset-test.yml", true},
      {"no-test-group-interval.yml", true},
      {"rules_run.yml", false},
      {"rules_run_extrafields.yml", false},
      {"rules_run_fuzzy.yml", false},
      {"rules_run_no_fuzzy.yml", false},
      {"start-time-test.yml", true},
      {"unittest.yml", true},
  };
  size_t judged = 0;
  size_t not_judged = 0;
  for (const auto& [name, passes] : files) {
    const Outcome outcome = RunTestFile((folder / name).string());
    INFO(name << '\n' << Told(outcome));
    CHECK(outcome.passed() == passes);
    judged += outcome.expectations;
    not_judged += outcome.notes.size();
  }
  fmt::print(
      "promtool's unit tests: {} files, {} expectations judged, {} of native histograms not\n",
      files.size(), judged, not_judged);
  CHECK(not_judged == 3);
}

TEST_CASE("Chosen tests, unknown fields and fuzzy numbers are as with promtool") {
  const auto folder = ConformanceFolder("promtool");
  const auto path = [&](const std::string& name) { return (folder / name).string(); };
  CHECK(RunTestFile(path("rules_run.yml"), {.only = {"correct test"}}).passed());
  CHECK_FALSE(RunTestFile(path("rules_run.yml"), {.only = {"wrong test"}}).passed());
  CHECK(RunTestFile(path("rules_run_extrafields.yml"), {.rules = {.ignore_unknown_fields = true}})
            .passed());
  CHECK(RunTestFile(path("rules_run_fuzzy.yml"), {.only = {"correct fuzzy match"}}).passed());
  CHECK_FALSE(RunTestFile(path("rules_run_fuzzy.yml"), {.only = {"wrong fuzzy match"}}).passed());
}

TEST_CASE("The tests that Kafka's operators wrote for their rules pass unchanged") {
  size_t files = 0;
  size_t judged = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(ConformanceFolder("rule-tests"))) {
    if (!entry.path().filename().string().ends_with("_test.yaml")) continue;
    // Its only sample is exactly five minutes old when it is looked at.
    const bool old = entry.path().filename() == "eventgate_local_test.yaml";
    CHECK(RunTestFile(entry.path().string()).passed() != old);
    const Outcome outcome = RunTestFile(entry.path().string(), {.prometheus2 = old});
    INFO(entry.path().string() << '\n' << Told(outcome));
    CHECK(outcome.passed());
    ++files;
    judged += outcome.expectations;
  }
  fmt::print("operators' unit tests: {} files, {} expectations\n", files, judged);
  CHECK(files == 6);
}

TEST_CASE("A test of rules fails when something is not as it says") {
  const testing::ScratchFolder folder;
  folder.Write("rules.yaml", R"(
groups:
- name: second
  rules:
  - alert: High
    expr: doubled > 5
    labels: {severity: page}
    annotations: {text: 'it is {{ $value }}'}
- name: first
  rules:
  - record: doubled
    expr: 2 * lag
)");

  struct Case {
    std::string tests{};
    std::string failure{};  ///< empty: it passes
  };

  const std::string head = R"(
rule_files: [rules.yaml]
group_eval_order: [first, second]
tests:
- input_series: [{series: 'lag{group="a"}', values: '1 2 3'}]
)";
  const std::string alert = R"(  alert_rule_test:
  - alertname: High
    eval_time: 2m
    exp_alerts:
)";
  const std::string fires = alert +
                            "    - exp_labels: {group: a, severity: page}\n"
                            "      exp_annotations: {text: it is 6}\n";
  const std::vector<Case> cases{
      {head + fires, ""},
      {head + alert + "    - exp_labels: {group: b, severity: page}\n",
       "alertname: High, time: 2m"},
      {head + alert + "      []\n", "got:"},
      {head + "  promql_expr_test: [{expr: doubled, eval_time: 1m, exp_samples: [{labels: "
              "'doubled{group=\"a\"}', value: 4}]}]\n",
       ""},
      {head + "  promql_expr_test: [{expr: doubled, eval_time: 1m, exp_samples: [{labels: "
              "'doubled{group=\"a\"}', value: 5}]}]\n",
       "expr: \"doubled\", time: 1m"},
      {head + "  promql_expr_test: [{expr: 'doubled +', exp_samples: []}]\n", "err:"},
      {head + "  promql_test: []\n", "unknown field \"promql_test\""},
      {head + "  start_timestamp: yesterday\n", "RFC 3339"},
      {head + "  input_series: []\n", "duplicate key"},
      {"rule_files: [none.yaml]\ntests: [{}]\n", "none.yaml"},
      {"rule_files: [none*.yaml]\ntests: [{}]\n", ""},
      {"group_eval_order: [a, a]\ntests: []\n", "repeated"},
      {"evaluation_interval: 1ms\ntests: [{promql_expr_test: [{expr: 1, eval_time: 1y}]}]\n",
       "more than 1000000 evaluations"},
  };
  for (const Case& each : cases) {
    const Outcome outcome = RunTestFile(folder.Write("test.yaml", each.tests));
    INFO(each.tests << '\n' << Told(outcome));
    CHECK(outcome.passed() == each.failure.empty());
    CHECK(Told(outcome).find(each.failure) != std::string::npos);
  }
}

}  // namespace
}  // namespace klaxon::rule_tests
