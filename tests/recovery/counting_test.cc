#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "tests/recovery/situations.h"

/// What counts as a restart by somebody, and what has to do with what else failed.
namespace klaxon::recovery {
namespace {

using Catch::Matchers::ContainsSubstring;
using enum RecoveryAction;

TEST_CASE("3: tasks that fail one after the other were restarted by nobody", "[recovery]") {
  for (const FailureClass failure : {FailureClass::kUnknown, FailureClass::kConfiguration}) {
    INFO(Name(failure));
    Estate estate;
    estate.Add("sink", 6).positions = At("orders-0@17");
    estate.Pass(2);
    estate.world.group_at_rest = false;  // so long nothing is restarted
    for (int id = 0; id < 6; ++id) {
      estate.Fail("sink", id, failure);
      estate.Pass(2);
    }
    CHECK(estate.About("sink").attempts == 0);
    estate.world.group_at_rest = true;
    estate.Pass(2);
    CHECK(estate.About("sink").action == kRestart);
    CHECK_THAT(estate.About("sink").why, ContainsSubstring("restart 1 of 5"));
  }
}

TEST_CASE("3: of several tasks the one that is restarted and fails again is counted",
          "[recovery]") {
  Estate estate;
  estate.Add("sink", 3);
  estate.Fail("sink", 0);
  estate.Fail("sink", 1);
  estate.Pass(5);
  estate.Set("sink", 0, "RUNNING");
  estate.Pass(5);
  CHECK(estate.About("sink").attempts == 1);
  estate.Fail("sink", 0);
  estate.Pass(5);
  CHECK(estate.About("sink").attempts == 1);
  estate.Fail("sink", 1);  // within one poll
  estate.Pass(5);
  CHECK(estate.About("sink").attempts == 2);
}

TEST_CASE("25: one restart whose tasks start one after the other, poll after poll, is one",
          "[recovery]") {
  struct Row {
    std::string_view what{};
    int tasks = 0;           ///< all of them FAILED, and started one a poll
    bool requested = false;  ///< the config topic held it before
    void (*then)(Estate&) = nullptr;
    uint32_t attempts = 0;
  };

  const auto nothing = [](Estate&) {};
  const std::vector<Row> rows{
      {"two polls", 2, false, nothing, 1},
      {"three polls", 3, false, nothing, 1},
      {"ten polls", 10, false, nothing, 1},
      {"ten polls, and it was requested", 10, true, nothing, 1},
      {"longer than a restart may take: another one", 24, false, nothing, 2},
      {"longer than a restart may take, and it was requested", 24, true, nothing, 2},
      {"one of them fails again, and is restarted", 3, false,
       [](Estate& e) {
         e.Fail("sink", 0);
         e.Pass(5);
         e.Set("sink", 0, "RUNNING");
         e.Pass(5);
       },
       2},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    Estate estate;
    estate.Add("sink", row.tasks + 1);
    for (int id = 0; id < row.tasks; ++id) {
      estate.Fail("sink", id);
    }
    estate.Fail("sink", row.tasks);  // stays as it is
    estate.Passes(2);
    if (row.requested) {
      estate.Of("sink").asked = 1;
      estate.Pass(5);
    }
    for (int id = 0; id < row.tasks; ++id) {
      estate.Set("sink", id, "RUNNING");
      estate.Pass(5);
    }
    row.then(estate);
    CHECK(estate.About("sink").attempts == row.attempts);
  }
}

TEST_CASE("25: nothing is restarted in the midst of a restart by somebody else", "[recovery]") {
  constexpr int kTasks = 8;
  Estate estate;
  estate.Add("sink", kTasks);
  for (int id = 0; id < kTasks; ++id) {
    estate.Fail("sink", id);
  }
  estate.Pass(5);
  for (int id = 0; id < kTasks - 1; ++id) {  // longer than the back-off of one restart
    estate.Set("sink", id, "RUNNING");
    estate.Pass(5);
    CHECK(Name(estate.About("sink").action) == Name(RecoveryAction::kWait));
  }
  estate.Passes(4);
  CHECK(Name(estate.About("sink").action) == Name(RecoveryAction::kRestart));
}

TEST_CASE("a restart that shows late is a success where nobody can tell if data move",
          "[recovery]") {
  Estate estate;
  estate.Add("sink");
  FailTwice(estate);
  estate.Answer("sink", RestartOutcome::kAccepted);
  estate.Set("sink", 0, "RUNNING");
  estate.Pass(120);  // seen once, and the time for it is over
  REQUIRE(estate.About("sink").last_restart);
  CHECK(Name(estate.About("sink").last_restart->verdict) == "recovered");
}

TEST_CASE("what a restart came to is told as it is when the time for it is over", "[recovery]") {
  struct Row {
    std::string_view what{};
    void (*play)(Estate&) = nullptr;  ///< after the restart
    std::string_view verdict{};
    std::string_view evidence{};
  };

  const std::vector<Row> rows{
      {"FAILED in the only answer of that time", [](Estate& e) { e.Pass(120); }, "failed_again",
       "it is FAILED as before the restart"},
      {"RESTARTING after it ran",
       [](Estate& e) {
         e.Set("sink", 0, "RUNNING");
         e.Passes(3);
         e.Set("sink", 0, "RESTARTING");
         e.Passes(20);
       },
       "stuck", "neither RUNNING nor FAILED within 1m30s"},
      {"it runs, and its data stands still",
       [](Estate& e) {
         e.Set("sink", 0, "RUNNING");
         e.Passes(20);
       },
       "no_progress", "it runs, but its data did not move within 1m30s"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    Estate estate;
    estate.Add("sink");
    FailTwice(estate);
    estate.Pass(5);
    estate.Of("sink").moved = estate.now;
    estate.Later(1);
    estate.Answer("sink", RestartOutcome::kAccepted);
    row.play(estate);
    REQUIRE(estate.About("sink").last_restart);
    CHECK(Name(estate.About("sink").last_restart->verdict) == row.verdict);
    CHECK(estate.About("sink").last_restart->evidence == row.evidence);
  }
}

TEST_CASE("a task that fails while a restart of another is followed does not condemn it",
          "[recovery]") {
  Estate estate;
  estate.Add("sink", 2);
  FailTwice(estate);
  estate.Answer("sink", RestartOutcome::kAccepted);
  estate.Set("sink", 0, "RUNNING");
  estate.Fail("sink", 1);
  estate.Passes(3);
  REQUIRE(estate.About("sink").last_restart);
  CHECK(Name(estate.About("sink").last_restart->verdict) == "recovered");
  CHECK(estate.About("sink").attempts == 1);
  estate.Passes(4);
  CHECK_THAT(estate.About("sink").why, ContainsSubstring("restart 2 of 5"));
}

TEST_CASE("28: a failed task that is no more was not restarted", "[recovery]") {
  Estate estate;
  estate.Add("sink", 2);
  estate.Fail("sink", 1);
  estate.Passes(2);
  estate.Of("sink").items.pop_back();
  estate.Passes(2);
  CHECK(estate.About("sink").action == kNothing);
  CHECK(estate.About("sink").why == "it runs");
  CHECK(estate.About("sink").attempts == 0);
}

TEST_CASE("7: what a rebalance moves to another worker was restarted by nobody", "[recovery]") {
  Estate estate;
  estate.Add("sink", 2);
  estate.Fail("sink", 0, FailureClass::kConfiguration);
  estate.Pass(5);
  const bool other_fails = GENERATE(false, true);
  if (other_fails) {
    estate.Fail("sink", 1, FailureClass::kConfiguration);
  }
  for (int i = 0; i < 5; ++i) {
    estate.Set("sink", 0, "UNASSIGNED");
    estate.Pass(5);
    CHECK(estate.About("sink").action == kWait);
    estate.Fail("sink", 0, FailureClass::kConfiguration);
    estate.Pass(5);
  }
  CHECK(estate.About("sink").attempts == 0);
  estate.Passes(2);
  CHECK(estate.About("sink").action == kRestart);
}

TEST_CASE("2: what has no status for a moment was restarted by nobody", "[recovery]") {
  Estate estate;
  estate.Add("sink");
  FailTwice(estate);
  for (int i = 0; i < 5; ++i) {
    const std::vector<Item> items = estate.Of("sink").items;
    estate.Of("sink").items = {Item{}};
    estate.Pass(5);
    CHECK(estate.About("sink").action == kRefuse);
    estate.Of("sink").items = items;
    estate.Pass(5);
  }
  CHECK(estate.About("sink").attempts == 0);
  CHECK(estate.About("sink").action == kRestart);
}

TEST_CASE("what is only observed takes no turn from what is acted upon", "[recovery]") {
  Estate estate;
  Settings act;
  act.mode = RecoveryMode::kAct;
  act.jitter_percent = 0;
  estate.Add("observed");
  estate.Add("acted");
  estate.Settle("acted", act);
  estate.Fail("observed", 0);
  estate.Passes(3);
  CHECK(estate.About("observed").action == kRestart);
  estate.Fail("acted", 0);
  estate.Passes(2);
  CHECK(estate.About("acted").action == kRestart);
  CHECK(estate.About("observed").why == "after acted: worker w1:8083 restarts 1 at a time");
}

TEST_CASE("11: a restart that does not end does not hold up its worker for ever", "[recovery]") {
  Estate estate;
  estate.Add("stuck");
  estate.Add("sink");
  estate.Set("stuck", 0, "RESTARTING");
  FailTwice(estate);
  CHECK(estate.About("sink").why == "worker w1:8083 has a restart under way: stuck");
  estate.Passes(18);  // 90 s
  CHECK(estate.About("stuck").action == kRefuse);
  CHECK(estate.About("sink").action == kRestart);
}

TEST_CASE("24: a configuration that changes again and again gains no restarts", "[recovery]") {
  Estate estate;
  estate.Add("sink");
  estate.Pass(4);
  int restarts = 0;
  for (int i = 0; i < 150; ++i) {  // ten minutes
    if (i % 4 == 0) {
      ++estate.Of("sink").config_hash;
    }
    if (estate.About("sink").action == kRestart) {
      ++restarts;
      estate.Answer("sink", RestartOutcome::kAccepted);
      estate.Set("sink", 0, "RUNNING");
    } else if (!estate.Of("sink").failed()) {
      estate.Fail("sink", 0, FailureClass::kConfiguration);
    }
    estate.Pass(4);
  }
  INFO(restarts << " restarts");
  CHECK(restarts >= 1);
  CHECK(restarts <= 6);
}

TEST_CASE("a state that Connect does not have is not taken for RUNNING", "[recovery]") {
  Estate estate;
  estate.Add("sink");
  estate.Set("sink", 1, "WEIRD");
  estate.Passes(3);
  CHECK(estate.About("sink").action == kRefuse);
  CHECK(estate.About("sink").why == "its task 1 is \"WEIRD\", a state that Klaxon does not know");
}

/// Ten connectors, of which the first `failed` have failed.
void FailSome(Estate& estate, int failed) {
  for (int i = 0; i < 10; ++i) {
    const std::string name = std::string("c") + std::to_string(i);
    estate.Add(name);
    if (i < failed) {
      estate.Fail(name, 0);
    }
  }
}

TEST_CASE("23: what was FAILED before Klaxon looked is told as such, and not twice", "[recovery]") {
  Estate estate;
  FailSome(estate, 6);
  estate.Pass(5);
  CHECK(estate.journal.breaker.why == "6 of 10 connectors were FAILED when Klaxon began to look");
  Estate again;
  FailSome(again, 6);
  for (int i = 0; i < 6; ++i) {
    ConnectorMemory& memory = again.journal.connectors["c" + std::to_string(i)];
    memory.restored = memory.quarantine.holds = true;
  }
  again.Pass(5);
  CHECK(again.journal.breaker.state == BreakerState::kClosed);
}

TEST_CASE("23: one that is given up or paused does not keep the breaker from closing",
          "[recovery]") {
  Estate estate;
  FailSome(estate, 0);
  estate.Pass(5);
  for (int i = 0; i < 5; ++i) {
    estate.Fail("c" + std::to_string(i), 0);
  }
  estate.Set("c0", 0, "RUNNING");
  estate.Fail("c0", 0, FailureClass::kDataLossRisk);
  estate.Pass(5);
  REQUIRE(estate.journal.breaker.state == BreakerState::kOpen);
  SECTION("all others run") {
    for (int i = 2; i < 5; ++i) {
      estate.Set("c" + std::to_string(i), 0, "RUNNING");
    }
    estate.Of("c1").intent = ConnectIntent::kPaused;
    estate.Passes(2);
    CHECK(estate.About("c0").action == kQuarantine);
    CHECK(estate.journal.breaker.state == BreakerState::kClosed);
    estate.Fail("c7", 0);  // has nothing to do with it
    estate.Fail("c8", 0);
    estate.Passes(2);
    CHECK(estate.About("c7").action == kRestart);
  }
  SECTION("one of them still waits") {
    for (int i = 2; i < 5; ++i) {
      estate.Set("c" + std::to_string(i), 0, "RUNNING");
    }
    estate.Passes(2);
    CHECK(estate.journal.breaker.state == BreakerState::kOpen);
    CHECK(estate.About("c1").action == kRefuse);
  }
}

}  // namespace
}  // namespace klaxon::recovery
