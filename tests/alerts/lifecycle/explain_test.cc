#include "alerts/lifecycle/explain.h"

#include <chrono>
#include <memory>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "tests/alerts/lifecycle/bench.h"

namespace klaxon::alerts::testing {
namespace {

using Catch::Matchers::ContainsSubstring;
using std::chrono::minutes;
using std::chrono::seconds;

/// What is explained of one rule, with series of one minute ago.
class Explained {
 public:
  explicit Explained(const std::string& expression, const std::string& more = "") {
    BoardRule rule{.alerts = true, .name = "Lagging", .expression = expression};
    rule.hold_for = minutes(5);
    board_.groups.push_back({.name = "g", .file = "r.yaml", .interval = seconds(15)});
    board_.groups.front().rules = {rule, {.name = "lag:sum", .expression = "sum by (g) (lag)"}};
    if (!more.empty()) board_.groups.front().rules.push_back({.alerts = true, .name = more});
    Set("lag{g=\"a\",p=\"0\"}", 4);
    Set("lag{g=\"a\",p=\"1\"}", 3);
    Set("lag{g=\"b\",p=\"0\"}", 1);
  }

  void Set(std::string_view series, double value) {
    const auto labels = promql::ParseSeriesLabels(series);
    REQUIRE(labels);
    store_.Append(*labels, {.time = Milliseconds(At(minutes(9))), .value = value});
  }

  BoardRule& rule() { return board_.groups.front().rules.front(); }

  RuleBoard& board() { return board_; }

  UnknownScopes& unknown() { return unknown_; }

  Result<std::string> Of(const std::string& name) const {
    return ExplainRule(name, {.board = board_,
                              .series = store_,
                              .unknown = std::make_shared<const UnknownScopes>(unknown_),
                              .now = At(minutes(10))});
  }

  std::string Text(const std::string& name = "Lagging") const {
    const Result<std::string> text = Of(name);
    REQUIRE(text);
    return *text;
  }

 private:
  RuleBoard board_{};
  UnknownScopes unknown_{};
  series::MemoryStore store_{};
};

TEST_CASE("An explanation has the text, the value and the age of every part") {
  Explained explained("(sum by (g) (lag)  >\n 5) # too much\n and on(g) lag{p=\"0\"} * 2");
  explained.rule().evaluated_at = At(minutes(10) - seconds(3));
  CHECK(explained.Text() == R"(Alert Lagging, of group g in r.yaml
Evaluated 3 s ago, in 0.0 ms; its group is evaluated every 15s.
It gives 1 now, each an alert that fires when it has lasted for 5m.

The expression, and each part of it, now
  (sum by (g) (lag)  > 5) and on(g) lag{p="0"} * 2
    = 1 series
        {g="a"}  7
      (sum by (g) (lag)  > 5)
        = 1 series
            {g="a"}  7
          sum by (g) (lag)
            = 2 series
                {g="a"}  7
                {g="b"}  1
              lag
                = 3 series, samples 60 s old
                    lag{g="a", p="0"}  4
                    lag{g="a", p="1"}  3
                    lag{g="b", p="0"}  1
          5
      lag{p="0"} * 2
        = 2 series
            {g="a", p="0"}  8
            {g="b", p="0"}  2
          lag{p="0"}
            = 2 series, samples 60 s old
                lag{g="a", p="0"}  4
                lag{g="b", p="0"}  1
          2

Alerts of that evaluation: none
)");
}

TEST_CASE("An explanation says where an expression loses its series") {
  struct Case {
    std::string expression{};
    std::string why{};
  };

  const Case cases[] = {
      {"lag > 5", "`lag > 5` is true of none of 3 series"},
      {"sum(other) > 5", "no series of `other` is there"},
      {"sum by (g) (lag > 9) > 1", "`lag > 9` is true of none of 3 series"},
      {"lag and on(g) other", "no series of `other` is there"},
      {"lag unless lag", "every series of `lag` has a partner in `lag`"},
      {"lag unless on() vector(1)", "every series of `lag` has a partner in `vector(1)`"},
      {"lag and on(x, g) vector(1)", "no series of `lag` has a partner in `vector(1)`"},
      {"lag + on(x, g) vector(1)", "no labels of `lag` and `vector(1)` match"},
      {"absent(lag)", "`lag` is there, so nothing is absent"},
      {"rate(lag[5m]) > 0", "`rate(lag[5m])` gives nothing for what it is given"},
      {"(other > 1) or lag > 8",
       "no series of `other` is there; and `lag > 8` is true of none of 3 series"},
      {"lag unless other > 1 or lag > 100", "accepted"},
  };
  for (const Case& each : cases) {
    INFO(each.expression);
    const std::string text = Explained(each.expression).Text();
    CHECK_THAT(text, ContainsSubstring(each.why == "accepted"
                                           ? "It gives 3 now"
                                           : "It gives nothing now: " + each.why + "."));
  }
}

TEST_CASE("An explanation shows what ranges and subqueries see, and what fails") {
  CHECK_THAT(Explained("rate(lag[5m])").Text(),
             ContainsSubstring("lag[5m]\n        = 3 series, 3 samples, the newest 60 s old\n"));
  CHECK_THAT(Explained("max_over_time(sum(lag)[3m:1m])").Text(),
             ContainsSubstring("sum(lag)[3m:1m]\n        = 1 series, 2 samples"));
  CHECK_THAT(Explained("lag + on(g) lag").Text(), ContainsSubstring("The expression fails: "));
  CHECK_THAT(Explained("time() > bool 0").Text(), ContainsSubstring("time()\n        = "));
}

TEST_CASE("An explanation tells alerts' clocks and what holds them") {
  Explained explained("lag > 5");
  const TextPairs labels{{"alertname", "Lagging"}, {"g", "a"}};
  explained.rule().active = {
      {.labels = labels, .phase = "pending", .value = 7, .active_since = At(minutes(8))},
      {.labels = labels,
       .phase = "pending",
       .active_since = At(minutes(8)),
       .unknown_since = At(minutes(9))},
      {.labels = labels,
       .phase = "firing",
       .fired_at = At(minutes(1)),
       .unknown_since = At(minutes(9)),
       .unknown_why = "broker 3 is silent"},
      {.labels = labels, .phase = "inactive", .resolved_at = At(minutes(7))}};
  explained.rule().error = "too slow";
  explained.rule().evaluated_at = At(minutes(10));
  explained.unknown().push_back({.metrics = {"seconds", "lag"},
                                 .labels = {{"g", "a"}},
                                 .split = "p",
                                 .values = {"0", "1"},
                                 .since = {.wall = At(minutes(9))}});
  explained.unknown().push_back({.metrics = {"other"}});
  const std::string text = explained.Text();
  for (const char* const part :
       {"pending since 2026-01-01T00:08:00Z (2 min ago); `for: 5m` is over in 3 min",
        "pending, 2 min of `for: 5m` passed; its clock stands still: unknown since "
        "2026-01-01T00:09:00Z (60 s ago)",
        "firing since 2026-01-01T00:01:00Z (9 min ago); held, whatever the expression gives: "
        "unknown since 2026-01-01T00:09:00Z (60 s ago): broker 3 is silent",
        "resolved 2026-01-01T00:07:00Z (3 min ago)", "alerts stay as they were: too slow",
        "\n  lag{g=\"a\", p one of 0, 1} since 2026-01-01T00:09:00Z (60 s ago): it was never "
        "told"}) {
    CHECK_THAT(text, ContainsSubstring(part));
  }
  CHECK_THAT(text, !ContainsSubstring("other{"));
}

TEST_CASE("An explanation names all that is unknown behind a recording") {
  Explained explained("lag:sum > 5");
  explained.unknown().push_back({.metrics = {"seconds", "lag"}, .labels = {{"g", "a"}}});
  CHECK_THAT(explained.Text(), ContainsSubstring("\n  seconds, lag{g=\"a\"} since "));
}

TEST_CASE("A rule that is not there is answered with those of near names") {
  const Explained explained("lag > 5", "Logging");
  const auto message = [&](const std::string& name) {
    return explained.Of(name).error().message();
  };
  CHECK(message("Laging") == "there is no rule \"Laging\"; near are: Lagging, Logging");
  CHECK(message("SomethingElse") ==
        "there is no rule \"SomethingElse\", nor one of a name like it; there are 3");
  CHECK(message("a\nb").starts_with("there is no rule \"a?b\""));
  Explained empty("lag");
  empty.board().groups.clear();
  CHECK(empty.Of("A").error().message() ==
        "there is no rule \"A\"; no rules are loaded (alerts.rule_files)");
  CHECK_THAT(explained.Text("lag:sum"), ContainsSubstring("It records 2 series now."));
}

TEST_CASE("Of an expression with very many parts not all are explained") {
  const auto sums = [](int count) {
    std::string text = "lag";
    for (int i = 1; i < count; ++i) {
      text += " + lag";
    }
    return "(" + text + ")";
  };
  const std::string text = Explained(sums(200) + " * " + sums(200)).Text();
  CHECK_THAT(text, ContainsSubstring("left out: only 500 parts are shown"));
  CHECK(text.size() < 500'000);
}

}  // namespace
}  // namespace klaxon::alerts::testing
