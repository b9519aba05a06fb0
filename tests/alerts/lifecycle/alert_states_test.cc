#include <chrono>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "tests/alerts/lifecycle/bench.h"

namespace klaxon::alerts::testing {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

std::string AlertOn(const std::string& expression, const std::string& more = "") {
  return "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: " + expression + "\n" + more;
}

TEST_CASE("An alert is pending for its time, fires, and is remembered 15 minutes after its end") {
  Bench bench(AlertOn("lag > 5", "    for: 2m\n"));
  bench.Set("lag{group=\"a\"}", 9, minutes(0));
  bench.Evaluate(minutes(0));
  CHECK(bench.PhaseOf() == "pending");
  CHECK(bench.Ask("ALERTS{alertstate=\"pending\"}", minutes(0)).size() == 1);
  bench.Evaluate(minutes(1));
  CHECK(bench.PhaseOf() == "pending");
  bench.Evaluate(minutes(2));
  CHECK(bench.PhaseOf() == "firing");
  CHECK(bench.Only().fired_at == At(minutes(2)));
  CHECK(bench.Only().active_since == At(minutes(0)));
  CHECK(
      bench.Ask("ALERTS{alertname=\"A\", alertstate=\"firing\", group=\"a\"}", minutes(2)).size() ==
      1);
  CHECK(bench.Ask("ALERTS{alertstate=\"pending\"}", minutes(2)).empty());
  const promql::Vector since = bench.Ask("ALERTS_FOR_STATE", minutes(2));
  REQUIRE(since.size() == 1);
  CHECK(since.front().value == 1'767'225'600);
  bench.Set("lag{group=\"a\"}", 1, minutes(3));
  bench.Evaluate(minutes(3));
  CHECK(bench.PhaseOf() == "inactive");
  CHECK(bench.Only().resolved_at == At(minutes(3)));
  CHECK(bench.Ask("ALERTS", minutes(3)).empty());
  bench.Evaluate(minutes(18));
  CHECK(bench.PhaseOf() == "inactive");
  bench.Evaluate(minutes(18) + seconds(1));
  CHECK(bench.PhaseOf().empty());
}

TEST_CASE("A pending alert that goes away is forgotten, and a resolved one that returns is new") {
  Bench bench(AlertOn("lag > 5", "    for: 1m\n"));
  bench.Set("lag", 9, minutes(0));
  bench.Evaluate(minutes(0));
  bench.Set("lag", 1, seconds(30));
  bench.Evaluate(seconds(30));
  CHECK(bench.PhaseOf().empty());
  bench.Set("lag", 9, minutes(1));
  bench.Evaluate(minutes(1));
  bench.Evaluate(minutes(2));
  CHECK(bench.PhaseOf() == "firing");
  bench.Set("lag", 1, minutes(3));
  bench.Evaluate(minutes(3));
  CHECK(bench.PhaseOf() == "inactive");
  bench.Set("lag", 9, minutes(4));
  bench.Evaluate(minutes(4));
  CHECK(bench.PhaseOf() == "pending");
  CHECK(bench.Only().active_since == At(minutes(4)));
  CHECK_FALSE(bench.Only().resolved_at);
}

TEST_CASE("keep_firing_for lets an alert fire on after its end") {
  Bench bench(AlertOn("lag > 5", "    keep_firing_for: 2m\n"));
  bench.Set("lag", 9, minutes(0));
  bench.Evaluate(minutes(0));
  CHECK(bench.PhaseOf() == "firing");
  bench.Set("lag", 1, minutes(1));
  bench.Evaluate(minutes(1));
  CHECK(bench.PhaseOf() == "firing");
  CHECK(bench.Only().keep_firing_since == At(minutes(1)));
  bench.Evaluate(minutes(2));
  CHECK(bench.PhaseOf() == "firing");
  bench.Evaluate(minutes(3));
  CHECK(bench.PhaseOf() == "inactive");
}

TEST_CASE("Labels and annotations are expanded with the alert's own labels and value") {
  Bench bench(
      AlertOn("lag > 5",
              "    labels: {who: '{{ $labels.group }}@{{ $externalLabels.dc }}', drop: ''}\n"
              "    annotations: {text: 'lag {{ $value }} of {{ .Labels.group }}', "
              "bad: '{{ template \"x\" }}', sum: '{{ query \"sum(lag)\" | first | value }}'}\n"));
  bench.surroundings().external_labels = {{"dc", "ams"}};
  bench.Set("lag{group=\"a\", drop=\"me\"}", 9, minutes(0));
  bench.Evaluate(minutes(0));
  CHECK(ToString(bench.Only().labels) == R"({alertname="A", group="a", who="a@ams"})");
  CHECK(bench.Only().annotations.Get("text") == "lag 9 of a");
  CHECK(bench.Only().annotations.Get("sum") == "9");
  CHECK(bench.Only().annotations.Get("bad").find("<error expanding template: error executing "
                                                 "template __alert_A: ") == 0);
  CHECK(bench.group().rules().front().report().health == Health::kGood);
}

TEST_CASE("A runbook is told with its address, whatever else looks like one is not touched") {
  const std::string rule = AlertOn("lag > 5",
                                   "    annotations: {runbook_url: 'books/{{ $labels.group }}', "
                                   "other: 'books/b'}\n");
  for (const bool known : {false, true}) {
    Bench bench(rule);
    if (known) {
      bench.surroundings().runbook_address = [](const std::string& url) { return "to " + url; };
    }
    bench.Set("lag{group=\"a\"}", 9, minutes(0));
    bench.Evaluate(minutes(0));
    CHECK(bench.Only().annotations.Get("runbook_url") == (known ? "to books/a" : "books/a"));
    CHECK(bench.Only().annotations.Get("other") == "books/b");
  }
}

TEST_CASE("A failed evaluation leaves the alerts as they are") {
  const std::string twice = "label_replace(lag > 5, 'group', 'x', '', '')";

  struct Case {
    std::string text{};
    std::string error{};
  };

  const std::vector<Case> cases{
      {AlertOn(twice), "same labelset"},
      {AlertOn("lag > 5", "    labels: {group: one}\n"), "same labelset"},
      {AlertOn("lag > 5 and on() lag", "  limit: 1\n"), "exceeded limit of 1 with 2 alerts"},
      {AlertOn("lag * on() group_left() lag"), "many-to-many"},
  };
  for (const Case& each : cases) {
    Bench bench(each.text);
    bench.Set("lag{group=\"a\"}", 9, minutes(0));
    bench.Evaluate(minutes(0));
    INFO(each.text << bench.group().rules().front().report().error);
    CHECK(bench.PhaseOf() == "firing");
    bench.Set("lag{group=\"b\"}", 9, minutes(1));
    bench.Evaluate(minutes(1));
    const RuleReport& report = bench.group().rules().front().report();
    INFO(report.error);
    CHECK(report.health == Health::kBad);
    CHECK(report.error.find(each.error) != std::string::npos);
    CHECK(report.failures == 1);
    CHECK(bench.PhaseOf() == "firing");
  }
}

WhyUnknown WhyIf(const bool& unknown) {
  return [&unknown](const rules::Rule&, const series::Labels&) {
    return unknown ? std::make_optional<std::string>("broker 3 is silent") : std::nullopt;
  };
}

TEST_CASE("An alert without `for` waits, too, until its facts are known") {
  Bench bench(AlertOn("sum(lag) < 5"));
  bool unknown = true;
  bench.surroundings().unknown = WhyIf(unknown);
  bench.Set("lag{group=\"a\"}", 3, minutes(0));
  bench.Evaluate(minutes(0));
  CHECK(bench.PhaseOf() == "pending");
  CHECK(bench.Only().unknown_since == At(minutes(0)));
  CHECK(bench.Only().unknown_why == "broker 3 is silent");
  unknown = false;
  bench.Evaluate(minutes(1));
  CHECK(bench.PhaseOf() == "firing");
  CHECK(bench.Only().unknown_why.empty());
}

TEST_CASE("A part of a sum does not change an alert that fires") {
  Bench bench(AlertOn("sum(lag) > 5", "    annotations: {summary: 'lag {{ $value }}'}\n"));
  bool unknown = false;
  bench.surroundings().unknown = WhyIf(unknown);
  bench.Set("lag{group=\"a\"}", 9, minutes(0));
  bench.Set("lag{group=\"b\"}", 9, minutes(0));
  bench.Evaluate(minutes(0));
  unknown = true;
  bench.Set("lag{group=\"b\"}", series::StaleMarker(), minutes(1));
  bench.Evaluate(minutes(1));
  CHECK(bench.PhaseOf() == "firing");
  CHECK(bench.Only().unknown_since == At(minutes(1)));
  CHECK(bench.Only().value == 18);
  CHECK(bench.Only().annotations.Get("summary") == "lag 18");
  unknown = false;
  bench.Set("lag{group=\"b\"}", 1, minutes(2));
  bench.Evaluate(minutes(2));
  CHECK_FALSE(bench.Only().unknown_since);
  CHECK(bench.Only().value == 10);
}

TEST_CASE("What is unknown neither resolves nor comes nearer to firing") {
  Bench bench(AlertOn("lag > 5", "    for: 2m\n"));
  bool unknown = false;
  bench.surroundings().unknown = WhyIf(unknown);
  bench.Set("lag{group=\"a\"}", 9, minutes(0));
  bench.Evaluate(minutes(0));
  unknown = true;
  bench.Set("lag{group=\"a\"}", series::StaleMarker(), minutes(1));
  bench.Evaluate(minutes(1));
  CHECK(bench.PhaseOf() == "pending");
  CHECK(bench.Only().unknown_since == At(minutes(1)));
  bench.Evaluate(minutes(3));
  CHECK(bench.PhaseOf() == "pending");
  unknown = false;
  bench.Set("lag{group=\"a\"}", 9, minutes(4));
  bench.Evaluate(minutes(4));
  CHECK(bench.PhaseOf() == "pending");  // one minute known before, three lost
  CHECK_FALSE(bench.Only().unknown_since);
  bench.Evaluate(minutes(5));
  CHECK(bench.PhaseOf() == "firing");
  unknown = true;
  bench.Set("lag{group=\"a\"}", series::StaleMarker(), minutes(6));
  bench.Evaluate(minutes(6));
  CHECK(bench.PhaseOf() == "firing");
  CHECK(AsAlert(bench.Only(), "")->unknown_since == At(minutes(6)));
  unknown = false;
  bench.Evaluate(minutes(7));
  CHECK(bench.PhaseOf() == "inactive");
}

TEST_CASE("What was unknown holds until its rule sees enough, and resolves then") {
  Bench bench(AlertOn("lag > 5"));
  bool unknown = false;
  bench.surroundings().unknown = WhyIf(unknown);
  bench.surroundings().settling = [](const rules::Rule&, Duration outage) {
    return outage >= minutes(2) ? minutes(3) : minutes(0);
  };
  bench.Set("lag", 9, minutes(0));
  bench.Evaluate(minutes(0));
  bench.Set("lag", series::StaleMarker(), minutes(1));
  unknown = true;
  bench.Evaluate(minutes(1));
  bench.Evaluate(minutes(4));
  unknown = false;
  bench.Evaluate(minutes(5));
  bench.Evaluate(minutes(7));
  CHECK(bench.PhaseOf() == "firing");
  CHECK(bench.Only().unknown_since == At(minutes(1)));
  SECTION("it comes back") {
    bench.Set("lag", 9, minutes(7));
    bench.Evaluate(minutes(7));
    CHECK_FALSE(bench.Only().unknown_since);
    bench.Evaluate(minutes(20));
    CHECK(bench.PhaseOf() == "inactive");
  }
  SECTION("it does not") {
    bench.Evaluate(minutes(8));
    CHECK(bench.PhaseOf() == "inactive");
  }
  SECTION("it is unknown again, longer than its rule bears") {
    unknown = true;
    bench.Evaluate(minutes(7));
    unknown = false;
    bench.Evaluate(minutes(9));
    bench.Evaluate(minutes(11));
    CHECK(bench.PhaseOf() == "firing");
    CHECK(bench.Only().unknown_since == At(minutes(1)));
    bench.Evaluate(minutes(12));
    CHECK(bench.PhaseOf() == "inactive");
  }
  SECTION("that it is unknown again for a moment changes nothing") {
    unknown = true;
    bench.Evaluate(minutes(7));
    unknown = false;
    bench.Evaluate(minutes(7) + seconds(30));
    CHECK(bench.PhaseOf() == "firing");
    bench.Evaluate(minutes(8));
    CHECK(bench.PhaseOf() == "inactive");
  }
  SECTION("a moment that outlasts the wait is no reason to wait longer") {
    unknown = true;
    bench.Evaluate(minutes(7) + seconds(30));
    bench.Evaluate(minutes(8));
    CHECK(bench.PhaseOf() == "firing");
    unknown = false;
    bench.Evaluate(minutes(8) + seconds(30));
    CHECK(bench.PhaseOf() == "inactive");
  }
}

TEST_CASE("What holds until its rule sees enough ends at once where nothing is held any more") {
  Bench bench(AlertOn("lag > 5"));
  bool unknown = true;
  bench.surroundings().settling = [](const rules::Rule&, Duration) { return minutes(3); };
  bench.Set("lag", 9, minutes(0));
  bench.Evaluate(minutes(0));
  bench.surroundings().unknown = WhyIf(unknown);
  bench.Set("lag", series::StaleMarker(), minutes(1));
  bench.Evaluate(minutes(1));
  unknown = false;
  bench.Evaluate(minutes(2));
  CHECK(bench.PhaseOf() == "firing");
  bench.surroundings().settling = {};
  bench.Evaluate(minutes(3));
  CHECK(bench.PhaseOf() == "inactive");
}

TEST_CASE("A raised `for` makes a firing alert pending again") {
  Bench before(AlertOn("lag > 5"));
  before.Set("lag", 9, minutes(0));
  before.Evaluate(minutes(0));
  Bench after(AlertOn("lag > 6", "    for: 5m\n"));
  for (const SavedAlert& saved : before.group().Save()) {
    after.group().NamedRules().front().second->Adopt(saved.alert);
  }
  CHECK(after.PhaseOf() == "firing");
  after.Set("lag", 9, minutes(1));
  after.Evaluate(minutes(1));
  CHECK(after.PhaseOf() == "pending");
}

}  // namespace
}  // namespace klaxon::alerts::testing
