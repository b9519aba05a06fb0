#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "tests/recovery/scene.h"
#include "tests/support/temporary_folder.h"

namespace klaxon::recovery {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::TemporaryFolder;

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
    CHECK(worker->Snapshot().restarts.empty());
    std::filesystem::remove(aside);
    live.Passes(1);
    CHECK(live.decision().acted);
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
    std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is what a full disk looks like
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    rlimit full = before;
    full.rlim_cur = 1;
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &full) == 0);
    FailTaskOf(*worker);
    live.Passes(5);
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    CHECK_THAT(live.facts().hindrance, ContainsSubstring("klaxon.db: SQLite: "));
    CHECK(worker->Snapshot().restarts.empty());
    live.Passes(1);
    CHECK(live.facts().hindrance.empty());
    CHECK(worker->Snapshot().restarts.size() == 1);
  }
}

}  // namespace
}  // namespace klaxon::recovery
