#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/base/duration.h"
#include "alerts/lifecycle/settling.h"
#include "tests/alerts/lifecycle/bench.h"

namespace klaxon::alerts::testing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// One life of Klaxon: rules, and a counter that is sampled every 15 s from its start on.
class Life {
 public:
  /// `holds`: alerts that nobody can tell of; else they end, as in Prometheus.
  explicit Life(const std::string& rules, bool holds = true)
      : groups_(GroupsOf(rules)), settling_(groups_, kInterval), holds_(holds) {}

  void Start(Duration at) {
    Surroundings surroundings;
    if (holds_) {
      surroundings.settling = [this](const rules::Rule& rule, Duration outage) {
        return settling_.After(outage, rule);
      };
    }
    engine_.SetOptions({.interval = kInterval, .surroundings = std::move(surroundings)});
    engine_.Use(groups_, At(at), sink_);
  }

  /// As `before` was when it was killed. Of what it sampled `kept` of the first is known.
  void Restore(const Life& before, Duration killed, Duration kept, Duration at) {
    for (Duration time{}; time < kept; time += kSampling) {
      Sample(time + kSampling, before.rises_);
    }
    Start(at);
    engine_.Restore(before.engine_.Save(At(killed)), At(at),
                    kept == Duration::zero() ? WallTime() : At(kept));
  }

  /// Goes on until then. False: there was a moment without an alert that fires.
  bool Run(Duration from, Duration till, double rises) {
    bool fires = true;
    rises_ = rises;
    for (Duration at = from; at <= till; at += kInterval) {
      if (at >= due_) Sample(at, rises);
      engine_.EvaluateDue(At(at), store_, sink_);
      fires = fires && engine_.Alerts().size() == 1 && engine_.Alerts().front().firing();
    }
    return fires;
  }

  const ActiveAlert& Only() const {
    const RuleState& rule = engine_.groups().back()->rules().back();
    REQUIRE(rule.alerts().size() == 1);
    return rule.alerts().begin()->second;
  }

  bool HasNone() const { return engine_.groups().back()->rules().back().alerts().empty(); }

  Engine& engine() { return engine_; }

 private:
  static constexpr Duration kInterval = seconds(5);
  static constexpr Duration kSampling = seconds(15);

  void Sample(Duration at, double rises) {
    const auto labels = promql::ParseSeriesLabels("x");
    REQUIRE(labels);
    sampled_ += rises;
    due_ = at + kSampling;
    store_.Append(*labels, {.time = Milliseconds(At(at)), .value = sampled_});
  }

  std::vector<rules::Group> groups_;
  Settling settling_;
  bool holds_ = true;
  series::MemoryStore store_{};
  Sink sink_{store_};
  Engine engine_{EngineOptions{}};
  Duration due_{};
  double sampled_ = 0;
  double rises_ = 0;
};

std::string Alerting(const std::string& expression, const std::string& more = "") {
  return "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: " + expression + "\n" + more;
}

constexpr const char* kRecorded = R"(
groups:
- name: records
  interval: 30s
  rules:
  - {record: x:rate, expr: 'rate(x[1m])'}
- name: reads
  rules:
  - {alert: A, expr: 'x:rate > 0'}
)";

TEST_CASE("A restart resolves nothing because rules see too little at first") {
  struct Case {
    std::string_view name{};
    std::string rules{};
    Duration killed{};
    Duration kept{};  ///< of the history
    Duration away{};
  };

  const std::vector<Case> cases{
      {"killed before the history was saved",
       Alerting("rate(x[1m]) > 0"),
       minutes(2),
       {},
       seconds(2)},
      {"the window is over", Alerting("rate(x[1m]) > 0"), minutes(10), minutes(9), seconds(2)},
      {"the window is nearly over", Alerting("rate(x[1m]) > 0"), minutes(10),
       minutes(9) + seconds(15), seconds(10)},
      {"the window is over when it was given once", Alerting("rate(x[1m]) > 0"), minutes(10),
       minutes(9) + seconds(15), seconds(8)},
      {"the window is half over", Alerting("rate(x[1m]) > 0"), minutes(10),
       minutes(9) + seconds(30), seconds(2)},
      {"a wide window, of which nothing was saved",
       Alerting("rate(x[10m]) > 0"),
       minutes(2),
       {},
       seconds(2)},
      {"an ordinary stop", Alerting("rate(x[1m]) > 0"), minutes(10), minutes(10), seconds(4)},
      {"hours away", Alerting("rate(x[1m]) > 0"), minutes(10), minutes(10), hours(3)},
      {"`for` of ten minutes", Alerting("rate(x[1m]) > 0", "    for: 10m\n"), minutes(20),
       minutes(19), seconds(2)},
      {"a short range beside a wide one", Alerting("rate(x[1h]) > 0 and rate(x[1m]) > 0"),
       minutes(10), minutes(10), minutes(10)},
      {"a range of before", Alerting("last_over_time(x[2m] offset 2m) > 0"), minutes(10),
       minutes(10), minutes(5)},
      {"a moment of before", Alerting("x > (x offset 3m)"), minutes(10), minutes(10), minutes(8)},
      {"what another group records", kRecorded, minutes(10), minutes(9), seconds(2)}};
  for (const Case& each : cases) {
    INFO(each.name);
    Life before(each.rules);
    before.Start({});
    before.Run({}, each.killed, 1);
    REQUIRE(before.Only().phase == Phase::kFiring);
    const WallTime began = *before.Only().fired_at;

    Life after(each.rules);
    const Duration started = each.killed + each.away;
    after.Restore(before, each.killed, each.kept, started);
    CHECK(after.Only().unknown_since == At(each.killed));
    CHECK(after.Only().unknown_why == "Klaxon was not running");
    REQUIRE(after.engine().Alerts().size() == 1);
    CHECK(after.Run(started, started + minutes(15), 1));
    CHECK(after.Only().fired_at == began);
    CHECK_FALSE(after.Only().unknown_since);
    CHECK(after.Only().unknown_why.empty());
  }
}

TEST_CASE("What ended while Klaxon was away is resolved when its rule sees enough") {
  struct Case {
    std::string expression{};
    Duration kept{};
    Duration holds{};  ///< at least; an evaluation more at most
  };

  const std::vector<Case> cases{{"changes(x[2m]) > 6", minutes(2), minutes(0)},
                                {"changes(x[1m]) > 2", {}, minutes(1)},
                                {"changes(x[1h]) > 5", {}, minutes(5)},
                                {"x < 100", {}, minutes(0)}};
  for (const Case& each : cases) {
    INFO(each.expression << " kept " << FormatDuration(each.kept));
    Life before(Alerting(each.expression));
    before.Start({});
    before.Run({}, minutes(2), 1);
    REQUIRE(before.Only().phase == Phase::kFiring);
    Life after(Alerting(each.expression));
    const Duration started = minutes(2) + seconds(30);
    const double rises = each.expression.starts_with('x') ? 1000 : 0;
    after.Restore(before, minutes(2), each.kept, started);
    CHECK(after.Run(started, started + each.holds, rises));
    after.Run(started + each.holds, started + each.holds + seconds(10), rises);
    CHECK(after.Only().phase == Phase::kResolved);
    CHECK_FALSE(after.Only().unknown_since);
  }
}

TEST_CASE("Where nothing is held a restart holds nothing either") {
  const std::string rules = Alerting("rate(x[1m]) > 0");
  Life before(rules, false);
  before.Start({});
  before.Run({}, minutes(2), 1);
  REQUIRE(before.Only().phase == Phase::kFiring);
  Life after(rules, false);
  const Duration started = minutes(2) + seconds(30);
  after.Restore(before, minutes(2), {}, started);
  CHECK(after.Only().phase == Phase::kFiring);
  CHECK_FALSE(after.Only().unknown_since);
  CHECK(after.Only().unknown_why.empty());
  after.Run(started, started + seconds(5), 1);
  CHECK(after.Only().phase == Phase::kResolved);
}

TEST_CASE("A pending alert that a restart finds goes on where it was, and is new after an hour") {
  const std::string rules = Alerting("rate(x[1m]) > 0", "    for: 10m\n");
  Life before(rules);
  before.Start({});
  before.Run({}, minutes(6), 1);
  REQUIRE(before.Only().phase == Phase::kPending);

  Life after(rules);
  after.Restore(before, minutes(6), {}, minutes(8));
  CHECK(after.Only().unknown_since == At(minutes(6)));
  after.Run(minutes(8), minutes(11), 1);
  CHECK(after.Only().phase == Phase::kPending);  // of ten minutes not more than nine
  CHECK_FALSE(after.Only().unknown_since);
  after.Run(minutes(11), minutes(13), 1);
  CHECK(after.Only().phase == Phase::kFiring);

  Life ended(rules);
  ended.Restore(before, minutes(6), {}, minutes(8));
  ended.Run(minutes(8), minutes(10), 0);
  CHECK(ended.HasNone());

  Life late(rules);
  late.Restore(before, minutes(6), {}, minutes(67));
  CHECK(late.HasNone());
}

TEST_CASE("A restart neither ends nor lengthens `keep_firing_for`") {
  const std::string rules = Alerting("rate(x[1m]) > 0", "    keep_firing_for: 5m\n");
  Life before(rules);
  before.Start({});
  before.Run({}, minutes(2), 1);
  before.Run(minutes(2), minutes(4), 0);
  REQUIRE(before.Only().keep_firing_since);
  const WallTime since = *before.Only().keep_firing_since;

  Life after(rules);
  after.Restore(before, minutes(4), {}, minutes(5));
  CHECK(after.Run(minutes(5), minutes(7), 0));
  CHECK(after.Only().keep_firing_since == since);
  CHECK_FALSE(after.Only().unknown_since);
  after.Run(minutes(7), minutes(9), 0);
  CHECK(after.Only().resolved_at < since + minutes(5) + seconds(10));
}

TEST_CASE("A restart asks of nobody more than before: what was resolved stays so") {
  Life before(Alerting("x < 10"));
  before.Start({});
  before.Run({}, minutes(4), 1);
  REQUIRE(before.Only().phase == Phase::kResolved);
  Life after(Alerting("x < 10"));
  after.Restore(before, minutes(4), {}, minutes(5));
  CHECK(after.Only().phase == Phase::kResolved);
  CHECK_FALSE(after.Only().unknown_since);
}

}  // namespace
}  // namespace klaxon::alerts::testing
