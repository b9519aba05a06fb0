#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "tests/alerts/notify/scene.h"

namespace klaxon::notify {
namespace {

alerts::Alert FiringNamed(const std::string& name) {
  return Firing({{"alertname", "Lag"}, {"n", name}}, 0);
}

alerts::Alert EndedNamed(const std::string& name, int until) {
  return Resolved({{"alertname", "Lag"}, {"n", name}}, 0, until);
}

TEST_CASE("What was refused is told again at the next look at its group, as long as it fires") {
  Scene scene;
  scene.receivers_refuse = true;
  CHECK(scene.Step(60, {FiringNamed("a")}) == "ops: +a (refused)");
  CHECK(scene.Step(90, {FiringNamed("a")}).empty());
  CHECK(scene.Step(360, {FiringNamed("a")}) == "ops: +a (refused)");
  SECTION("and then taken, once") {
    scene.receivers_refuse = false;
    CHECK(scene.Step(660, {FiringNamed("a")}) == "ops: +a");
    CHECK(scene.Step(960, {FiringNamed("a")}).empty());
    CHECK(scene.Step(1260, {EndedNamed("a", 1200)}) == "ops: -a");
  }
  SECTION("and its end to nobody") {
    scene.receivers_refuse = false;
    CHECK(scene.Step(660, {EndedNamed("a", 600)}).empty());
    CHECK(scene.memory.groups.empty());
  }
}

TEST_CASE("What was taken before a refusal is still known") {
  Scene scene;
  CHECK(scene.Step(60, {FiringNamed("a")}) == "ops: +a");
  scene.receivers_refuse = true;
  CHECK(scene.Step(360, {FiringNamed("a"), FiringNamed("b")}) == "ops: +a +b (refused)");
  SECTION("and told as over when it is") {
    scene.receivers_refuse = false;
    CHECK(scene.Step(660, {EndedNamed("a", 600), EndedNamed("b", 600)}) == "ops: -a");
  }
  SECTION("and its end, when it is refused, not told again") {
    CHECK(scene.Step(660, {EndedNamed("a", 600), EndedNamed("b", 600)}) == "ops: -a (refused)");
    scene.receivers_refuse = false;
    CHECK(scene.Step(960, {EndedNamed("a", 600), EndedNamed("b", 600)}).empty());
    CHECK(scene.memory.groups.empty());
  }
  SECTION("and repeated when a reminder was refused") {
    CHECK(scene.Step(660, {FiringNamed("a")}).empty());
    CHECK(scene.Step(15'000, {FiringNamed("a")}) == "ops: +a (refused)");
    scene.receivers_refuse = false;
    CHECK(scene.Step(15'300, {FiringNamed("a")}) == "ops: +a");
  }
}

TEST_CASE("A firing that is owed and refused takes its end with it, and no other's") {
  Scene scene;
  CHECK(scene.Step(60, {FiringNamed("a")}) == "ops: +a");
  scene.receivers_up = false;
  CHECK(scene.Step(360, {FiringNamed("a"), FiringNamed("b")}).empty());
  CHECK(scene.Step(660, {EndedNamed("a", 600), EndedNamed("b", 600)}).empty());
  scene.receivers_up = true;
  scene.receivers_refuse = true;
  CHECK(scene.Step(700, {EndedNamed("a", 600), EndedNamed("b", 600)}) ==
        "ops: +b (refused); ops: -a (refused)");
  CHECK(scene.Step(960, {EndedNamed("a", 600), EndedNamed("b", 600)}).empty());
  CHECK(scene.memory.groups.empty());
}

}  // namespace
}  // namespace klaxon::notify
