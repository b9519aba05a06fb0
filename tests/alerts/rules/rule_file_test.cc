#include "alerts/rules/rule_file.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/config/mistake.h"
#include "alerts/rules/duplicates.h"
#include "alerts/rules/go_integer.h"
#include "alerts/rules/load.h"
#include "tests/support/certificates.h"
#include "tests/support/resident.h"

namespace klaxon::rules {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

/// A file with one group; its rules are indented by four.
std::string InGroup(const std::string& rules) {
  return "groups:\n- name: g\n  rules:\n" + rules;
}

RuleFile Read(const std::string& text) {
  return ParseRuleFile(text, "r.yaml");
}

TEST_CASE("A rule file is read with all that it may say") {
  const RuleFile file = Read(R"(
groups:
- name: kafka
  interval: 30s
  query_offset: 1m
  limit: 10
  labels: {team: data, severity: low}
  rules:
  - record: job:lag:sum
    expr: sum by (job) (lag)
    labels: {kind: recorded}
  - alert: LagHigh
    expr: lag > 1e3
    for: 1h30m
    keep_firing_for: 5m
    labels: {severity: '{{ $labels.sev }}', count: 3}
    annotations: {summary: 'lag is {{ $value }}', empty: }
)");
  INFO(ToString(file.mistakes));
  REQUIRE(file.mistakes.empty());
  REQUIRE(file.groups.size() == 1);
  const Group& group = file.groups.front();
  CHECK(group.file == "r.yaml");
  CHECK(group.interval == seconds(30));
  CHECK(group.query_offset == minutes(1));
  CHECK(group.limit == 10);
  REQUIRE(group.rules.size() == 2);
  const Rule& record = *group.rules[0];
  CHECK_FALSE(record.alerts);
  CHECK(record.name == "job:lag:sum");
  REQUIRE(record.labels.size() == 3);
  CHECK(record.labels[0].name == "kind");
  const Rule& alert = *group.rules[1];
  CHECK(alert.alerts);
  CHECK(alert.hold_for == minutes(90));
  CHECK(alert.keep_firing_for == minutes(5));
  REQUIRE(alert.labels.size() == 3);
  CHECK(alert.labels[0].text == "3");
  CHECK(alert.labels[1].text == "{{ $labels.sev }}");
  CHECK(alert.labels[2].text == "data");
  REQUIRE(alert.annotations.size() == 2);
  CHECK(alert.annotations[0].text.empty());
  CHECK(alert.position.line == 12);
}

TEST_CASE("A mistake in a rule file is told with its line and column") {
  struct Case {
    std::string text{};
    config::Position position{};
    std::string what{};
  };

  const std::vector<Case> cases{
      {InGroup("  - alert: a\n    expr: up =* 1\n"), {5, 14}, "unexpected"},
      {InGroup("  - alert: a\n    expr: 'up =* 1'\n"), {5, 15}, "unexpected"},
      {InGroup("  - alert: a\n    expr: |\n      up\n        =* 1\n"), {7, 9}, "unexpected"},
      {InGroup("  - alert: a\n    expr: >-\n      up =* 1\n"), {6, 10}, "unexpected"},
      {InGroup("  - alert: a\n    expr: \"u\\x70 =* 1\"\n"), {5, 11}, "unexpected"},
      {InGroup("  - alert: a\n    expr: 1\n    fro: 1m\n"), {6, 5}, "did you mean \"for\"?"},
      {InGroup("  - alert: a\n    expr: 1\n    for: 1x\n"), {6, 10}, "not a duration"},
      {InGroup("  - alert: a\n    expr: 1\n    for: 5\n"), {6, 10}, "not a duration"},
      {InGroup("  - alert: a\n    expr: 1\n    labels: [b]\n"), {6, 13}, "expected a map"},
      {InGroup("  - alert: a\n    expr: [1]\n"), {5, 11}, "expected a text, found a list"},
      {InGroup("  - alert: a\n    expr: 1\n    labels: {a: '{{ $nope }}'}\n"),
       {6, 13},
       "undefined variable"},
      {InGroup("  - alert: a\n    expr: 1\n    expr: 2\n"), {6, 5}, "duplicate key"},
      {InGroup("  - <<: 5\n    alert: a\n    expr: 1\n"), {4, 9}, "wants a map"},
      {"groups:\n- rules: []\n", {2, 3}, "Groupname must not be empty"},
      {"groups:\n- name: a\n  limit: x\n", {3, 10}, "not a whole number"},
      {"groups:\n- name: a\n  limit: '5'\n", {3, 10}, "not a whole number"},
      {"groups:\n- name: a\n  interval: ''\n", {3, 13}, "empty duration string"},
      {"groups:\n- name: a\n  '<<': {limit: 5}\n", {3, 3}, "unknown field \"<<\""},
      {"# of YAML\n%YAML 1.2\n---\ngroups: []\n", {2, 1}, "no other version of YAML than 1.1"},
      {"\r\n%YAML 1.2\r\n---\r\ngroups: []\r\n", {2, 1}, "no other version of YAML than 1.1"},
      {"\t \n  # of YAML\n%YAML 1.2\n---\ngroups: []\n",
       {3, 1},
       "no other version of YAML than 1.1"},
      {"groups:\n- name: \"a\uffffb\"\n", {2, 11}, "the control character 0xffff"},
      {"groups:\n- name: \"a\u0081b\"\n", {2, 11}, "the control character 0x81"},
      {"groups: 5\n", {1, 9}, "expected a list"},
      {"[]\n", {1, 1}, "expected a map"},
      {"groups: [\n", {2, 1}, "not valid YAML"},
      {"groups:\n- name: \"\xff\"\n", {2, 1}, "UTF-8"},
  };
  for (const Case& each : cases) {
    const RuleFile file = Read(each.text);
    INFO(each.text << '\n' << ToString(file.mistakes));
    REQUIRE_FALSE(file.mistakes.empty());
    CHECK(file.mistakes.front().position == each.position);
    CHECK(file.mistakes.front().what.find(each.what) != std::string::npos);
  }
}

TEST_CASE("What is null in a list is not there") {
  for (const std::string text :
       {"groups: [~]\n", "groups:\n-\n", "groups:\n- name: g\n  rules:\n  -\n  - ~\n"}) {
    INFO(text);
    CHECK(Read(text).mistakes.empty());
  }
}

TEST_CASE("A whole number may be written as Go's decoder takes it") {
  const std::vector<std::pair<std::string, std::optional<int64_t>>> cases{
      {"5", 5},
      {"+5", 5},
      {"-1", -1},
      {"0x1f", 31},
      {"-0X10", -16},
      {"0o17", 15},
      {"017", 15},
      {"08", 8},
      {"0b101", 5},
      {"1_000", 1000},
      {"1__0_", 10},
      {"1e3", 1000},
      {"5.9", 5},
      {"-5.9", -5},
      {"+.5", 0},
      {"1.", 1},
      {"9223372036854775807", INT64_MAX},
      {"-9223372036854775808", INT64_MIN},
      {"9223372036854775808", std::nullopt},
      {"-0x8000000000000000", INT64_MIN},
      {"-01000000000000000000000", INT64_MIN},
      {"-0b1" + std::string(63, '0'), INT64_MIN},
      {"0x8000000000000000", std::nullopt},
      {"-0x8000000000000001", std::nullopt},
      {"-9.3e18", INT64_MIN},
      {"9.3e18", std::nullopt},
      {"1e400", std::nullopt},
      {"_1", std::nullopt},
      {"--1", std::nullopt},
      {"0x", std::nullopt},
      {"0b2", std::nullopt},
      {"1e", std::nullopt},
      {"1:30", std::nullopt},
      {".inf", std::nullopt},
      {"inf", std::nullopt},
      {"nan", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& [text, number] : cases) {
    INFO(text);
    CHECK(GoInteger(text) == number);
  }
}

TEST_CASE("A finding names file, place, group and rule") {
  const RuleFile file = Read(InGroup("  - alert: a\n    expr: 1\n    fro: 1m\n"));
  CHECK(ToString(file.mistakes) ==
        "r.yaml:6:5: group \"g\", rule 1, \"a\": unknown field \"fro\"; did you mean \"for\"?");
}

TEST_CASE("Empty files and what follows the first document do no harm") {
  for (const std::string text :
       {"", "# nothing\n", "groups:\n", "groups: []\n", "groups: []\n---\nwhat: ever\n",
        "groups:\n- name: a\n  rules:\n"}) {
    INFO(text);
    CHECK(Read(text).mistakes.empty());
  }
}

TEST_CASE("Hostile rule files are an error at once") {
  const std::string huge(10'000'000, '1');
  const std::string nested = std::string(10'000, '(') + "1" + std::string(10'000, ')');
  std::string merges = "x0: &x0 {a: 1}\n";
  for (int i = 1; i < 500; ++i) {
    const std::string n = std::to_string(i);
    merges += "x" + n + ": &x" + n + " {<<: *x" + std::to_string(i - 1) + "}\n";
  }
  const std::string regex = "(((a{1000}){1000}){1000}){1000}";
  for (const std::string& text :
       {InGroup("  - alert: a\n    expr: up{x=~'" + regex + "'}\n"),
        InGroup("  - alert: a\n    expr: 'up{x=\"\xc3\x28\"}'\n"),
        InGroup("  - alert: a\n    expr: 1\n    annotations: {x: '" + std::string(10'000, '{') +
                "'}\n"),
        InGroup("  - alert: a\n    expr: " + huge + "\n"),
        InGroup("  - alert: a\n    expr: " + nested + "\n"),
        InGroup("  - alert: a\n    expr: " + nested.substr(0, 10'000) + "\n"),
        "groups: " + std::string(10'000, '[') + "\n",
        InGroup("  - alert: \"\xc3\x28\"\n    expr: 1\n"),
        merges + InGroup("  - <<: *x499\n    alert: a\n    expr: 1\n")}) {
    CHECK_FALSE(Read(text).mistakes.empty());
    // What one of them takes is given back: reading it again takes no more.
    const size_t before = testing::ResidentBytes();
    for (int i = 0; i < 10; ++i) {
      CHECK_FALSE(Read(text).mistakes.empty());
    }
    CHECK(testing::ResidentBytes() < before + (size_t{64} << 20U));
  }
}

TEST_CASE("Rules that write the same series are found") {
  const RuleFile file =
      Read(InGroup("  - {record: a, expr: 1, labels: {x: y}}\n  - {record: a, expr: 2}\n"
                   "  - {record: a, expr: 3, labels: {x: y}}\n"));
  REQUIRE(file.mistakes.empty());
  const std::vector<Finding> found = FindDuplicates(file);
  REQUIRE(found.size() == 1);
  CHECK(found.front().position.line == 6);
  CHECK(found.front().what.find("line 4") != std::string::npos);
}

TEST_CASE("A set of rule files is taken as a whole or not at all") {
  const testing::ScratchFolder folder;
  folder.Write("a.yaml", InGroup("  - {record: a, expr: 1}\n"));
  folder.Write("b.yaml", InGroup("  - {record: b, expr: 2}\n"));
  const auto files = ExpandPatterns({"*.yaml", "a.yaml", "no*.yaml"}, folder.Path(""));
  REQUIRE(files);
  CHECK(files->paths.size() == 2);
  CHECK(files->empty_patterns == std::vector<std::string>{"no*.yaml"});
  CHECK(LoadRules(files->paths).mistakes.empty());
  CHECK(LoadRules(files->paths).groups.size() == 2);
  folder.Write("b.yaml", InGroup("  - {record: b, expr: 2, limit: 3}\n"));
  CHECK(LoadRules(files->paths).mistakes.size() == 1);
  CHECK(LoadRules({folder.Path("none.yaml")}).mistakes.size() == 1);
}

}  // namespace
}  // namespace klaxon::rules
