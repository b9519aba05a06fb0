#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <utility>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "tests/recovery/scene.h"
#include "tests/support/temporary_folder.h"

namespace klaxon::recovery {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::TemporaryFolder;

/// A file that may not grow is what a full disk looks like.
class FullDisk {
 public:
  FullDisk() {
    std::signal(SIGXFSZ, SIG_IGN);
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before_) == 0);
    rlimit full = before_;
    full.rlim_cur = 1;
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &full) == 0);
  }

  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

  ~FullDisk() { static_cast<void>(::setrlimit(RLIMIT_FSIZE, &before_)); }

 private:
  rlimit before_{};
};

TEST_CASE("a disk that becomes full just before a restart is told of once, and so is its end",
          "[recovery]") {
  const TemporaryFolder folder;
  const auto worker = StartWorker();
  const auto database = OpenState(folder.path());
  std::optional<FullDisk> full;
  Live live({.url = worker->url(),
             .checkpoint =
                 [&](std::string_view point) {
                   if (point == "before intent" && worker->Snapshot().restarts.empty()) {
                     full.emplace();
                   }
                 }},
            Live::Acting(), database.get());
  live.Passes(1);
  FailTaskOf(*worker);
  live.Passes(1);
  live.Passes(20);
  CHECK(worker->Snapshot().restarts.empty());
  CHECK_FALSE(live.facts().acts);
  CHECK_THAT(live.news(), !ContainsSubstring("acts again"));
  full.reset();
  worker->Change([](simulator::ConnectState& state) { state.restarts.emplace_back("told"); });
  live.Passes(1);
  CHECK(live.facts().acts);
  CHECK(worker->Snapshot().restarts.size() == 2);
}

TEST_CASE("what became of a restart is written down when the disk allows it", "[recovery]") {
  const TemporaryFolder folder;
  const auto worker = StartWorker();
  const auto database = OpenState(folder.path());
  std::optional<FullDisk> full;
  bool was_full = false;
  Live live({.url = worker->url(),
             .checkpoint =
                 [&](std::string_view point) {
                   if (point == "after answer" && !std::exchange(was_full, true)) {
                     full.emplace();
                   } else if (point == "after outcome") {
                     full.reset();
                   }
                 }},
            Live::Acting(), database.get());
  live.Passes(1);
  FailTaskOf(*worker);
  SECTION("it was sent") {
    live.Passes(6);
    CHECK_THAT(LogOf(*database), ContainsSubstring("sink restart 1: accepted (202, RESTARTING); "
                                                   "recovered"));
  }
  SECTION("it was not sent") {
    worker->SetFaults({.status = 500, .only = "/connectors/sink/status"});
    live.estate().connectors[0].tasks[0].state = "FAILED";
    live.Passes(5);
    REQUIRE(was_full);
    CHECK_THAT(LogOf(*database), !ContainsSubstring("sink restart 1"));
  }
}

TEST_CASE("without a sound state directory nothing is restarted, and it says why", "[recovery]") {
  const TemporaryFolder folder;
  const auto worker = StartWorker();
  SECTION("none") {
    Live live({.url = worker->url()}, Live::Acting(), nullptr);
    FailTaskOf(*worker);
    CHECK(live.Passes(5).action == RecoveryAction::kRestart);
    CHECK_FALSE(live.decision().acted);
    CHECK_THAT(live.facts().hindrance, ContainsSubstring("there is no state directory"));
    CHECK_THAT(live.news(), ContainsSubstring("recovery_hindered etl: only observes"));
  }
  SECTION("a damaged one, until somebody has looked") {
    const auto database = OpenState(folder.path());
    const std::string aside = folder.path() + "/klaxon.db.damaged-20260131T120000Z";
    std::ofstream(aside) << "x";
    Live live({.url = worker->url()}, Live::Acting(), database.get());
    FailTaskOf(*worker);
    live.Passes(5);
    CHECK_THAT(live.facts().hindrance, ContainsSubstring("the state was damaged"));
    CHECK_THAT(LogOf(*database), ContainsSubstring("sink restart: only observed (the state was "));
    CHECK(worker->Snapshot().restarts.empty());
    std::filesystem::remove(aside);
    live.Passes(1);
    CHECK(live.decision().acted);
    CHECK_THAT(LogOf(*database), ContainsSubstring("sink restart: dependency: restart 1 of 5"));
    CHECK_THAT(live.news(), ContainsSubstring("recovery_hindered etl: acts again"));
    CHECK(worker->Snapshot().restarts.size() == 1);
  }
  SECTION("one that was deleted while it runs") {
    const std::string directory = folder.path() + "/state";
    const auto database = OpenState(directory);
    Live live({.url = worker->url()}, Live::Acting(), database.get());
    live.Passes(1);
    std::filesystem::remove_all(directory);
    FailTaskOf(*worker);
    live.Passes(5);
    CHECK_THAT(live.facts().hindrance, ContainsSubstring("was deleted or replaced"));
    CHECK(worker->Snapshot().restarts.empty());
  }
  SECTION("a full one, until there is room") {
    const auto database = OpenState(folder.path());
    Live live({.url = worker->url()}, Live::Acting(), database.get());
    live.Passes(1);
    {
      const FullDisk full;
      FailTaskOf(*worker);
      live.Passes(5);
    }
    CHECK_THAT(live.facts().hindrance, ContainsSubstring("klaxon.db: SQLite: "));
    CHECK(worker->Snapshot().restarts.empty());
    live.Passes(1);
    CHECK(live.facts().hindrance.empty());
    CHECK(worker->Snapshot().restarts.size() == 1);
  }
}

}  // namespace
}  // namespace klaxon::recovery
