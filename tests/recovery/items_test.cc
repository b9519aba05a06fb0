#include <catch2/catch_test_macros.hpp>

#include "tests/recovery/situations.h"

/// What is a restart by somebody, item by item.
namespace klaxon::recovery {
namespace {

using enum RecoveryAction;

void MoveItem(Estate& estate, int32_t id, const std::string& worker) {
  std::ranges::find(estate.Of("sink").items, id, &Item::id)->worker = worker;
}

/// A poll in which Connect tells no status of it.
void PassWithoutStatus(Estate& estate) {
  const std::vector<Item> items = estate.Of("sink").items;
  estate.Of("sink").items = {Item{}};
  estate.Pass(5);
  estate.Of("sink").items = items;
}

/// What happens to "sink", whose task 0 is FAILED and has been seen twice.
struct Change {
  std::string_view what{};
  void (*play)(Estate&) = nullptr;
  uint32_t attempts = 0;  ///< restarts by somebody, afterwards
};

const std::vector<Change> kChanges{
    {"nothing happens", [](Estate& e) { e.Passes(3); }},
    {"another task fails, and another",
     [](Estate& e) {
       e.Fail("sink", 1);
       e.Pass(5);
       e.Fail("sink", -1);
       e.Pass(5);
     }},
    {"a rebalance deals it out anew, and it fails there",
     [](Estate& e) {
       e.Set("sink", 0, "UNASSIGNED");
       e.Pass(5);
       e.Fail("sink", 0);
       e.Pass(5);
     }},
    {"a rebalance deals it out anew, and it runs there",
     [](Estate& e) {
       e.Set("sink", 0, "UNASSIGNED");
       e.Pass(5);
       e.Set("sink", 0, "RUNNING");
       e.Passes(2);
     }},
    {"five rebalances",
     [](Estate& e) {
       for (int i = 0; i < 5; ++i) {
         e.Set("sink", 0, "UNASSIGNED");
         e.Pass(5);
         e.Fail("sink", 0);
         e.Pass(5);
       }
     }},
    {"a rebalance between two polls moves it to another worker",
     [](Estate& e) {
       MoveItem(e, 0, "w2:8083");
       e.Fail("sink", 0);
       e.Pass(5);
     }},
    {"it runs on another worker after a rebalance that no poll saw",
     [](Estate& e) {
       MoveItem(e, 0, "w2:8083");
       e.Set("sink", 0, "RUNNING");
       e.Passes(2);
     }},
    {"a poll without its status",
     [](Estate& e) {
       PassWithoutStatus(e);
       e.Pass(5);
     }},
    {"polls without its status, again and again",
     [](Estate& e) {
       for (int i = 0; i < 5; ++i) {
         PassWithoutStatus(e);
         e.Pass(5);
       }
     }},
    {"its task is no more",
     [](Estate& e) {
       e.Of("sink").items.erase(e.Of("sink").items.begin() + 1);
       e.Passes(2);
     }},
    {"its task is no more, and comes back running",
     [](Estate& e) {
       const Item task = e.Of("sink").items[1];
       e.Of("sink").items.erase(e.Of("sink").items.begin() + 1);
       e.Pass(5);
       e.Of("sink").items.insert(e.Of("sink").items.begin() + 1, task);
       e.Set("sink", 0, "RUNNING");
       e.Pass(5);
     }},
    {"somebody pauses it",
     [](Estate& e) {
       e.Set("sink", 1, "PAUSED");
       e.Set("sink", -1, "PAUSED");
       e.Pass(5);
     }},
    {"it is RESTARTING", [](Estate& e) { e.Set("sink", 0, "RESTARTING"), e.Pass(5); }, 1},
    {"it is RESTARTING, runs, and fails",
     [](Estate& e) {
       for (const char* state : {"RESTARTING", "RUNNING", "FAILED"}) {
         e.Set("sink", 0, state);
         e.Pass(5);
       }
     },
     1},
    {"it is RESTARTING and fails",
     [](Estate& e) {
       e.Set("sink", 0, "RESTARTING");
       e.Pass(5);
       e.Fail("sink", 0);
       e.Pass(5);
     },
     1},
    {"it runs", [](Estate& e) { e.Set("sink", 0, "RUNNING"), e.Pass(5); }, 1},
    {"it runs while another task is FAILED",
     [](Estate& e) {
       e.Fail("sink", 1);
       e.Pass(5);
       e.Set("sink", 0, "RUNNING");
       e.Pass(5);
     },
     1},
    {"it fails anew between two polls", [](Estate& e) { e.Fail("sink", 0), e.Pass(5); }, 1},
    {"it is UNASSIGNED, and somebody restarts it then",
     [](Estate& e) {
       for (const char* state : {"UNASSIGNED", "RESTARTING", "RUNNING"}) {
         e.Set("sink", 0, state);
         e.Pass(5);
       }
     },
     1},
    {"one restart of two tasks that shows in two polls",
     [](Estate& e) {
       e.Fail("sink", 1);
       e.Passes(2);
       e.Set("sink", 0, "RESTARTING");
       e.Pass(5);
       e.Set("sink", 1, "RUNNING");
       e.Pass(5);
     },
     1},
    {"a restart, and one of what fails after it",
     [](Estate& e) {
       e.Set("sink", 0, "RUNNING");
       e.Fail("sink", 1);
       e.Pass(5);
       e.Set("sink", 1, "RUNNING");
       e.Pass(5);
     },
     2},
    {"a restart of each of two tasks, one after the other",
     [](Estate& e) {
       e.Fail("sink", 1);
       e.Passes(2);
       e.Set("sink", 0, "RUNNING");
       e.Passes(3);
       e.Set("sink", 1, "RUNNING");
       e.Pass(5);
     },
     2},
    {"three restarts, each seen by another sign",
     [](Estate& e) {
       e.Fail("sink", 0);
       e.Pass(5);
       e.Set("sink", 0, "RESTARTING");
       e.Pass(5);
       e.Fail("sink", 0);
       e.Pass(5);
       e.Set("sink", 0, "RUNNING");
       e.Pass(5);
     },
     3},
};

TEST_CASE("only what somebody restarted counts as a restart", "[recovery]") {
  for (const Change& change : kChanges) {
    DYNAMIC_SECTION(change.what) {
      Estate estate;
      estate.Add("sink");
      estate.Pass(5);
      estate.Fail("sink", 0, FailureClass::kConfiguration);
      estate.Passes(2);
      change.play(estate);
      const RecoveryDecision& decision = estate.About("sink");
      CHECK(estate.journal.connectors.at("sink").attempts.count == change.attempts);
      if (change.attempts == 0) {
        CHECK(Name(decision.action) != Name(kQuarantine));
        CHECK(decision.why.find("runs again after") == std::string::npos);
      }
    }
  }
}

TEST_CASE("a restart of ours that shows late is not somebody else's, too", "[recovery]") {
  Estate estate;
  estate.Add("sink");
  FailTwice(estate);
  estate.Answer("sink", RestartOutcome::kAccepted);
  estate.Passes(3);
  REQUIRE(Name(estate.About("sink").last_restart->verdict) == "failed_again");
  estate.Set("sink", 0, "RUNNING");
  estate.Pass(5);
  CHECK(estate.About("sink").attempts == 1);
  estate.Fail("sink", 0);
  estate.Pass(5);
  estate.Set("sink", 0, "RUNNING");  // this one is
  estate.Pass(5);
  CHECK(estate.About("sink").attempts == 2);
}

TEST_CASE("20: a task that fails where another one stands is not that one's poison", "[recovery]") {
  Estate estate;
  estate.Add("sink").positions = At(R"({"table":"orders"} at {"pos":5})");
  estate.world.group_at_rest = false;
  estate.Fail("sink", 0, FailureClass::kUnknown);
  estate.Passes(4);
  SECTION("while the other is FAILED") {
    estate.Fail("sink", 1, FailureClass::kUnknown);
  }
  SECTION("after a restart that helped the other") {
    estate.Set("sink", 0, "RUNNING");
    estate.Pass(5);
    estate.Fail("sink", 1, FailureClass::kUnknown);
  }
  estate.Passes(3);
  CHECK(estate.journal.connectors.at("sink").poison.found.empty());
}

TEST_CASE("a changed configuration leaves the restart that is followed its verdict", "[recovery]") {
  Estate estate;
  estate.Add("sink");
  FailTwice(estate);
  estate.Answer("sink", RestartOutcome::kAccepted);
  estate.Pass(5);
  ++estate.Of("sink").config_hash;
  estate.Set("sink", 0, "RUNNING");
  estate.Passes(3);
  const RecoveryDecision& decision = estate.About("sink");
  REQUIRE(decision.last_restart);
  CHECK(Name(decision.last_restart->verdict) == "recovered");
  CHECK(decision.last_restart->evidence.ends_with("; its configuration was changed meanwhile"));
  CHECK(decision.attempts == 0);
}

}  // namespace
}  // namespace klaxon::recovery
