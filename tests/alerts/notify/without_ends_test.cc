// Receivers with send_resolved: false.

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "tests/alerts/notify/scene.h"

namespace klaxon::notify {
namespace {

alerts::Alert FiringNamed(const std::string& name, int since = 0) {
  return Firing({{"alertname", "Lag"}, {"n", name}}, since);
}

alerts::Alert EndedNamed(const std::string& name, int until) {
  return Resolved({{"alertname", "Lag"}, {"n", name}}, 0, until);
}

/// A receiver that wants to hear of no end, and is down at first.
struct Down : Scene {
  Down() {
    settings.integrations.clear();
    AddReceiver("ops", false);
    receivers_up = false;
  }

  Account& account() { return memory.groups.begin()->second.accounts.begin()->second; }
};

TEST_CASE("Who wants to hear of no end is told what fired during an outage, and nothing else") {
  Down scene;
  CHECK(scene.Step(60, {FiringNamed("a")}).empty());

  SECTION("of one that is over, its firing") {
    scene.Step(600, {EndedNamed("a", 500)});
    scene.receivers_up = true;
    CHECK(scene.Step(660, {EndedNamed("a", 500)}) == "ops: +a");
    CHECK(scene.Step(960, {EndedNamed("a", 500)}).empty());
    CHECK(scene.memory.groups.empty());
  }
  SECTION("what fires still with it, once") {
    scene.Step(600, {EndedNamed("a", 500), FiringNamed("b", 400)});
    scene.receivers_up = true;
    CHECK(scene.Step(660, {EndedNamed("a", 500), FiringNamed("b", 400)}) == "ops: +a +b");
    CHECK(scene.Step(960, {FiringNamed("b", 400)}).empty());
  }
  SECTION("nothing of one that is over for long") {
    scene.Step(600, {EndedNamed("a", 500)});
    scene.receivers_up = true;
    CHECK(scene.Step(3700, {EndedNamed("a", 500)}).empty());
    CHECK(scene.memory.groups.empty());
  }
  SECTION("its firing again when that was not accepted, until it is") {
    scene.Step(600, {EndedNamed("a", 500)});
    scene.Step(605, {EndedNamed("a", 500)});
    scene.receivers_up = true;
    CHECK(scene.Step(610, {EndedNamed("a", 500)}) == "ops: +a");
    CHECK(scene.Step(615, {EndedNamed("a", 500)}).empty());
  }
}

TEST_CASE("Who wants to hear of no end hears of none that came while the firing was on its way") {
  Down scene;
  CHECK(scene.Step(60, {FiringNamed("a")}).empty());
  const Next on_its_way = NextOf(scene.account(), At(60));
  CHECK(scene.Step(62, {EndedNamed("a", 61)}).empty());
  Settle(on_its_way, false, At(63), scene.memory, scene.account());
  scene.receivers_up = true;
  CHECK(scene.Step(64, {EndedNamed("a", 61)}).empty());
  CHECK(scene.Step(400, {EndedNamed("a", 61)}).empty());  // the group's next look
  CHECK(scene.memory.groups.empty());
}

TEST_CASE("A firing that was accepted is not sent again because of an end that nobody wants") {
  Down scene;
  CHECK(scene.Step(60, {FiringNamed("a")}).empty());
  CHECK(scene.Step(600, {EndedNamed("a", 500)}).empty());
  Settle(NextOf(scene.account(), At(601)), false, At(601), scene.memory, scene.account());
  CHECK_FALSE(scene.account().pending);
  CHECK(scene.Step(602, {EndedNamed("a", 500)}).empty());
  CHECK(scene.Step(960, {EndedNamed("a", 500)}).empty());
  CHECK(scene.memory.groups.empty());
}

TEST_CASE("An end that waits for who wants to hear of none makes its firing no news") {
  Down scene;
  scene.receivers_up = true;
  CHECK(scene.Step(60, {FiringNamed("a")}) == "ops: +a");
  const alerts::Alert ended = EndedNamed("a", 61);  // the outbox of an earlier version has it
  scene.account().pending = Pending{
      .alerts = {{alerts::Fingerprint(ended.labels), ended}}, .since = At(61), .version = 1};
  CHECK(scene.Step(62, {ended}).empty());
  CHECK(scene.memory.groups.empty());
}

}  // namespace
}  // namespace klaxon::notify
