#include "exporters/api/rules.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

namespace klaxon::api {
namespace {

BoardRule RuleOf(const std::string& name, bool alerts) {
  BoardRule rule{.alerts = alerts, .name = name, .expression = "up == 0", .health = "ok"};
  if (alerts) rule.active.push_back({.labels = {{"alertname", name}}, .phase = "firing"});
  return rule;
}

RuleBoard Board() {
  RuleBoard board;
  board.groups.push_back({.name = "brokers",
                          .file = "a.yaml",
                          .rules = {RuleOf("up:sum", false), RuleOf("Down", true)}});
  board.groups.push_back({.name = "groups", .file = "b.yaml", .rules = {RuleOf("Lag", true)}});
  board.groups.push_back({.name = "empty", .file = "b.yaml"});
  return board;
}

/// "GROUP/RULE" of each rule in the answer, "GROUP/" of a group without any.
std::vector<std::string> Names(const std::vector<std::pair<std::string, std::string>>& parameters) {
  const Result<RulesFilter> filter = ReadRulesFilter(parameters);
  if (!filter) return {filter.error().message()};
  const auto document = nlohmann::json::parse(RulesDocument(Board(), *filter));
  std::vector<std::string> names;
  for (const auto& group : document["data"]["groups"]) {
    const auto name = group["name"].get<std::string>();
    if (group["rules"].empty()) names.push_back(name + "/");
    for (const auto& rule : group["rules"]) {
      names.push_back(name + "/" + rule["name"].get<std::string>());
    }
  }
  return names;
}

TEST_CASE("rules are listed as they are asked for") {
  struct Case {
    std::string name{};
    std::vector<std::pair<std::string, std::string>> parameters{};
    std::vector<std::string> names{};
  };

  const std::vector<Case> cases{
      {"all, groups without rules too",
       {},
       {"brokers/up:sum", "brokers/Down", "groups/Lag", "empty/"}},
      {"alerting ones", {{"type", "alert"}}, {"brokers/Down", "groups/Lag"}},
      {"recording ones", {{"type", "record"}}, {"brokers/up:sum"}},
      {"by names",
       {{"rule_name[]", "Lag"}, {"rule_name[]", "Down"}},
       {"brokers/Down", "groups/Lag"}},
      {"by group", {{"rule_group[]", "brokers"}}, {"brokers/up:sum", "brokers/Down"}},
      {"by file", {{"file[]", "b.yaml"}}, {"groups/Lag", "empty/"}},
      {"by all of these", {{"file[]", "a.yaml"}, {"type", "alert"}}, {"brokers/Down"}},
      {"by a name that none has", {{"rule_name[]", "lag"}}, {}},
      {"what others ask of Prometheus",
       {{"match[]", "{}"}, {"type", "record"}},
       {"brokers/up:sum"}},
      {"of a type in capitals", {{"type", "Record"}}, {"brokers/up:sum"}},
      {"of no type", {{"type", ""}}, {"brokers/up:sum", "brokers/Down", "groups/Lag", "empty/"}},
      {"of the first of two types", {{"type", "record"}, {"type", "alert"}}, {"brokers/up:sum"}},
      {"a type that is none", {{"type", "alerts"}}, {"type: expected alert or record"}}};
  for (const Case& one : cases) {
    CAPTURE(one.name);
    CHECK(Names(one.parameters) == one.names);
  }
}

TEST_CASE("whether alerts are wanted is read as Go reads a truth, in capitals or not") {
  struct Case {
    std::string value{};
    std::optional<bool> exclude{};  ///< nothing: refused
  };

  const std::vector<Case> cases{{"1", true},    {"t", true},      {"T", true},      {"true", true},
                                {"TRUE", true}, {"tRue", true},   {"0", false},     {"f", false},
                                {"F", false},   {"False", false}, {"false", false}, {"", false},
                                {"yes", {}},    {"2", {}},        {" true", {}}};
  for (const Case& one : cases) {
    CAPTURE(one.value);
    const Result<RulesFilter> filter = ReadRulesFilter({{"exclude_alerts", one.value}});
    CHECK(static_cast<bool>(filter) == one.exclude.has_value());
    CHECK((filter ? filter->exclude_alerts : false) == one.exclude.value_or(false));
  }
  CHECK(ReadRulesFilter({{"exclude_alerts", "yes"}}).error().message() ==
        "exclude_alerts: expected true or false");
}

TEST_CASE("rules are listed without their alerts where these are not wanted") {
  CHECK(RulesDocument(Board()).find("\"alerts\"") != std::string::npos);
  CHECK(RulesDocument(Board(), {.exclude_alerts = true}).find("\"alerts\"") == std::string::npos);
}

}  // namespace
}  // namespace klaxon::api
