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

}  // namespace
}  // namespace klaxon::recovery
