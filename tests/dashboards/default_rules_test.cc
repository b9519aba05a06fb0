#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/promql/query.h"
#include "agent/series/keeper.h"
#include "alerts/rule_tests/run.h"
#include "alerts/rules/advice.h"
#include "alerts/rules/load.h"
#include "exporters/prometheus/catalogue.h"
#include "tests/metrics/estate.h"
#include "tests/support/fake_clock.h"

namespace klaxon {
namespace {

constexpr const char* kFile = "dashboards/prometheus/klaxon-rules.yaml";
constexpr const char* kTests = "dashboards/prometheus/klaxon-rules_test.yaml";
constexpr const char* kRunbooks = "docs/runbooks";

std::vector<rules::Rule> DefaultRules() {
  const rules::RuleSet set = rules::LoadRules({kFile});
  REQUIRE(set.mistakes.empty());
  std::vector<rules::Rule> all;
  for (const rules::Group& group : set.groups) {
    for (const auto& rule : group.rules)
      all.push_back(*rule);
  }
  REQUIRE(all.size() > 40);
  return all;
}

std::string TextOf(const std::vector<rules::NamedText>& texts, const std::string& name) {
  const auto found = std::ranges::find(texts, name, &rules::NamedText::name);
  return found == texts.end() ? "" : found->text;
}

TEST_CASE("every metric and label that a default rule selects by is exported") {
  std::map<std::string, std::set<std::string>, std::less<>> exported;
  for (const prometheus_page::CatalogueSection& section : prometheus_page::Catalogue()) {
    for (const metrics::MetricInfo& info : section.metrics)
      exported[std::string(info.name)] = {info.labels.begin(), info.labels.end()};
  }
  for (const rules::Rule& rule : DefaultRules()) {
    promql::ForEachSelector(*rule.parsed, [&](const promql::Selector& selector) {
      INFO(rule.name << " asks for " << selector.metric);
      const auto found = exported.find(selector.metric);
      REQUIRE(found != exported.end());
      for (const series::Matcher& matcher : selector.matchers) {
        INFO(matcher.name());
        CHECK((matcher.name() == series::kMetricName || found->second.contains(matcher.name())));
      }
    });
  }
}

TEST_CASE("every default rule says how bad it is, what it is, and where its runbook is") {
  const std::set<std::string> severities{"critical", "warning", "info", "none"};
  std::set<std::string> pages;
  for (const rules::Rule& rule : DefaultRules()) {
    INFO(rule.name);
    CHECK(rule.alerts);
    CHECK(severities.contains(TextOf(rule.labels, "severity")));
    CHECK_FALSE(TextOf(rule.annotations, "summary").empty());
    CHECK_FALSE(TextOf(rule.annotations, "description").empty());
    const std::string page = TextOf(rule.annotations, "runbook_url");
    CHECK(std::filesystem::exists(page));
    CHECK(pages.insert(page).second);
  }
  for (const auto& entry : std::filesystem::directory_iterator(kRunbooks)) {
    const std::string page = entry.path().string();
    INFO(page);
    CHECK((entry.path().filename() == "README.md" || pages.contains(page)));
  }
}

TEST_CASE("no default rule is likely wrong") {
  for (const rules::Group& group : rules::LoadRules({kFile}).groups) {
    const std::vector<rules::Finding> advice = rules::Advise(group);
    INFO(rules::ToString(advice));
    CHECK(advice.empty());
  }
}

TEST_CASE("every default rule can be evaluated on what Klaxon sees") {
  testing::FakeClock clock;
  series::Keeper keeper({}, clock, [](metrics::MetricWriter&) {});
  const int64_t time = keeper.Sample(testing::EstateView(), clock.Now());
  size_t giving = 0;
  for (const rules::Rule& rule : DefaultRules()) {
    const auto result = promql::InstantQuery(*rule.parsed, keeper.queryable(), time);
    INFO(rule.name << ": " << (result ? "" : result.error().message()));
    REQUIRE(result);
    if (!result->vector.empty()) ++giving;
  }
  // The estate has a silent broker, a leaderless partition, a failed task and more.
  CHECK(giving > 8);
}

TEST_CASE("the unit tests of the default rules pass, and there are some for each rule") {
  const rule_tests::Outcome outcome = rule_tests::RunTestFile(kTests);
  for (const std::string& failure : outcome.failures)
    UNSCOPED_INFO(failure);
  CHECK(outcome.passed());
  CHECK(outcome.expectations >= 2 * DefaultRules().size() - 1);  // Watchdog is never quiet
}

}  // namespace
}  // namespace klaxon
