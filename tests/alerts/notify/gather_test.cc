#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "tests/alerts/notify/scene.h"

namespace klaxon::notify {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using LabelPairs = std::vector<std::pair<std::string, std::string>>;

const LabelPairs kFirstLag{{"alertname", "Lag"}, {"n", "a"}};
const LabelPairs kSecondLag{{"alertname", "Lag"}, {"n", "b"}};
const LabelPairs kGone{{"alertname", "Down"}};

/// What the root has, for what matches.
Route ChildOf(const Route& root, const std::string& matchers) {
  Route child = root;
  child.routes.clear();
  child.matchers = MatchersOf(matchers);
  child.key = root.key + "/" + ToString(child.matchers);
  child.continues = true;
  return child;
}

TEST_CASE("Routes that make one group tell as long as one of them is not quiet") {
  struct Case {
    std::string_view sentence{};
    bool first_muted = false;
    bool second_muted = false;
    std::string_view told{};
  };

  constexpr std::array<Case, 4> kCases{{
      {"both speak, and it is told once", false, false, "ops: +Down"},
      {"the first is muted", true, false, "ops: +Down"},
      {"the second is muted", false, true, "ops: +Down"},
      {"both are", true, true, ""},
  }};
  for (const Case& each : kCases) {
    INFO(each.sentence);
    Scene scene;
    scene.settings.time_intervals["always"] = {TimeInterval{}};
    for (const bool muted : {each.first_muted, each.second_muted}) {
      Route child = ChildOf(scene.settings.route, "alertname=Down");
      child.mute_time_intervals =
          muted ? std::vector<std::string>{"always"} : std::vector<std::string>{};
      scene.settings.route.routes.push_back(std::move(child));
    }
    CHECK(scene.Step(60, {Firing(kGone, 0)}) == each.told);
    CHECK(scene.Step(400, {Firing(kGone, 0)}).empty());
    CHECK(scene.Step(800, {Resolved(kGone, 0, 790)}) == (each.told.empty() ? "" : "ops: -Down"));
  }
}

TEST_CASE("Routes that make one group speak on the shortest terms of those that are not quiet") {
  Scene scene;
  Route slow = ChildOf(scene.settings.route, "alertname=Lag");
  slow.group_wait = slow.group_interval = minutes{30};
  Route quick = slow;
  quick.group_wait = seconds{10};
  quick.group_interval = seconds{20};
  scene.settings.route.routes = {slow, quick};
  CHECK(scene.Step(0, {Firing(kFirstLag, 0)}).empty());
  CHECK(scene.Step(10, {Firing(kFirstLag, 0)}) == "ops: +a");
  CHECK(scene.Step(30, {Firing(kFirstLag, 0), Firing(kSecondLag, 11)}) == "ops: +a +b");
  scene.settings.time_intervals["always"] = {TimeInterval{}};
  scene.settings.route.routes[1].mute_time_intervals = {"always"};
  CHECK(scene.Step(60, {Firing(kFirstLag, 0)}) == "ops: +a -b");  // as of the last look
  CHECK(scene.Step(90, {Firing(kFirstLag, 0), Firing(kSecondLag, 61)}).empty());
  CHECK(scene.Step(1860, {Firing(kFirstLag, 0), Firing(kSecondLag, 61)}) == "ops: +a +b");
}

TEST_CASE("What comes to a group by a quiet route alone is neither told nor over") {
  Scene scene;
  scene.AddReceiver("b-desk");
  scene.settings.time_intervals["always"] = {TimeInterval{}};
  Route speaking = ChildOf(scene.settings.route, "team=x");
  Route of_b = ChildOf(speaking, "n=b");
  of_b.receiver = "b-desk";
  speaking.routes = {of_b};
  Route quiet = ChildOf(scene.settings.route, "team=x");
  quiet.mute_time_intervals = {"always"};
  scene.settings.route.routes = {quiet, speaking};
  const auto named = [](const std::string& name) {
    return Firing({{"alertname", "Lag"}, {"n", name}, {"team", "x"}}, 0);
  };
  CHECK(scene.Step(60, {named("a"), named("b")}) == "b-desk: +b; ops: +a");
  scene.settings.route.routes[0].mute_time_intervals.clear();
  CHECK(scene.Step(360, {named("a"), named("b")}) == "ops: +a +b");
  scene.settings.route.routes[0].mute_time_intervals = {"always"};
  CHECK(scene.Step(660, {named("a"), named("b"), named("c")}) == "ops: +a +c");
  CHECK(scene.Step(960, {named("a"), named("c")}) == "b-desk: -b; ops: +a +c -b");
}

TEST_CASE("A route that is muted keeps an end back, also when the rules have forgotten it") {
  Scene scene;
  scene.settings.time_intervals["night"] = {TimeInterval{}};
  scene.settings.route.routes = {ChildOf(scene.settings.route, "alertname=Down")};
  Route& child = scene.settings.route.routes[0];
  CHECK(scene.Step(60, {Firing(kGone, 0)}) == "ops: +Down");
  child.mute_time_intervals = {"night"};
  CHECK(scene.Step(400, {Resolved(kGone, 0, 390)}).empty());
  CHECK(scene.Step(1400, {}).empty());
  SECTION("until the interval ends") {
    scene.settings.time_intervals.clear();
    CHECK(scene.Step(1800, {}) == "ops: -Down");
  }
  SECTION("or the route is no more") {
    scene.settings.route.routes.clear();
    CHECK(scene.Step(1800, {}) == "ops: -Down");
  }
}

}  // namespace
}  // namespace klaxon::notify
