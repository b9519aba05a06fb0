#include <array>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "tests/recovery/run_victim.h"
#include "tests/recovery/scene.h"
#include "tests/support/temporary_folder.h"

namespace klaxon::recovery {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::TemporaryFolder;

TEST_CASE("32: killed at any instant, it sends no restart too many", "[recovery]") {
  struct Point {
    const char* name = nullptr;
    size_t sent = 0;   ///< when it was killed
    size_t later = 0;  ///< by the next one, within two minutes
  };

  // What was intended counts, sent or not: at most one restart, never two.
  constexpr std::array<Point, 6> kPoints{{{"before intent", 0, 1},
                                          {"after intent", 0, 0},
                                          {"before send", 0, 0},
                                          {"after answer", 1, 0},
                                          {"after outcome", 1, 0},
                                          {"never", 1, 0}}};
  for (const Point& point : kPoints) {
    INFO(point.name);
    const TemporaryFolder folder;
    const auto worker = StartWorker();
    FailTaskOf(*worker, true);
    const std::optional<bool> killed =
        RunVictim({folder.path(), worker->url(), "1800000000", "3", point.name});
    CHECK(killed == (std::string_view(point.name) != "never"));
    CHECK(worker->Snapshot().restarts.size() == point.sent);
    CHECK(RunVictim({folder.path(), worker->url(), "1800000020", "24", "never"}) == false);
    CHECK(worker->Snapshot().restarts.size() == point.sent + point.later);
    const auto database = OpenState(folder.path());
    const std::string log = LogOf(*database);
    CHECK_THAT(log, ContainsSubstring("sink restart 1: "));
    const bool unanswered =
        point.sent + point.later == 0 || std::string_view(point.name) == "after answer";
    CHECK((log.find("it counts as an attempt") != std::string::npos) == unanswered);
  }
}

TEST_CASE("killed while it does what a person asked for, it is known who did and why",
          "[recovery]") {
  struct Point {
    const char* name = nullptr;
    std::string_view told{};  ///< of the order, after the next start; empty: nothing
  };

  constexpr std::array<Point, 5> kPoints{
      {{"before intent", ""},
       {"after intent", "Klaxon ended before there was an answer; it may have been done"},
       {"after answer", "Klaxon ended before there was an answer; it may have been done"},
       {"after outcome", "Klaxon ended before there was an answer; it may have been done"},
       {"never", "connector sink: accepted, 202, RESTARTING"}}};
  for (const Point& point : kPoints) {
    INFO(point.name);
    const TemporaryFolder folder;
    const auto worker = StartWorker();
    FailTaskOf(*worker, true);
    REQUIRE(RunVictim({folder.path(), worker->url(), "1800000000", "1", point.name, "ordered"}));
    const std::string who = "sink restart by alice from 192.0.2.7: the database moves: ";
    {
      const auto database = OpenState(folder.path());
      const std::string log = LogOf(*database);
      CHECK((log.find(who) != std::string::npos) == !point.told.empty());
      CHECK((log.find(who + "begun, no answer yet") != std::string::npos) ==
            point.told.starts_with("Klaxon ended"));
    }
    CHECK(RunVictim({folder.path(), worker->url(), "1800000020", "1", "never"}) == false);
    const auto database = OpenState(folder.path());
    if (!point.told.empty()) {
      CHECK_THAT(LogOf(*database), ContainsSubstring(who + std::string(point.told)));
    }
  }
}

}  // namespace
}  // namespace klaxon::recovery
