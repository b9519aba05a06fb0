#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "tests/recovery/scene.h"
#include "tests/support/temporary_folder.h"

namespace klaxon::recovery {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::TemporaryFolder;

TEST_CASE("what is paused, stopped or loses its worker just before a restart is left alone",
          "[recovery]") {
  struct Change {
    std::string_view what{};
    void (*change)(simulator::Connector& sink) = nullptr;
  };

  const std::vector<Change> changes{
      {"paused", [](simulator::Connector& sink) { sink.state = "PAUSED"; }},
      {"stopped", [](simulator::Connector& sink) { sink.state = "STOPPED"; }},
      {"without a worker", [](simulator::Connector& sink) { sink.state = "UNASSIGNED"; }},
      {"a task paused", [](simulator::Connector& sink) { sink.tasks[1].state = "PAUSED"; }},
      {"a task without a worker",
       [](simulator::Connector& sink) { sink.tasks[1].state = "UNASSIGNED"; }},
  };
  for (const Change& each : changes) {
    INFO(each.what);
    const TemporaryFolder folder;
    const auto database = OpenState(folder.path());
    const auto worker = StartWorker();
    Live live({.url = worker->url(),
               .checkpoint =
                   [&](std::string_view point) {
                     if (point == "before send") {
                       worker->Change([&](simulator::ConnectState& state) {
                         each.change(state.connectors[0]);
                       });
                     }
                   }},
              Live::Acting(), database.get());
    FailTaskOf(*worker);
    live.Passes(2);
    REQUIRE(live.decision().last_restart);
    CHECK(live.decision().last_restart->outcome == RestartOutcome::kConflict);
    CHECK_THAT(live.decision().last_restart->words, ContainsSubstring("not sent: something"));
    CHECK(live.decision().attempts == 0);
    CHECK(worker->Snapshot().restarts.empty());
  }
}

TEST_CASE("13: what runs by itself in the meantime is not restarted", "[recovery]") {
  const TemporaryFolder folder;
  const auto database = OpenState(folder.path());
  const auto worker = StartWorker();
  Live live({.url = worker->url(),
             .checkpoint =
                 [&](std::string_view point) {
                   if (point == "before send") {
                     worker->Change([](simulator::ConnectState& state) {
                       simulator::HealTask(state, "sink", 0);
                     });
                   }
                 }},
            Live::Acting(), database.get());
  FailTaskOf(*worker);
  live.Passes(2);
  REQUIRE(live.decision().last_restart);
  CHECK(live.decision().last_restart->outcome == RestartOutcome::kNoOp);
  CHECK(live.decision().attempts == 0);
  CHECK(worker->Snapshot().restarts.empty());
}

}  // namespace
}  // namespace klaxon::recovery
