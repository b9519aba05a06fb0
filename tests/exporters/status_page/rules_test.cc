#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "exporters/status_page/rules_section.h"
#include "tests/exporters/status_page/estate.h"

namespace klaxon::status_page {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace)
using Catch::Matchers::ContainsSubstring;

RuleBoard BoardWith(BoardAlert alert) {
  BoardRule rule{.alerts = true, .name = "Backlog"};
  rule.active.push_back(std::move(alert));
  BoardGroup group{.name = "own"};
  group.rules.push_back(std::move(rule));
  RuleBoard board;
  board.groups.push_back(std::move(group));
  return board;
}

BoardAlert Alert(const std::string& phase) {
  return {.labels = {{"alertname", "Backlog"}, {"topic", "<orders>"}},
          .phase = phase,
          .value = 18,
          .active_since = At(40).wall,
          .fired_at = At(60).wall};
}

TEST_CASE("an alert that is held says so, since when, and why", "[status_page]") {
  BoardAlert alert = Alert("firing");
  alert.unknown_since = At(70).wall;
  alert.unknown_why = "ListOffsets of broker 2: <none>";
  const std::string firing = RulesSection(BoardWith(alert), At(100));
  CHECK_THAT(firing, ContainsSubstring("1 firing, 0 pending (1 of them held), 1 rule"));
  CHECK_THAT(firing, ContainsSubstring(">held</span>"));
  CHECK_THAT(firing, ContainsSubstring(">30 s</span>: ListOffsets of broker 2: &lt;none&gt;"));
  CHECK_THAT(firing, ContainsSubstring("topic=&lt;orders&gt;"));
  alert.phase = "pending";
  CHECK_THAT(RulesSection(BoardWith(alert), At(100)), ContainsSubstring(">waits</span>"));
  CHECK_THAT(RulesSection(BoardWith(Alert("firing")), At(100)), !ContainsSubstring("held"));
}

TEST_CASE("an alert is shown with what its rule says of it, and its runbook", "[status_page]") {
  BoardAlert alert = Alert("firing");
  alert.annotations = {{"summary", "a <b>"},
                       {"description", "more of it"},
                       {"runbook_url", "https://example.com/a?x=\"y\""}};
  const std::string page = RulesSection(BoardWith(alert), At(100));
  CHECK_THAT(page, ContainsSubstring("a &lt;b&gt;<div class=\"why\">more of it</div>"));
  CHECK_THAT(page, ContainsSubstring("<a href=\"https://example.com/a?x=&quot;y&quot;\">runbook"));
  alert.annotations = {{"description", "more of it"}, {"runbook_url", "javascript:alert(1)"}};
  const std::string other = RulesSection(BoardWith(alert), At(100));
  CHECK_THAT(other,
             ContainsSubstring(">more of it<div class=\"why\">runbook: javascript:alert(1)"));
  CHECK_THAT(other, !ContainsSubstring("href"));
  alert.annotations = {{"runbook_url", "docs/runbooks/watchdog.md"}};
  CHECK_THAT(RulesSection(BoardWith(alert), At(100)),
             ContainsSubstring("<a href=\"runbooks/watchdog\">runbook</a>"));
}

TEST_CASE("rules that record show their last evaluation, those that fail first", "[status_page]") {
  RuleBoard board = BoardWith(Alert("firing"));
  CHECK_THAT(RulesSection(board, At(100)), !ContainsSubstring("Recording rules"));
  std::vector<BoardRule>& rules = board.groups.front().rules;
  rules.push_back({.name = "lag:sum",
                   .labels = {{"team", "<data>"}},
                   .health = "ok",
                   .warnings = {"history is short"},
                   .evaluated_at = At(70).wall,
                   .took = std::chrono::microseconds(1500)});
  rules.push_back({.name = "lag:next", .health = "unknown"});
  rules.push_back({.name = "lag:broken",
                   .health = "err",
                   .error = "many <to> many",
                   .evaluated_at = At(90).wall});
  const std::string page = RulesSection(board, At(100));
  CHECK_THAT(page, ContainsSubstring("3 rules, 1 failing"));
  CHECK_THAT(page, ContainsSubstring(">30 s ago</span>"));
  CHECK_THAT(page, ContainsSubstring(">1.5\u00A0ms</td>"));
  CHECK_THAT(page, ContainsSubstring("own, team=&lt;data&gt;"));
  CHECK_THAT(page, ContainsSubstring("history is short"));
  CHECK_THAT(page, ContainsSubstring("not evaluated yet"));
  CHECK_THAT(page, ContainsSubstring("<div class=\"why\">many &lt;to&gt; many"));
  CHECK(page.find("lag:broken") < page.find("lag:sum"));
  CHECK_THAT(page, !ContainsSubstring("rule fails"));
}

TEST_CASE("of alerts that fire the worst come first, whatever came first", "[status_page]") {
  BoardAlert watchdog = Alert("firing");
  watchdog.labels = {{"severity", "none"}, {"n", "last"}};
  watchdog.active_since = At(1).wall;
  RuleBoard board = BoardWith(watchdog);
  for (const char* const severity : {"info", "warning", "critical"}) {
    BoardAlert alert = Alert("firing");
    alert.labels = {{"severity", severity}, {"n", std::string("of-") + severity}};
    board.groups.front().rules.front().active.push_back(std::move(alert));
  }
  const std::string page = RulesSection(board, At(100));
  CHECK(page.find("of-critical") < page.find("of-warning"));
  CHECK(page.find("of-warning") < page.find("of-info"));
  CHECK(page.find("of-info") < page.find("n=last"));
  CHECK_THAT(page, !ContainsSubstring("severity="));
}

TEST_CASE("what rules cannot see is told by reason, the oldest first", "[status_page]") {
  RuleBoard board = BoardWith(Alert("firing"));
  CHECK_THAT(RulesSection(board, At(100)), !ContainsSubstring("unknown to rules"));
  const auto silent = std::make_shared<const Answer>(
      Answer{.source = "ListOffsets of broker 2", .error = Error(Reason::kTimeout, "no answer")});
  UnknownScopes scopes;
  scopes.push_back({.metrics = {"never"}, .labels = {{"cluster", "b"}}, .since = At(90)});
  scopes.push_back({.metrics = {"lag", "lag_sum"},
                    .labels = {{"topic", "<orders>"}},
                    .split = "partition",
                    .values = {"1", "4", "5", "6", "7"},
                    .answer = silent,
                    .since = At(80)});
  scopes.push_back({.metrics = {"end"}, .answer = silent, .since = At(40)});
  board.unknown = std::make_shared<const UnknownScopes>(std::move(scopes));
  const std::string page = RulesSection(board, At(100));
  CHECK_THAT(page, ContainsSubstring("3 things unknown to rules"));
  CHECK_THAT(page, ContainsSubstring("ListOffsets of broker 2: no answer</td>"));
  CHECK_THAT(page, ContainsSubstring(">60 s</span>"));
  CHECK_THAT(page, ContainsSubstring("topic=&lt;orders&gt;, partition=1, 4, 5, 6 and 1 more: "
                                     "<code>lag, lag_sum</code>"));
  CHECK(page.find("broker 2") < page.find("it was never told"));
}

TEST_CASE("memory for the past says how much is used, and what was dropped", "[status_page]") {
  RuleBoard board = BoardWith(Alert("firing"));
  board.history = {.bytes = 3 * 512 * 1024, .budget = 64 * 1024 * 1024};
  CHECK_THAT(RulesSection(board, At(100)), ContainsSubstring("64 MiB; 1.5 MiB are used"));
  CHECK_THAT(RulesSection(board, At(100)), !ContainsSubstring("dropped"));
  board.history.dropped = 7;
  CHECK_THAT(RulesSection(board, At(100)), ContainsSubstring("7 samples were dropped"));
}

}  // namespace
}  // namespace klaxon::status_page
