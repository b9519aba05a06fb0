#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "tests/recovery/scene.h"
#include "tests/recovery/situations.h"
#include "tests/support/temporary_folder.h"

/// A Connect that keeps Klaxon waiting: its herder has much to do.
namespace klaxon::recovery {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::TemporaryFolder;

TEST_CASE(
    "15: a FAILED is of before a restart for a while after Connect's answer, however late it "
    "came",
    "[recovery]") {
  const TemporaryFolder folder;
  const auto database = OpenState(folder.path());
  const auto worker = StartWorker();
  Live* recovers = nullptr;
  Live live({.url = worker->url(),
             .checkpoint =
                 [&](std::string_view point) {
                   if (point == "before send") {
                     recovers->estate().Pass(9);
                   }
                 }},
            Live::Acting(), database.get());
  recovers = &live;
  FailTaskOf(*worker, true);
  live.Passes(2);
  REQUIRE(worker->Snapshot().restarts.size() == 1);
  live.Pass(1);
  live.Pass(1);
  CHECK(Name(live.decision().last_restart->verdict) == "pending");
  live.Pass(4);
  CHECK_THAT(live.news(), ContainsSubstring("failed_again: it is FAILED as before the restart"));
}

TEST_CASE("a person's restart of what has failed since Klaxon's last look is one attempt",
          "[recovery]") {
  const TemporaryFolder folder;
  const auto database = OpenState(folder.path());
  const auto worker = StartWorker();
  Policy policy = Live::Acting();
  policy.settings.mode = RecoveryMode::kObserve;
  Live live({.url = worker->url()}, policy, database.get());
  live.Passes(2);
  FailTaskOf(*worker);
  live.See();
  REQUIRE(live.Order(RecoveryVerb::kRestart));
  live.Passes(3);
  CHECK(live.decision().attempts == 1);
  REQUIRE(live.decision().last_restart);
  CHECK(live.decision().last_restart->took == std::chrono::seconds{5});
}

TEST_CASE("12: conflicts of other days do not make the wait after one of today longer",
          "[recovery]") {
  constexpr int kPollsOfAnHour = 3600 / 5;
  Estate estate;
  estate.Add("sink");
  for (int day = 0; day < 8; ++day) {
    FailTwice(estate);
    estate.Answer("sink", RestartOutcome::kConflict);
    estate.Set("sink", 0, "UNASSIGNED");
    estate.Pass(5);
    estate.Set("sink", 0, "RUNNING");
    estate.Passes(kPollsOfAnHour);
  }
  FailTwice(estate);
  REQUIRE(estate.About("sink").action == RecoveryAction::kRestart);
  estate.Answer("sink", RestartOutcome::kConflict);
  estate.Pass(5);
  CHECK(estate.About("sink").action == RecoveryAction::kRestart);
}

}  // namespace
}  // namespace klaxon::recovery
