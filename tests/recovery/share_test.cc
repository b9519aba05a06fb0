#include <catch2/catch_test_macros.hpp>

#include "tests/recovery/situations.h"

/// How the restarts of a cluster are shared out, and when there are too many failures for any.
namespace klaxon::recovery {
namespace {

using enum RecoveryAction;

Settings With(RecoveryMode mode) {
  Settings settings{.jitter_percent = 0};
  settings.mode = mode;
  return settings;
}

/// `count` connectors of a mode, named after it.
void AddSome(Estate& estate, const std::string& prefix, int count, RecoveryMode mode) {
  for (int i = 0; i < count; ++i) {
    const std::string name = prefix + std::to_string(i);
    estate.Add(name);
    estate.Settle(name, With(mode));
  }
}

void FailSome(Estate& estate, const std::string& prefix, int count) {
  for (int i = 0; i < count; ++i) {
    estate.Fail(prefix + std::to_string(i), 0);
  }
}

TEST_CASE("what is only observed takes nothing from what acts", "[recovery]") {
  Estate estate;
  estate.policy.settings.mode = RecoveryMode::kAct;
  AddSome(estate, "a", 6, RecoveryMode::kAct);
  AddSome(estate, "o", 6, RecoveryMode::kObserve);
  estate.Pass(5);
  SECTION("the slot of a worker") {
    FailSome(estate, "o", 1);
    estate.Passes(3);
    FailSome(estate, "a", 1);
    estate.Passes(2);
  }
  SECTION("the budget") {
    estate.policy.budget_a_minute = 1;
    estate.policy.in_flight_a_worker = 10;
    FailSome(estate, "o", 1);
    estate.Passes(3);
    FailSome(estate, "a", 1);
    estate.Passes(2);
  }
  SECTION("the canary") {
    FailSome(estate, "o", 6);
    FailSome(estate, "a", 1);
    for (int i = 0; i < 40 && estate.journal.breaker.state != BreakerState::kCanary; ++i) {
      estate.Pass(5);
    }
    REQUIRE(estate.journal.breaker.state == BreakerState::kCanary);
  }
  CHECK(estate.About("a0").action == kRestart);
  CHECK(estate.About("o0").action == kWait);
}

TEST_CASE("of what waits for its turn on a worker it is said after whom", "[recovery]") {
  Estate estate;
  AddSome(estate, "o", 2, RecoveryMode::kObserve);
  FailSome(estate, "o", 2);
  estate.Passes(2);
  CHECK(estate.About("o0").action == kRestart);
  CHECK(estate.About("o1").action == kWait);
  CHECK(estate.About("o1").why == "after o0: worker w1:8083 restarts 1 at a time");
}

TEST_CASE("11: a restart that does not end keeps nobody waiting for ever", "[recovery]") {
  Estate estate;
  AddSome(estate, "c", 2, RecoveryMode::kAct);
  estate.Pass(5);
  estate.Set("c0", 0, "RESTARTING");
  estate.Fail("c1", 0);
  estate.Passes(3);
  CHECK(estate.About("c1").action == kWait);
  CHECK(estate.About("c1").why == "worker w1:8083 has a restart under way: c0");
  estate.Passes(17);
  CHECK(estate.About("c0").action == kRefuse);
  CHECK(estate.About("c1").action == kRestart);
}

/// Fails those from `first` on, so many a poll.
void Trickle(Estate& estate, int first, int count, int a_poll, int seconds) {
  for (int i = 0; i < count; ++i) {
    estate.Fail("c" + std::to_string(first + i), 0);
    if ((i + 1) % a_poll == 0) {
      estate.Pass(seconds);
    }
  }
}

TEST_CASE("23: what fails within a minute failed at once", "[recovery]") {
  Estate estate;
  estate.policy.in_flight_a_worker = 100;
  AddSome(estate, "c", 60, RecoveryMode::kAct);
  estate.Pass(1);
  SECTION("four a second") {
    Trickle(estate, 0, 60, 4, 1);
    CHECK(estate.journal.breaker.state == BreakerState::kOpen);
    CHECK(estate.Restarts() == 0);
  }
  SECTION("over fifty seconds") {
    Trickle(estate, 0, 20, 2, 5);
    CHECK(estate.journal.breaker.state == BreakerState::kOpen);
    CHECK(estate.journal.breaker.why == "18 of 60 connectors failed within a minute");
  }
  SECTION("over ten minutes: each for itself") {
    Trickle(estate, 0, 20, 1, 30);
    CHECK(estate.journal.breaker.state == BreakerState::kClosed);
  }
  SECTION("what failed before is not counted twice") {
    Trickle(estate, 0, 20, 20, 5);
    REQUIRE(estate.journal.breaker.state == BreakerState::kOpen);
    const Instant hit = *estate.journal.breaker.hit;
    Trickle(estate, 20, 10, 2, 5);
    CHECK(estate.journal.breaker.hit->mono == hit.mono);
    Trickle(estate, 30, 10, 10, 5);
    CHECK(estate.journal.breaker.hit->mono > hit.mono);
  }
  SECTION("a rebalance of what is FAILED for long") {
    for (int i = 0; i < 20; ++i) {
      Trickle(estate, i, 1, 1, 30);
    }
    estate.Pass(70);
    for (const char* state : {"UNASSIGNED", "FAILED"}) {
      for (int i = 0; i < 20; ++i) {
        estate.Set("c" + std::to_string(i), 0, state);
      }
      estate.Pass(5);
    }
    CHECK(estate.journal.breaker.state == BreakerState::kClosed);
  }
}

}  // namespace
}  // namespace klaxon::recovery
