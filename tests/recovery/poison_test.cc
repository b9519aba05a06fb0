#include <catch2/catch_test_macros.hpp>

#include "tests/recovery/situations.h"

/// Which record a connector fails at again.
namespace klaxon::recovery {
namespace {

/// Where a sink of two tasks stands at its first failure and, after a restart, at its second; and
/// which task fails first then.
struct Places {
  std::string_view what{};
  std::string first{};
  std::string second{};
  int32_t task = 0;
  std::string_view poison{};  ///< empty: none
};

const std::vector<Places> kPlaces{
    {"nothing moves", "t-0@17", "t-0@17", 0, "t-0@17"},
    {"it has moved", "t-0@17", "t-0@18", 0, ""},
    {"another partition goes on", "t-0@17\nt-1@500", "t-0@17\nt-1@620", 0, "t-0@17"},
    {"another partition has been read to its end", "t-0@17\nt-1@500", "t-0@17", 0, "t-0@17"},
    {"another partition has something to read again", "t-1@17", "t-0@500\nt-1@17", 0, "t-1@17"},
    {"both go on", "t-0@17\nt-1@500", "t-0@18\nt-1@620", 0, ""},
    {"the other task is dealt the partition", "t-0@17\nt-1@5", "t-0@17\nt-1@9", 1, "t-0@17"},
    {"the last of many partitions", "t-0@1\nt-1@1\nt-2@1\nt-3@1", "t-0@2\nt-1@2\nt-2@2\nt-3@1", 0,
     "t-3@1"},
    {"many partitions", "t-0@1\nt-1@1\nt-2@1\nt-3@1\nt-4@1", "t-0@1\nt-1@1\nt-2@1\nt-3@1\nt-4@1", 0,
     "t-0@1, t-1@1, t-2@1 and 2 more"},
};

TEST_CASE("20: a sink's poison is where it stands both times, whatever else it has read",
          "[recovery]") {
  for (const Places& places : kPlaces) {
    DYNAMIC_SECTION(places.what) {
      Estate estate;
      Subject& sink = estate.Add("sink");
      sink.sink = true;
      sink.place = places.first;
      estate.Pass(5);
      estate.Fail("sink", 0, FailureClass::kUnknown);
      estate.Passes(2);
      estate.Answer("sink", RestartOutcome::kAccepted);
      estate.Set("sink", 0, "RUNNING");
      estate.Pass(5);
      estate.Of("sink").place = places.second;
      estate.Fail("sink", places.task, FailureClass::kUnknown);
      estate.Passes(2);
      CHECK(estate.journal.connectors.at("sink").poison == places.poison);
    }
  }
}

}  // namespace
}  // namespace klaxon::recovery
