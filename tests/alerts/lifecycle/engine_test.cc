#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "tests/alerts/lifecycle/bench.h"

namespace klaxon::alerts::testing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* kRules = R"(
groups:
- name: slow
  interval: 1m
  rules:
  - alert: Slow
    expr: lag > 5
    for: 10m
- name: quick
  rules:
  - alert: Quick
    expr: lag > 5
    annotations: {v: '{{ $value }}'}
)";

/// An engine on a store with one series.
struct Running {
  Engine engine{EngineOptions{.interval = seconds(15)}};
  series::MemoryStore store{};
  Sink sink{store};

  void Run(Duration from, Duration till, double lag) {
    for (Duration at = from; at <= till; at += seconds(5)) {
      store.Append(series::Labels({std::pair<std::string, std::string>("__name__", "lag")}),
                   {.time = Milliseconds(At(at)), .value = lag});
      engine.EvaluateDue(At(at), store, sink);
    }
  }

  std::string Phases() const {
    std::string phases;
    for (const GroupState* const group : engine.groups()) {
      for (const RuleState& rule : group->rules()) {
        phases += rule.alerts().empty()
                      ? "- "
                      : std::string(Name(rule.alerts().begin()->second.phase)) + " ";
      }
    }
    return phases;
  }
};

TEST_CASE("A group has a slot of its own in its interval") {
  const std::vector<rules::Group> groups = GroupsOf(kRules);
  const WallTime now = At(minutes(0));
  for (const rules::Group& group : groups) {
    const WallTime slot = NextSlot(group, minutes(1), now);
    CHECK(slot > now);
    CHECK(slot <= now + minutes(1));
    CHECK(NextSlot(group, minutes(1), slot) == slot + minutes(1));
    CHECK(NextSlot(group, minutes(1), slot - seconds(1)) == slot);
  }
  CHECK(NextSlot(groups[0], minutes(1), now) != NextSlot(groups[1], minutes(1), now));
}

TEST_CASE("The engine evaluates what is due, and counts what it missed") {
  Running running;
  CHECK_FALSE(running.engine.NextDue());
  running.engine.Use(GroupsOf(kRules), At(minutes(0)), running.sink);
  running.Run(minutes(0), minutes(2), 9);
  const auto groups = running.engine.groups();
  CHECK(groups[0]->rules()[0].report().evaluations == 2);
  CHECK(groups[1]->rules()[0].report().evaluations == 8);
  CHECK(groups[0]->missed() == 0);
  CHECK(groups[1]->missed() == 0);
  CHECK(*running.engine.NextDue() > At(minutes(2)));
  running.Run(minutes(4), minutes(4), 9);
  CHECK(groups[0]->missed() == 1);
  CHECK(groups[1]->missed() == 7);
  running.engine.Use(GroupsOf(kRules), At(minutes(4)), running.sink);
  CHECK(running.engine.groups()[1]->missed() == 7);
  // The wall clock is set back by an hour: evaluation goes on.
  running.engine.EvaluateDue(At(-hours(1)), running.store, running.sink);
  CHECK(*running.engine.NextDue() <= At(-hours(1) + minutes(1)));
}

TEST_CASE("What passed before a group's first evaluation was not missed") {
  Running running;
  running.engine.Use(GroupsOf(kRules), At(minutes(0)), running.sink);
  running.Run(minutes(5), minutes(6), 9);  // the first polls took that long
  for (const GroupState* const group : running.engine.groups()) {
    CHECK(group->evaluated_at());
    CHECK(group->missed() == 0);
  }
}

TEST_CASE("A reload keeps the alerts of rules that stay and resolves the others'") {
  Running running;
  running.engine.Use(GroupsOf(kRules), At(minutes(0)), running.sink);
  running.Run(minutes(0), minutes(3), 9);
  CHECK(running.Phases() == "pending firing ");
  const WallTime since = running.engine.Alerts().front().starts_at;
  running.engine.Use(GroupsOf(std::string(kRules) + "    labels: {new: label}\n"), At(minutes(3)),
                     running.sink);
  CHECK(running.Phases() == "pending - ");
  REQUIRE(running.engine.Alerts().size() == 1);
  CHECK(running.engine.Alerts().front().starts_at == since);
  CHECK(running.engine.Alerts().front().ends_at == At(minutes(3)));
  running.Run(minutes(3), minutes(12), 9);
  CHECK(running.Phases() == "firing firing ");
  running.Run(minutes(12), minutes(19), 9);
  CHECK(running.engine.Alerts().size() == 2);
}

constexpr const char* kRecording = R"(
- name: records
  interval: 1m
  rules:
  - record: worst
    expr: max(lag)
- name: reads
  rules:
  - alert: Reads
    expr: worst > 5
)";

TEST_CASE("A reload ends nothing that another group reads of rules that stay") {
  Running running;
  const std::string rules = std::string(kRules) + kRecording;
  running.engine.Use(GroupsOf(rules), At(minutes(0)), running.sink);
  running.Run(minutes(0), minutes(3), 9);
  REQUIRE(running.Phases() == "pending firing - firing ");
  for (int i = 0; i < 20; ++i) {
    const Duration at = minutes(3) + seconds(5 * i);
    running.engine.Use(GroupsOf(rules), At(at), running.sink);
    running.Run(at, at, 9);
    INFO(i);
    REQUIRE(running.Phases() == "pending firing - firing ");
  }
  // Reloads do not keep a group from being evaluated.
  CHECK(running.engine.groups()[2]->rules()[0].report().evaluations >= 4);
}

TEST_CASE("A rule that moves keeps its alerts and its series, and nobody is told it is over") {
  struct Case {
    std::string_view name{};
    std::string text{};
    std::string file = "r.yaml";
  };

  std::string renamed = kRules;
  renamed.replace(renamed.find("quick"), 5, "other");
  std::string swapped = kRules;
  swapped.replace(swapped.find("slow"), 4, "quick");
  swapped.replace(swapped.rfind("quick"), 5, "slow");
  const std::vector<Case> cases{{"to another file", kRules, "kafka.yaml"},
                                {"to a group of another name", renamed},
                                {"both, into each other's", swapped}};
  for (const Case& each : cases) {
    INFO(each.name);
    Running running;
    running.engine.Use(GroupsOf(kRules), At(minutes(0)), running.sink);
    running.Run(minutes(0), minutes(3), 9);
    const std::vector<Alert> before = running.engine.Alerts();
    running.engine.Use(GroupsOf(each.text, each.file), At(minutes(3)), running.sink);
    CHECK(running.Phases() == "pending firing ");
    REQUIRE(running.engine.Alerts().size() == 1);
    CHECK(running.engine.Alerts().front().firing());
    CHECK(running.engine.Alerts().front().starts_at == before.front().starts_at);

    Running restarted;
    restarted.engine.Use(GroupsOf(each.text, each.file), At(minutes(4)), restarted.sink);
    restarted.engine.Restore(running.engine.Save(At(minutes(3))), At(minutes(4)));
    CHECK(restarted.Phases() == "pending firing ");
  }
}

TEST_CASE("A rule that went and came back gives one alert, and that fires") {
  Running running;
  running.engine.Use(GroupsOf(kRules), At(minutes(0)), running.sink);
  running.Run(minutes(0), minutes(3), 9);
  running.engine.Use({}, At(minutes(3)), running.sink);
  REQUIRE(running.engine.Alerts().size() == 1);
  CHECK_FALSE(running.engine.Alerts().front().firing());
  running.engine.Use(GroupsOf(kRules), At(minutes(4)), running.sink);
  running.Run(minutes(4), minutes(5), 9);
  REQUIRE(running.engine.Alerts().size() == 1);
  CHECK(running.engine.Alerts().front().firing());
}

TEST_CASE("After a restart what fired still fires, and what was pending has lost the time away") {
  Running before;
  before.engine.Use(GroupsOf(kRules), At(minutes(0)), before.sink);
  before.Run(minutes(0), minutes(6), 9);
  CHECK(before.Phases() == "pending firing ");
  const SavedAlerts saved = before.engine.Save(At(minutes(6)));

  Running after;
  after.engine.Use(GroupsOf(kRules), At(minutes(20)), after.sink);
  after.engine.Restore(saved, At(minutes(20)));
  CHECK(after.Phases() == "pending firing ");
  CHECK(after.engine.Alerts().front().starts_at == before.engine.Alerts().front().starts_at);
  after.Run(minutes(20), minutes(23), 9);
  CHECK(after.Phases() == "pending firing ");  // 9 of 10 minutes
  after.Run(minutes(23), minutes(26), 9);
  CHECK(after.Phases() == "firing firing ");

  Running late;
  late.engine.Use(GroupsOf(kRules), At(hours(2)), late.sink);
  late.engine.Restore(saved, At(hours(2)));
  CHECK(late.Phases() == "- firing ");
  late.Run(hours(2), hours(2) + minutes(1), 1);
  CHECK(late.Phases() == "- inactive ");
}

TEST_CASE("What fires goes on firing when the clock was a day ahead before the restart") {
  Running before;
  before.engine.Use(GroupsOf(kRules), At(hours(24)), before.sink);
  before.Run(hours(24), hours(24) + minutes(12), 9);
  CHECK(before.Phases() == "firing firing ");
  const SavedAlerts saved = before.engine.Save(At(hours(24) + minutes(12)));

  Running after;
  after.engine.Use(GroupsOf(kRules), At(minutes(13)), after.sink);
  after.engine.Restore(saved, At(minutes(13)));
  after.Run(minutes(13), minutes(15), 9);
  CHECK(after.Phases() == "firing firing ");
}

}  // namespace
}  // namespace klaxon::alerts::testing
