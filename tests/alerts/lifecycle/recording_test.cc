#include <chrono>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "tests/alerts/lifecycle/bench.h"

namespace klaxon::alerts::testing {
namespace {

using std::chrono::minutes;

TEST_CASE("A recording rule writes its series, and ends those that it no longer gives") {
  Bench bench(R"(
groups:
- name: g
  query_offset: 1m
  labels: {team: data}
  rules:
  - record: job:lag:max
    expr: max by (job) (lag)
    labels: {kind: max}
)");
  bench.Set("lag{job=\"a\"}", 3, minutes(0));
  bench.Evaluate(minutes(1));
  const promql::Vector first = bench.Ask("job:lag:max", minutes(0));
  REQUIRE(first.size() == 1);
  CHECK(ToString(*first.front().labels) ==
        R"({__name__="job:lag:max", job="a", kind="max", team="data"})");
  CHECK(first.front().value == 3);
  bench.Set("lag{job=\"a\"}", series::StaleMarker(), minutes(1));
  bench.Evaluate(minutes(2));
  CHECK(bench.Ask("job:lag:max", minutes(1)).empty());
}

TEST_CASE("The rules of a group see what those before them wrote") {
  Bench bench(R"(
groups:
- name: g
  rules:
  - record: double
    expr: 2 * lag
  - alert: High
    expr: double > 5
  - record: one
    expr: 1
)");
  bench.Set("lag", 3, minutes(0));
  bench.Evaluate(minutes(0));
  CHECK(bench.PhaseOf(1) == "firing");
  CHECK(bench.Only(1).value == 6);
  CHECK(bench.Ask("one", minutes(0)).size() == 1);
}

TEST_CASE("A recording rule that gives too much, or one series twice, fails and writes nothing") {
  for (const std::string more : {"  limit: 1\n  rules:\n  - {record: r, expr: lag}\n",
                                 "  rules:\n  - {record: r, expr: lag, labels: {group: x}}\n",
                                 "  rules:\n  - {record: r, expr: 'lag[5m]'}\n",
                                 "  rules:\n  - {record: r, expr: '\"text\"'}\n"}) {
    Bench bench("groups:\n- name: g\n" + more);
    bench.Set("lag{group=\"a\"}", 1, minutes(0));
    bench.Set("lag{group=\"b\"}", 1, minutes(0));
    bench.Evaluate(minutes(0));
    INFO(more << bench.group().rules().front().report().error);
    CHECK(bench.group().rules().front().report().health == Health::kBad);
    CHECK(bench.Ask("r", minutes(0)).empty());
  }
}

}  // namespace
}  // namespace klaxon::alerts::testing
