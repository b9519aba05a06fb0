#include <catch2/catch_test_macros.hpp>

#include "tests/recovery/situations.h"

/// Which record a connector fails at again.
namespace klaxon::recovery {
namespace {

/// Where a sink of two tasks stands at its first failure and, after a restart, at its second, and
/// at a third where one more is needed to tell; and which task fails first then.
struct Places {
  std::string_view what{};
  std::string first{};
  std::string second{};
  std::string third{};  ///< empty: as at the second
  int32_t task = 0;
  std::string_view twice{};   ///< the poison after the second failure; empty: none
  std::string_view poison{};  ///< after the third
};

const std::vector<Places> kPlaces{
    {.what = "nothing moves",
     .first = "t-0@17",
     .second = "t-0@17",
     .twice = "t-0@17",
     .poison = "t-0@17"},
    {.what = "it has moved, and goes on", .first = "t-0@17", .second = "t-0@18", .third = "t-0@19"},
    {.what = "it has moved once", .first = "t-0@17", .second = "t-0@18", .poison = "t-0@18"},
    {.what = "another partition goes on",
     .first = "t-0@17 t-1@500",
     .second = "t-0@17 t-1@620",
     .third = "t-0@17 t-1@730",
     .poison = "t-0@17"},
    {.what = "another partition has been read to its end",
     .first = "t-0@17 t-1@500",
     .second = "t-0@17",
     .poison = "t-0@17"},
    {.what = "another partition has something to read again",
     .first = "t-1@17",
     .second = "t-0@500 t-1@17",
     .third = "t-1@17",
     .poison = "t-1@17"},
    {.what = "both go on",
     .first = "t-0@17 t-1@500",
     .second = "t-0@18 t-1@620",
     .third = "t-0@19 t-1@730"},
    {.what = "another stands still once, while it goes on",
     .first = "t-0@100 t-1@17",
     .second = "t-0@500 t-1@17",
     .third = "t-0@900 t-1@18"},
    {.what = "the other task is dealt the partition",
     .first = "t-0@17 t-1@5",
     .second = "t-0@17 t-1@9",
     .third = "t-0@17 t-1@12",
     .task = 1,
     .poison = "t-0@17"},
    {.what = "the last of many partitions",
     .first = "t-0@1 t-1@1 t-2@1 t-3@1",
     .second = "t-0@2 t-1@2 t-2@2 t-3@1",
     .third = "t-0@3 t-1@2 t-2@3 t-3@1",
     .poison = "t-3@1"},
    {.what = "many partitions",
     .first = "t-0@1 t-1@1 t-2@1 t-3@1 t-4@1",
     .second = "t-0@1 t-1@1 t-2@1 t-3@1 t-4@1",
     .twice = "t-0@1 t-1@1 t-2@1 t-3@1 t-4@1",
     .poison = "t-0@1 t-1@1 t-2@1 t-3@1 t-4@1"},
};

/// A restart helps for a moment; then it fails, standing there.
void FailAt(Estate& estate, const std::string& place, int32_t task,
            FailureClass failure = FailureClass::kUnknown) {
  estate.Answer("sink", RestartOutcome::kAccepted);
  for (const Item& item : estate.Of("sink").items) {
    estate.Set("sink", item.id, "RUNNING");
  }
  estate.Pass(5);
  estate.Of("sink").positions = At(place);
  estate.Fail("sink", task, failure);
  estate.Passes(2);
}

TEST_CASE("20: a sink's poison is where it stands both times, whatever else it has read",
          "[recovery]") {
  for (const Places& places : kPlaces) {
    DYNAMIC_SECTION(places.what) {
      Estate estate;
      Connector& sink = estate.Add("sink");
      sink.sink = true;
      sink.positions = At(places.first);
      estate.Pass(5);
      estate.Fail("sink", 0, FailureClass::kUnknown);
      estate.Passes(2);
      FailAt(estate, places.second, places.task);
      CHECK(estate.journal.connectors.at("sink").poison.found == At(places.twice));
      FailAt(estate, places.third.empty() ? places.second : places.third, places.task);
      CHECK(estate.journal.connectors.at("sink").poison.found == At(places.poison));
    }
  }
}

TEST_CASE("20: tasks that fail one after the other after one restart failed once", "[recovery]") {
  Estate estate;
  Connector& sink = estate.Add("sink");
  sink.sink = true;
  sink.positions = At("t-0@100 t-1@17");
  estate.Pass(5);
  estate.Fail("sink", 0, FailureClass::kUnknown);
  estate.Fail("sink", 1, FailureClass::kUnknown);
  estate.Passes(2);
  FailAt(estate, "t-0@500 t-1@17", 0);
  estate.Of("sink").positions = At("t-0@600 t-1@17");
  estate.Fail("sink", 1, FailureClass::kUnknown);
  estate.Passes(2);
  CHECK(estate.journal.connectors.at("sink").poison.found.empty());
}

TEST_CASE("20: what has moved from its poison and fails elsewhere is not poisoned any more",
          "[recovery]") {
  struct Later {
    std::string_view what{};
    std::string place{};
    std::string_view poison{};
  };

  for (const Later& later : std::vector<Later>{{"it has moved on", "t-0@170", ""},
                                               {"its offsets were set back", "t-0@1", ""},
                                               {"it stands there still", "t-0@17 t-1@5", "t-0@17"},
                                               {"nobody knows where it stands", "", "t-0@17"}}) {
    DYNAMIC_SECTION(later.what) {
      Estate estate;
      Connector& sink = estate.Add("sink");
      sink.sink = true;
      sink.positions = At("t-0@17");
      estate.Pass(5);
      estate.Fail("sink", 0, FailureClass::kUnknown);
      estate.Passes(2);
      FailAt(estate, "t-0@17", 0);
      REQUIRE(estate.journal.connectors.at("sink").poison.found == At("t-0@17"));
      FailAt(estate, later.place, 0, FailureClass::kDependency);
      CHECK(estate.journal.connectors.at("sink").poison.found == At(later.poison));
    }
  }
}

TEST_CASE("where it stands is remembered as it failed, not as others move on", "[recovery]") {
  Estate estate;
  Connector& sink = estate.Add("sink");
  sink.sink = true;
  sink.positions = At("t-0@17");
  estate.Pass(5);
  SECTION("in quarantine") {
    estate.Fail("sink", 0, FailureClass::kDataLossRisk);
    estate.Pass(5);
    REQUIRE(estate.About("sink").action == RecoveryAction::kQuarantine);
  }
  SECTION("held back for long") {
    estate.world.group_at_rest = false;
    estate.Fail("sink", 0, FailureClass::kUnknown);
    estate.Passes(20);
  }
  const FailureMark before = estate.journal.connectors.at("sink").poison.last;
  estate.Of("sink").positions = At("t-0@17 t-1@5");
  estate.Pass(5);
  CHECK(estate.journal.connectors.at("sink").poison.last.positions == before.positions);
}

TEST_CASE("of many positions three are shown, and how many more there are", "[recovery]") {
  CHECK(InWords(At("")).empty());
  CHECK(InWords(At("t-0@1 t-1@2 t-2@3")) == "t-0@1, t-1@2, t-2@3");
  CHECK(InWords(At("t-0@1 t-1@2 t-2@3 t-3@4 t-4@5")) == "t-0@1, t-1@2, t-2@3 and 2 more");
  CHECK(InWords(At(R"({"table":"orders"} at {"pos":5})")) == R"({"table":"orders"} at {"pos":5})");
}

TEST_CASE("a commit that is told a moment after the failure counts", "[recovery]") {
  Estate estate;
  Connector& sink = estate.Add("sink");
  sink.sink = true;
  sink.positions = At("t-0@17");
  estate.Pass(5);
  estate.Fail("sink", 0, FailureClass::kUnknown);
  estate.Pass(5);
  estate.Of("sink").positions = At("t-0@18");
  estate.Pass(5);
  CHECK(estate.journal.connectors.at("sink").poison.last.positions == At("t-0@18"));
}

}  // namespace
}  // namespace klaxon::recovery
