#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "tests/recovery/scene.h"
#include "tests/recovery/situations.h"
#include "tests/support/temporary_folder.h"

/// What is remembered of a connector goes on after any end of the agent as if there had been none.
namespace klaxon::recovery {
namespace {

using Catch::Matchers::ContainsSubstring;

/// An estate of which an agent knows, once it was killed, what it had written down.
class KilledEstate : public Estate {
 public:
  KilledEstate() : database_(OpenState(folder_.path())) { Begin(); }

  void PassAndSave(int seconds = 5) {
    Pass(seconds);
    Save();
  }

  void Save() { REQUIRE(ledger_->Save(journal, decisions, now)); }

  /// kill -9, and another start; what analysis counts begins anew, too.
  void Kill() {
    Begin();
    for (Connector& connector : world.connectors) {
      for (Item& item : connector.items) {
        item.failures = item.failed() ? 1 : 0;
      }
    }
  }

 private:
  void Begin() {
    Result<Ledger> ledger = Ledger::Make(*database_, {.cluster = "main", .connect = "etl"});
    REQUIRE(ledger);
    ledger_ = *std::move(ledger);
    Result<Journal> loaded = ledger_->Load(now);
    REQUIRE(loaded);
    journal = *std::move(loaded);
  }

  testing::TemporaryFolder folder_{};
  std::unique_ptr<state::Database> database_;
  std::optional<Ledger> ledger_{};
};

/// A program changes the configuration three times, and each time it is restarted and fails. The
/// agent is killed before the poll `killed_at`; 0: never.
RecoveryDecision AfterThreeChanges(int killed_at) {
  KilledEstate estate;
  estate.Add("sink");
  int polls = 0;
  const auto pass = [&] {
    if (++polls == killed_at) {
      estate.Kill();
    }
    estate.PassAndSave();
  };
  pass();
  for (int i = 0; i < 3; ++i) {
    estate.Fail("sink", 0);
    pass();
    pass();
    estate.Answer("sink", RestartOutcome::kAccepted);
    estate.Save();
    estate.Set("sink", 0, "RUNNING");
    pass();
    estate.Fail("sink", 0);
    pass();
    ++estate.Of("sink").config_hash;
    pass();
  }
  pass();
  pass();
  return estate.About("sink");
}

TEST_CASE(
    "24: what waits because its configuration changes again and again waits as long after a "
    "kill",
    "[recovery]") {
  const RecoveryDecision unharmed = AfterThreeChanges(0);
  REQUIRE(unharmed.rule == "held");
  REQUIRE_THAT(unharmed.why, ContainsSubstring("has changed 3 times of late"));
  for (int poll = 2; poll <= 17; ++poll) {  // what fails must be seen twice after it, too
    INFO("killed before poll " << poll);
    const RecoveryDecision killed = AfterThreeChanges(poll);
    CHECK(killed.why == unharmed.why);
    REQUIRE(killed.due);
    CHECK(killed.due->mono == unharmed.due->mono);
  }
}

TEST_CASE("a change of long ago is not counted after a kill either, nor remembered", "[recovery]") {
  KilledEstate estate;
  estate.Add("sink");
  estate.PassAndSave();
  ++estate.Of("sink").config_hash;
  estate.PassAndSave();
  estate.Kill();
  REQUIRE(estate.journal.connectors.at("sink").configuration.changes == 1);
  estate.PassAndSave(3601);
  estate.Kill();
  CHECK(estate.journal.connectors.empty());
}

/// Both tasks fail for a reason for which one restart is allowed, and the one that was sent got no
/// further than to the first.
void RestartTheFirst(KilledEstate& estate) {
  estate.Add("sink");
  estate.PassAndSave();
  estate.Fail("sink", 0, FailureClass::kConfiguration);
  estate.Fail("sink", 1, FailureClass::kConfiguration);
  estate.PassAndSave();
  estate.PassAndSave();
  Attempts& attempts = estate.journal.connectors.at("sink").attempts;
  const Attempts before = attempts;
  attempts = {.count = 1, .last = estate.now};
  TakeAnswer({.report = {.sent_at = estate.now, .outcome = RestartOutcome::kAccepted},
              .answered_at = estate.now,
              .id = 1,
              .restarted = {0}},
             estate.Of("sink"), estate.policy, before, estate.journal);
  estate.Save();
  estate.Set("sink", 0, "RUNNING");
}

TEST_CASE("18: what a restart did not get to before a kill is not judged by it", "[recovery]") {
  KilledEstate estate;
  RestartTheFirst(estate);
  SECTION("killed at once") {
    estate.Kill();
  }
  SECTION("killed later") {
    estate.PassAndSave();
    estate.Kill();
  }
  SECTION("killed twice") {
    estate.Kill();
    estate.PassAndSave();
    estate.Kill();
  }
  SECTION("not killed") {
  }
  estate.Passes(10);
  INFO(estate.About("sink").why);
  CHECK(Name(estate.About("sink").action) == Name(RecoveryAction::kRestart));
}

TEST_CASE("18: what was started since a restart did not get to it is judged, after a kill, too",
          "[recovery]") {
  KilledEstate estate;
  RestartTheFirst(estate);
  estate.PassAndSave();
  estate.Set("sink", 1, "RUNNING");
  estate.PassAndSave();
  estate.Fail("sink", 1, FailureClass::kConfiguration);
  estate.PassAndSave();
  estate.Kill();
  estate.Passes(10);
  CHECK(Name(estate.About("sink").action) == Name(RecoveryAction::kQuarantine));
}

}  // namespace
}  // namespace klaxon::recovery
