#include "alerts/lifecycle/unknown.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/base/duration.h"
#include "alerts/lifecycle/history.h"
#include "alerts/lifecycle/settling.h"
#include "tests/alerts/lifecycle/bench.h"

namespace klaxon::alerts::testing {
namespace {

std::vector<const rules::Rule*> RulesOf(const std::vector<rules::Group>& groups) {
  std::vector<const rules::Rule*> rules;
  for (const rules::Group& group : groups) {
    for (const auto& rule : group.rules) {
      rules.push_back(rule.get());
    }
  }
  return rules;
}

/// The lag of one topic in one of three clusters is unknown.
UnknownScopesRef OneTopic() {
  UnknownScopes scopes;
  scopes.push_back({.metrics = {"lag", "klaxon_own"},
                    .labels = {{"cluster", "a"}, {"topic", "orders"}},
                    .split = "partition",
                    .values = {"1", "2"}});
  scopes.push_back({.metrics = {"whole"}, .labels = {{"cluster", "a"}}});
  return std::make_shared<const UnknownScopes>(scopes);
}

TEST_CASE("What is unknown concerns the alerts that it could belong to, and no others") {
  struct Case {
    std::string expression{};
    std::string labels{};  ///< of the alert
    bool concerns = false;
  };

  const std::vector<Case> cases{
      {"lag > 5", R"({cluster="a", topic="orders", partition="1"})", true},
      {"lag > 5", R"({cluster="a", topic="orders", partition="3"})", false},
      {"lag > 5", R"({cluster="b", topic="orders", partition="1"})", false},
      {"lag{cluster=\"b\"} > 5", "{}", false},
      {"sum by (cluster) (lag) > 5", R"({cluster="a"})", true},
      {"sum by (cluster) (lag) > 5", R"({cluster="b"})", false},
      {"sum(lag) > 5", "{}", true},
      {"sum(lag{topic!=\"orders\"}) > 5", "{}", false},
      {"sum by (topic) (rate(lag[5m])) > 5", R"({topic="orders"})", true},
      {"max by (topic) (other) > 5", R"({topic="orders"})", false},
      {"other > 5 unless lag > 1", R"({topic="orders"})", true},
      {"absent(lag)", "{}", false},
      {"absent_over_time(lag[5m]) or other > 5", "{}", false},
      {"klaxon_own > 5", R"({cluster="a"})", false},
      {"whole > 5", R"({cluster="a", any="thing"})", true},
      {"whole > 5", R"({cluster="b"})", false},
      {"recorded > 5", R"({cluster="a"})", true},
      {"recorded > 5", R"({cluster="b"})", false},
      {"circle > 5", "{}", true},
      // The rule's own label says nothing about the series.
      {"sum(lag) > 5", R"({severity="page"})", true},
      {"label_replace(lag, 'cluster', 'x', 'topic', '.*') > 5", R"({cluster="x"})", true},
  };
  for (const Case& each : cases) {
    const std::vector<rules::Group> groups = GroupsOf(
        "groups:\n- name: g\n  rules:\n  - {record: recorded, expr: sum by (cluster) (lag)}\n"
        "  - {record: circle, expr: circle + on() sum(lag)}\n"
        "  - alert: A\n    labels: {severity: page}\n    expr: |\n      " +
        each.expression + "\n");
    UnknownFacts unknown(RulesOf(groups), OneTopic());
    const auto labels = promql::ParseSeriesLabels(each.labels);
    REQUIRE(labels);
    series::LabelsBuilder builder(*labels);
    builder.Set("alertname", "A");
    INFO(each.expression << ' ' << each.labels);
    CHECK(unknown.Concern(*groups.front().rules.back(), builder.Build()).has_value() ==
          each.concerns);
  }
}

TEST_CASE("What reads a recording that was not made yet is unknown, until it is made") {
  const std::vector<rules::Group> groups = GroupsOf(R"(
groups:
- name: a
  rules:
  - alert: Reads
    expr: second > 1
  - alert: Absent
    expr: absent(second)
  - alert: Other
    expr: lag > 1
- name: b
  rules:
  - record: first
    expr: sum(lag)
  - record: second
    expr: first * 2
)");
  const std::vector<const rules::Rule*> rules = RulesOf(groups);
  const auto none = std::make_shared<const UnknownScopes>();
  UnknownFacts waiting(rules, none,
                       [](const rules::Rule& recording) { return recording.name == "first"; });
  CHECK(waiting.Concern(*rules[0], {}));
  CHECK_FALSE(waiting.Concern(*rules[1], {}));
  CHECK_FALSE(waiting.Concern(*rules[2], {}));
  UnknownFacts made(rules, none, [](const rules::Rule&) { return false; });
  CHECK_FALSE(made.Concern(*rules[0], {}));
}

constexpr const char* kServices = R"(
groups:
- name: records
  interval: 40s
  rules:
  - record: err:ratio
    labels: {service: a}
    expr: sum(lag{topic="other"})
  - record: err:ratio
    labels: {service: b}
    expr: sum(lag{topic="orders"})
- name: alerts
  rules:
  - {alert: OfA, expr: 'err:ratio{service="a"} > 5'}
  - {alert: OfB, expr: 'err:ratio{service="b"} > 5'}
  - {alert: NotOfB, expr: 'err:ratio{service!~"b|c"} > 5'}
  - {alert: OfNobody, expr: 'err:ratio{service="d"} > 5'}
  - {alert: OfAll, expr: 'sum(err:ratio) > 5'}
  - {alert: OfAnyTopic, expr: 'err:ratio{topic="any"} > 5'}
)";

TEST_CASE("An alert is not held because of what a recording of other labels reads") {
  const std::vector<rules::Group> groups = GroupsOf(kServices);
  UnknownFacts unknown(RulesOf(groups), OneTopic());
  const Settling settling(groups, std::chrono::seconds(15));
  std::string concerned;
  std::string settles;
  for (const auto& alert : groups.back().rules) {
    if (unknown.Concern(*alert, {})) concerned += alert->name + " ";
    if (settling.After({}, *alert) != Duration::zero()) settles += alert->name + " ";
  }
  CHECK(concerned == "OfB OfAll OfAnyTopic ");
  CHECK(settles == "OfA OfB NotOfB OfAll OfAnyTopic ");
}

TEST_CASE("Recordings that read one another often, or in circles, are each looked at once") {
  const std::vector<rules::Group> groups = GroupsOf(R"(
groups:
- name: records
  interval: 40s
  rules:
  - {record: a, expr: a + a + a + a + a + a + a + a + a + a}
  - {record: a, expr: b + b + b + b + b + b + b + b + b + b}
  - {record: b, expr: 'a + a + a + a + a + a + a + rate(lag[1m])'}
- name: alerts
  rules:
  - {alert: ReadsA, expr: a > 5}
  - {alert: ReadsB, expr: b > 5}
  - {alert: Other, expr: other > 5}
)");
  UnknownFacts unknown(RulesOf(groups), OneTopic());
  const Settling settling(groups, std::chrono::seconds(15));
  const auto& alerts = groups.back().rules;
  for (const size_t reads : {0U, 1U}) {
    CHECK(unknown.Concern(*alerts[reads], {}));
    CHECK(settling.After(std::chrono::minutes(1), *alerts[reads]) == std::chrono::seconds(115));
  }
  CHECK_FALSE(unknown.Concern(*alerts[2], {}));
}

TEST_CASE("After an outage a rule waits until it sees enough, and no longer") {
  using std::chrono::minutes;
  using std::chrono::seconds;
  const std::vector<rules::Group> groups = GroupsOf(R"(
groups:
- name: a
  interval: 10s
  rules:
  - record: own
    expr: sum(lag)
  - alert: Instant
    expr: lag > 1
  - alert: Rate
    expr: rate(lag[2m]) > 1
  - alert: HourBack
    expr: brokers < max_over_time(brokers[1h])
  - alert: Subquery
    expr: max_over_time(sum(lag)[3m:1m]) > 1
  - alert: ShortAndLong
    expr: rate(lag[1h]) > 1 and rate(lag[4m]) > 1
  - alert: InSubquery
    expr: max_over_time(rate(lag[2m])[1h:1m]) > 1
  - alert: LastBefore
    expr: lag == last_over_time(lag[10m] offset 2m)
  - alert: InstantBefore
    expr: lag > 2 * (lag offset 3m)
  - alert: HourBefore
    expr: lag > 2 * (lag offset 1h)
  - alert: Ahead
    expr: lag > 2 * (lag offset -3m)
  - alert: ReadsItsOwn
    expr: own > 1
  - alert: ReadsAnother
    expr: other > 1
- name: b
  interval: 40s
  rules:
  - record: other
    expr: rate(lag[1m])
)");
  const Settling settling(groups, seconds(15));

  struct Case {
    std::string rule{};
    Duration outage{};
    Duration settles{};
  };

  // Ten seconds of each are the interval of its group: what is known came after the slot.
  const std::vector<Case> cases{
      {"Instant", minutes(60), seconds(0)},        {"Rate", minutes(1), seconds(0)},
      {"Rate", minutes(2), seconds(130)},          {"HourBack", minutes(30), seconds(0)},
      {"HourBack", minutes(120), seconds(310)},    {"Subquery", minutes(1), seconds(0)},
      {"Subquery", minutes(10), seconds(190)},     {"ShortAndLong", minutes(2), seconds(0)},
      {"ShortAndLong", minutes(10), seconds(250)}, {"ShortAndLong", minutes(31), seconds(310)},
      {"InSubquery", minutes(10), seconds(0)},     {"InSubquery", minutes(31), seconds(310)},
      {"LastBefore", minutes(5), seconds(0)},      {"LastBefore", minutes(6), seconds(430)},
      {"InstantBefore", seconds(150), seconds(0)}, {"InstantBefore", minutes(3), seconds(190)},
      {"HourBefore", minutes(3), seconds(310)},    {"Ahead", minutes(60), seconds(0)},
      {"ReadsItsOwn", minutes(60), seconds(0)},    {"ReadsAnother", seconds(5), seconds(50)},
      {"ReadsAnother", minutes(5), seconds(110)}};
  for (const Case& each : cases) {
    INFO(each.rule << " after " << FormatDuration(each.outage));
    for (const rules::Rule* const rule : RulesOf(groups)) {
      if (rule->name == each.rule) CHECK(settling.After(each.outage, *rule) == each.settles);
    }
  }
}

TEST_CASE("The history that rules need is as long as their widest look back") {
  const std::vector<rules::Group> groups = GroupsOf(R"(
groups:
- name: g
  rules:
  - {record: a, expr: 'rate(x[5m]) + rate(x[10m]) + y + (z offset 1h)'}
  - {record: b, expr: 'max_over_time(rate(w[5m])[1h:1m])'}
- name: late
  query_offset: 2m
  rules:
  - {record: c, expr: 'v + {__name__=~"u.*"}'}
)");
  series::Spans spans = HistoryFor(groups);
  const int64_t minute = 60'000;
  CHECK(
      spans ==
      series::Spans{{"x", 11 * minute}, {"z", 61 * minute}, {"w", 66 * minute}, {"v", 3 * minute}});
  // Groups without an offset of their own, metrics without a plain name, queries in templates.
  spans = HistoryFor(groups, std::chrono::minutes{1}, {"u1", "u2", "other"});
  CHECK(spans == series::Spans{{"x", 12 * minute},
                               {"y", 2 * minute},
                               {"z", 62 * minute},
                               {"w", 67 * minute},
                               {"v", 3 * minute},
                               {"u1", 3 * minute},
                               {"u2", 3 * minute}});
  const std::vector<rules::Group> templated = GroupsOf(R"yaml(
groups:
- name: g
  rules:
  - alert: a
    expr: up == 0
    annotations:
      summary: '{{ query "max_over_time(up[3m])" | first | value }} "plain[9m]" {{ `rate(t[1m])` }}'
)yaml");
  CHECK(HistoryFor(templated) == series::Spans{{"t", 2 * minute}, {"up", 4 * minute}});
}

}  // namespace
}  // namespace klaxon::alerts::testing
