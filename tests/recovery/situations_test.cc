#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "tests/recovery/estate.h"

namespace klaxon::recovery {
namespace {

using enum RecoveryAction;

/// A situation with the number that the contract gives it, and what must be decided about "sink".
struct Situation {
  int number = 0;
  std::string_view what{};
  void (*play)(Estate&) = nullptr;
  RecoveryAction expected = kNothing;
  std::string_view why{};  ///< part of it
};

void FailTwice(Estate& estate) {
  estate.Fail("sink", 0);
  estate.Passes(2);
}

void FailAll(Estate& estate) {
  for (const char name : std::string("abcdefgh")) {
    estate.Add(std::string(1, name));
  }
  estate.Pass(5);
  for (Subject& subject : estate.world.subjects) {
    estate.Fail(subject.name, 0);
  }
  estate.Passes(2);
}

const std::vector<Situation> kSituations{
    {1, "the list is stale",
     [](Estate& e) {
       FailTwice(e);
       e.Later(60);
       e.Decide();
     },
     kRefuse, "its state is 60 s old"},
    {2, "no status",
     [](Estate& e) {
       e.Of("sink").items.resize(1);
       e.Of("sink").items[0].state.clear();
       e.Passes(3);
     },
     kRefuse, "no status"},
    {3, "a task failed, its connector runs", FailTwice, kRestart, "transient: restart 1 of 5"},
    {3, "a task that failed since the last list",
     [](Estate& e) {
       e.Passes(2);
       e.Fail("sink", 0);
       e.Decide();
     },
     kWait, "since the last list"},
    {4, "the connector failed, its tasks run",
     [](Estate& e) {
       e.Fail("sink", -1);
       e.Passes(2);
     },
     kRestart, "restart 1 of 5"},
    {5, "paused, with a failed task",
     [](Estate& e) {
       e.Of("sink").intent = ConnectIntent::kPaused;
       FailTwice(e);
     },
     kRefuse, "paused"},
    {6, "stopped",
     [](Estate& e) {
       e.Of("sink").intent = ConnectIntent::kStopped;
       e.Of("sink").items.resize(1);
       e.Passes(2);
     },
     kNothing, "stopped"},
    {7, "tasks unassigned",
     [](Estate& e) {
       e.Set("sink", 0, "UNASSIGNED");
       e.Passes(3);
     },
     kWait, "by itself"},
    {8, "unassigned for too long",
     [](Estate& e) {
       e.Set("sink", 0, "UNASSIGNED");
       e.Of("sink").stuck_unassigned = true;
       e.Passes(3);
     },
     kRefuse, "a restart does not help"},
    {9, "running on a lost worker",
     [](Estate& e) {
       e.Of("sink").ghost = true;
       e.Passes(3);
     },
     kRefuse, "its worker is gone"},
    {10, "failed on a lost worker",
     [](Estate& e) {
       e.Of("sink").items[1].owner_alive = Truth::kNo;
       FailTwice(e);
     },
     kRefuse, "Connect would ignore a restart"},
    {11, "a restart under way",
     [](Estate& e) {
       e.Set("sink", 0, "RESTARTING");
       e.Passes(2);
     },
     kWait, "under way"},
    {11, "a restart that does not end",
     [](Estate& e) {
       e.Set("sink", 0, "RESTARTING");
       e.Passes(20);
     },
     kRefuse, "RESTARTING for longer than 1m30s"},
    {19, "it runs for a while and fails again",
     [](Estate& e) {
       FailTwice(e);
       e.FailAgain("sink", 0);
       e.Pass(5);
     },
     kWait, "back-off after restart 1 of 5"},
    {20, "the same failure at the same place",
     [](Estate& e) {
       e.Of("sink").place = "orders-0@17";
       FailTwice(e);
       e.FailAgain("sink", 0);
       e.Passes(2);
     },
     kQuarantine, "without moving from orders-0@17"},
    {20, "the same failure elsewhere",
     [](Estate& e) {
       e.Of("sink").place = "orders-0@17";
       FailTwice(e);
       e.Of("sink").place = "orders-0@18";
       e.FailAgain("sink", 0);
       e.Pass(5);
     },
     kWait, "back-off"},
    {21, "configuration: one restart is allowed",
     [](Estate& e) {
       e.Fail("sink", 0, FailureClass::kConfiguration);
       e.Passes(2);
     },
     kRestart, "configuration: restart 1"},
    {21, "configuration: the one did not help",
     [](Estate& e) {
       e.Fail("sink", 0, FailureClass::kConfiguration);
       e.Passes(2);
       e.FailAgain("sink", 0);
       e.Passes(40);
     },
     kQuarantine, "one restart did not help"},
    {21, "configuration: changed while in quarantine",
     [](Estate& e) {
       e.Fail("sink", 0, FailureClass::kConfiguration);
       e.Passes(2);
       e.FailAgain("sink", 0);
       e.Passes(40);
       e.Of("sink").config_hash = 2;
       e.Pass(5);
     },
     kLift, "changed"},
    {22, "the place to go on from is gone",
     [](Estate& e) {
       e.Fail("sink", 0, FailureClass::kDataLossRisk);
       e.Pass(5);
     },
     kQuarantine, "never restarted"},
    {23, "many fail at once", FailAll, kRefuse, "9 of 9 connectors failed at once"},
    {23, "something that all depend on is down",
     [](Estate& e) {
       e.world.red = "Kafka cluster main: broker 2 does not answer";
       FailTwice(e);
     },
     kRefuse, "broker 2 does not answer"},
    {23, "that does not count",
     [](Estate& e) {
       e.policy.waived.set(static_cast<size_t>(Gate::kDependencies));
       e.world.red = "Kafka cluster main: broker 2 does not answer";
       FailTwice(e);
     },
     kRestart, ""},
    {24, "changed while in back-off",
     [](Estate& e) {
       FailTwice(e);
       e.FailAgain("sink", 0);
       e.Pass(5);
       e.Of("sink").config_hash = 2;
       e.Pass(5);
     },
     kWait, "changed just now"},
    {24, "changed while in back-off: it begins anew",
     [](Estate& e) {
       FailTwice(e);
       e.FailAgain("sink", 0);
       e.Of("sink").config_hash = 2;
       e.Passes(2);
     },
     kRestart, "restart 1 of 5"},
    {25, "somebody restarts it between two looks",
     [](Estate& e) {
       FailTwice(e);
       e.Fail("sink", 0);
       e.Pass(5);
     },
     kWait, "back-off after restart 1 of 5"},
    {26, "no tasks",
     [](Estate& e) {
       e.Of("sink").items.resize(1);
       e.Of("sink").zero_tasks = true;
       e.Passes(3);
     },
     kRefuse, "runs without tasks"},
    {27, "no data moves",
     [](Estate& e) {
       e.Of("sink").zombie = true;
       e.Passes(3);
     },
     kRefuse, "moves no data"},
    {27, "no data moves, and it may be restarted",
     [](Estate& e) {
       e.policy.settings.restart_zombies = true;
       e.Settle("sink", e.policy.settings);
       e.Of("sink").zombie = true;
       e.Passes(3);
     },
     kRestart, "restart 1"},
    {28, "the failed task is no more",
     [](Estate& e) {
       FailTwice(e);
       e.Of("sink").items.erase(e.Of("sink").items.begin() + 1);
       e.Pass(5);
     },
     kNothing, "runs again"},
    {29, "deleted and made anew",
     [](Estate& e) {
       FailTwice(e);
       e.FailAgain("sink", 0);
       e.Pass(5);
       e.world.subjects.clear();
       e.Pass(5);
       e.Add("sink");
       FailTwice(e);
     },
     kRestart, "restart 1 of 5"},
    {31, "another Kafka cluster behind the same address",
     [](Estate& e) {
       e.Pass(5);
       e.world.cluster_id = "k2";
       FailTwice(e);
     },
     kRefuse, "was Kafka cluster k1, is k2"},
    {32, "Klaxon has just started",
     [](Estate& e) {
       e.policy.quiet_polls = 2;
       FailTwice(e);
     },
     kWait, "has just started"},
    {34, "the wall clock jumps",
     [](Estate& e) {
       FailTwice(e);
       e.FailAgain("sink", 0);
       e.now.wall += std::chrono::hours{24};
       e.Pass(5);
       e.now.wall -= std::chrono::hours{48};
       e.Pass(4);
     },
     kWait, "back-off"},
    {36, "a name that no path can hold",
     [](Estate& e) {
       e.Of("sink").addressable = false;
       FailTwice(e);
     },
     kRefuse, "cannot be put into a path"},
    {37, "no workers' group to be seen",
     [](Estate& e) {
       e.world.group_known = e.world.group_at_rest = false;
       e.world.group_words = "no group of Connect workers is seen";
       e.Of("sink").items[1].owner_alive = Truth::kUnknown;
       FailTwice(e);
     },
     kRefuse, "cannot be seen"},
    {37, "a standalone worker, with both gates waived",
     [](Estate& e) {
       e.policy.waived.set(static_cast<size_t>(Gate::kWorkerGroup));
       e.policy.waived.set(static_cast<size_t>(Gate::kOwner));
       e.world.group_known = e.world.group_at_rest = false;
       e.Of("sink").items[1].owner_alive = Truth::kUnknown;
       FailTwice(e);
     },
     kRestart, ""},
    {38, "a maintenance window",
     [](Estate& e) {
       e.policy.maintenance = {{.from = std::chrono::minutes{0}, .to = std::chrono::minutes{0}}};
       FailTwice(e);
     },
     kRefuse, "maintenance window"},
    {40, "all attempts used",
     [](Estate& e) {
       FailTwice(e);
       for (int i = 0; i < 5; ++i) {
         e.FailAgain("sink", 0);
       }
       e.Passes(2);
     },
     kExhausted, "5 restarts did not help"},
};

TEST_CASE("every situation of the contract that is decided, by its number", "[recovery]") {
  for (const Situation& situation : kSituations) {
    DYNAMIC_SECTION("row " << situation.number << ": " << situation.what) {
      Estate estate;
      estate.Add("sink");
      situation.play(estate);
      const RecoveryDecision& decision = estate.About("sink");
      CHECK(Name(decision.action) == Name(situation.expected));
      CHECK_THAT(decision.why, Catch::Matchers::ContainsSubstring(std::string(situation.why)));
    }
  }
}

TEST_CASE("a rebalance shuts the gate of the workers' group", "[recovery]") {
  Estate estate;
  estate.Add("sink");
  estate.world.group_at_rest = false;
  estate.world.group_words = "group connect is PreparingRebalance";
  FailTwice(estate);
  CHECK(estate.About("sink").why == "group connect is PreparingRebalance");
  estate.world.group_at_rest = true;
  estate.Pass(5);
  CHECK(estate.About("sink").action == kRestart);
}

TEST_CASE("a mistake in its own keys holds a connector back", "[recovery]") {
  Estate estate;
  estate.Add("sink");
  estate.Of("sink").chosen =
      std::make_shared<const Chosen>(Chosen{.mistake = "klaxon.recovery.soak: no duration"});
  FailTwice(estate);
  CHECK(estate.About("sink").why == "klaxon.recovery.soak: no duration");
  CHECK(estate.About("sink").action == kRefuse);
}

TEST_CASE("attempts are forgotten when it has run and moved for long enough", "[recovery]") {
  Estate estate;
  estate.Add("sink");
  estate.Of("sink").lag = 5;
  FailTwice(estate);
  estate.Set("sink", 0, "RUNNING");
  estate.Passes(23);  // 115 s of 120 s
  CHECK(estate.About("sink").attempts == 1);
  estate.Passes(4);
  CHECK(estate.About("sink").attempts == 1);  // it has a lag and has not moved
  estate.Of("sink").moved = estate.now;
  estate.Pass(5);
  CHECK(estate.journal.connectors.at("sink").attempts == 0);
}

TEST_CASE("after many failures at once one is tried, then the others one by one", "[recovery]") {
  Estate estate;
  estate.Add("sink");
  FailAll(estate);
  CHECK(estate.Restarts() == 0);
  estate.Passes(10);
  CHECK(estate.Restarts() == 0);
  estate.Passes(2);
  CHECK(estate.journal.breaker.state == BreakerState::kCanary);
  REQUIRE(estate.Restarts() == 1);
  CHECK(estate.About("a").action == kRestart);
  SECTION("it helps") {
    estate.Set("a", 0, "RESTARTING");
    estate.Pass(5);
    CHECK(estate.Restarts() == 0);
    estate.Set("a", 0, "RUNNING");
    estate.Passes(2);
    CHECK(estate.journal.breaker.state == BreakerState::kSpread);
    CHECK(estate.Restarts() == 1);
    estate.journal.restarts.push_back(estate.now.mono);
    estate.Pass(5);
    CHECK(estate.Restarts() == 0);
    estate.Pass(5);
    CHECK(estate.Restarts() == 1);
    for (Subject& subject : estate.world.subjects) {
      estate.Set(subject.name, 0, "RUNNING");
    }
    estate.Pass(5);
    CHECK(estate.journal.breaker.state == BreakerState::kClosed);
  }
  SECTION("it does not") {
    estate.Set("a", 0, "RESTARTING");
    estate.Pass(5);
    estate.Fail("a", 0);
    estate.Pass(5);
    CHECK(estate.journal.breaker.state == BreakerState::kOpen);
    CHECK(estate.journal.breaker.why ==
          "a was restarted to see whether it helps, and failed again");
    CHECK(estate.Restarts() == 0);
  }
}

TEST_CASE("the waits grow, stay below the cap, and are the same each time", "[recovery]") {
  using std::chrono::minutes;
  using std::chrono::seconds;
  Settings settings{.jitter_percent = 0};
  CHECK(BackoffOf(settings, 0, "a") == Duration{});
  CHECK(BackoffOf(settings, 1, "a") == seconds{15});
  CHECK(BackoffOf(settings, 3, "a") == seconds{60});
  CHECK(BackoffOf(settings, 1'000'000, "a") == minutes{30});
  settings.jitter_percent = 20;
  for (uint32_t n = 1; n < 20; ++n) {
    const Duration wait = BackoffOf(settings, n, "a");
    CHECK(wait == BackoffOf(settings, n, "a"));
    CHECK(wait >= seconds{12});
    CHECK(wait <= minutes{36});
  }
  settings.preset = BackoffPreset::kStrimzi;
  CHECK(BackoffOf(settings, 1, "a") == minutes{2});
  CHECK(BackoffOf(settings, 4, "a") == minutes{20});
  CHECK(BackoffOf(settings, 4'000'000'000, "a") == minutes{60});
}

TEST_CASE("a maintenance window over midnight belongs to the day it began", "[recovery]") {
  // 500,000 h after 1970-01-01 is 2027-01-15 08:00, a Friday.
  Estate estate;
  estate.Add("sink");
  FailTwice(estate);
  const auto at = [&](int hours) {
    Estate later = estate;
    later.now.wall += std::chrono::hours{hours};
    later.Decide();
    return later.About("sink").action;
  };
  estate.policy.maintenance = {{.days = std::bitset<7>{1U << 5},
                                .from = std::chrono::hours{22},
                                .to = std::chrono::hours{2}}};
  CHECK(at(0) == kRestart);
  CHECK(at(15) == kRefuse);   // Friday 23:00
  CHECK(at(17) == kRefuse);   // Saturday 01:00
  CHECK(at(18) == kRestart);  // Saturday 02:00
  CHECK(at(39) == kRestart);  // Saturday 23:00
}

}  // namespace
}  // namespace klaxon::recovery
