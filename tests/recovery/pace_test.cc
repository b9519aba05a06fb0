#include <catch2/catch_test_macros.hpp>

#include "tests/recovery/situations.h"

/// What holds restarts back and spreads them: gates, soak, breaker, waits, windows.
namespace klaxon::recovery {
namespace {

using enum RecoveryAction;

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
  CHECK(estate.journal.connectors.at("sink").attempts.count == 0);
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
    CountSent(estate.now.mono, estate.journal);
    estate.Pass(5);
    CHECK(estate.Restarts() == 0);
    estate.Pass(5);
    CHECK(estate.Restarts() == 1);
    for (Connector& connector : estate.world.connectors) {
      estate.Set(connector.name, 0, "RUNNING");
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

/// The canary of nine that failed is asked for; "b" is on another worker.
Estate AtCanary() {
  Estate estate;
  estate.Add("sink");
  FailAll(estate);
  for (Item& item : estate.Of("b").items) {
    item.worker = "w2:8083";
  }
  estate.Passes(12);
  REQUIRE(estate.Restarts() == 1);
  REQUIRE(estate.About("a").action == kRestart);
  return estate;
}

TEST_CASE("the canary is what was sent, whatever the list of connectors says by then",
          "[recovery]") {
  Estate estate = AtCanary();
  SECTION("accepted") {
    estate.Answer("a", RestartOutcome::kAccepted);
    CHECK(estate.journal.breaker.canary == "a");
  }
  SECTION("without an answer") {
    estate.Answer("a", RestartOutcome::kUnknown);
    CHECK(estate.journal.breaker.canary == "a");
  }
  estate.Decide();
  CHECK(estate.Restarts() == 0);
}

TEST_CASE("a canary that tells nothing does not hold the others for ever", "[recovery]") {
  struct Dead {
    std::string_view what{};
    void (*play)(Estate&) = nullptr;
    BreakerState after = BreakerState::kOpen;  ///< 100 s later
  };

  const std::vector<Dead> kinds{
      {"paused",
       [](Estate& e) {
         e.Of("a").intent = ConnectIntent::kPaused;
         for (const int32_t id : {-1, 0, 1}) {
           e.Set("a", id, "PAUSED");
         }
       }},
      {"stopped",
       [](Estate& e) {
         e.Of("a").intent = ConnectIntent::kStopped;
         e.Of("a").items.resize(1);
         e.Set("a", -1, "STOPPED");
       }},
      {"unassigned", [](Estate& e) { e.Set("a", 0, "UNASSIGNED"); }},
      {"restarting for ever", [](Estate& e) { e.Set("a", 0, "RESTARTING"); }},
      {"failed as before", [](Estate&) {}},
      {"configured anew", [](Estate& e) { e.Of("a").config_hash = 9; }, BreakerState::kCanary},
  };
  for (const Dead& kind : kinds) {
    INFO(kind.what);
    Estate estate = AtCanary();
    estate.Answer("a", RestartOutcome::kAccepted);
    estate.Pass(5);
    kind.play(estate);
    bool opened = false;
    size_t tried = 0;
    for (int poll = 0; poll < 40; ++poll) {
      estate.Pass(5);
      opened = opened || estate.journal.breaker.state == BreakerState::kOpen;
      tried += estate.Restarts();
    }
    CHECK(opened == (kind.after == BreakerState::kOpen));
    CHECK(tried > 0);
  }
}

TEST_CASE("a FAILED of before its restart does not condemn the canary", "[recovery]") {
  Estate estate = AtCanary();
  estate.Answer("a", RestartOutcome::kAccepted);
  estate.Pass(4);
  CHECK(estate.journal.breaker.state == BreakerState::kCanary);
  estate.Set("a", 0, "RUNNING");
  estate.Passes(2);
  CHECK(estate.journal.breaker.state == BreakerState::kSpread);
}

TEST_CASE("restarts are spread as far as is configured, over minutes too", "[recovery]") {
  Estate estate = AtCanary();
  estate.policy.breaker_spread = std::chrono::minutes{5};
  estate.Answer("a", RestartOutcome::kAccepted);
  estate.Pass(5);
  estate.Set("a", 0, "RUNNING");
  estate.Passes(2);
  REQUIRE(estate.journal.breaker.state == BreakerState::kSpread);
  estate.Passes(56);  // 295 s after it was sent
  CHECK(estate.Restarts() == 0);
  estate.Pass(5);
  CHECK(estate.Restarts() == 1);
}

TEST_CASE("15: a restart without an answer holds all others back until it must be over",
          "[recovery]") {
  Estate estate;
  estate.Add("sink");
  estate.Add("other");
  for (Item& item : estate.Of("other").items) {
    item.worker = "w2:8083";
  }
  FailTwice(estate);
  REQUIRE(estate.About("sink").action == kRestart);
  estate.Answer("sink", RestartOutcome::kUnknown);
  estate.Fail("other", 0);
  estate.Passes(17);
  CHECK(estate.About("sink").action == kWait);
  CHECK(estate.About("other").action == kRefuse);
  CHECK(estate.About("other").why == "a restart of sink had no answer; the next one in 5 s");
  estate.Passes(2);
  CHECK(estate.About("other").action == kRestart);
}

TEST_CASE("15: a connector's own timeout holds back no other for longer than the cluster's",
          "[recovery]") {
  Estate estate;
  Settings own = estate.policy.settings;
  own.verify_timeout = std::chrono::hours{24};
  estate.Add("sink");
  estate.Settle("sink", own);
  estate.Add("other");  // on the same worker
  FailTwice(estate);
  SECTION("its restart had no answer") {
    estate.Answer("sink", RestartOutcome::kUnknown);
  }
  SECTION("its restart was accepted, and it stays RESTARTING") {
    estate.Answer("sink", RestartOutcome::kAccepted);
    estate.Set("sink", 0, "RESTARTING");
  }
  estate.Fail("other", 0);
  estate.Passes(19);
  CHECK(estate.About("sink").action == kWait);
  CHECK(estate.About("other").action == kRestart);
}

TEST_CASE("15: a canary's own timeout holds back no other for longer than the cluster's",
          "[recovery]") {
  Estate estate = AtCanary();
  Settings own = estate.policy.settings;
  own.verify_timeout = std::chrono::hours{24};
  estate.Settle("a", own);
  estate.Answer("a", RestartOutcome::kAccepted);
  estate.Set("a", 0, "RESTARTING");
  estate.Passes(20);
  CHECK(estate.journal.breaker.state == BreakerState::kOpen);
  CHECK(estate.journal.breaker.why == "a was restarted to see whether it helps, and does not run");
}

TEST_CASE("15: a restart without an answer is under way on its worker", "[recovery]") {
  Estate estate;
  estate.Add("sink");
  estate.Add("other");
  FailTwice(estate);
  estate.Answer("sink", RestartOutcome::kUnknown);
  estate.journal.unanswered_until.reset();
  estate.Fail("other", 0);
  estate.Passes(3);
  CHECK(estate.About("other").why == "worker w1:8083 has a restart under way: sink");
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
