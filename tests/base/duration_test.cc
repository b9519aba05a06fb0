#include "agent/base/duration.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

namespace klaxon {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_CASE("durations are read in Prometheus' form", "[duration]") {
  struct Case {
    std::string text{};
    Duration expected{};
  };

  const std::vector<Case> cases{
      {"0", seconds{0}},    {"0s", seconds{0}},      {"500ms", milliseconds{500}},
      {"10s", seconds{10}}, {"1m30s", seconds{90}},  {"2h", hours{2}},
      {"1d", hours{24}},    {"1w2d", hours{9 * 24}}, {"1h0m5s", hours{1} + seconds{5}}};
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.text) {
      const Result<Duration> read = ParseDuration(c.text);
      REQUIRE(read);
      CHECK(*read == c.expected);
    }
  }
}

TEST_CASE("what is not a duration is refused with a hint", "[duration]") {
  for (const std::string text : {"", "10", "s", "-5s", "10s5", "5s1m", "1m1m", "1.5s", "10 s", "1y",
                                 "99999999999999999999s", "9223372036854775807w"}) {
    DYNAMIC_SECTION('"' << text << '"') {
      const Result<Duration> read = ParseDuration(text);
      REQUIRE_FALSE(read);
      CHECK(read.error().reason() == Reason::kInvalid);
      CHECK(read.error().message().find("1m30s") != std::string::npos);
    }
  }
}

TEST_CASE("what FormatDuration writes reads back as the same", "[duration]") {
  for (const Duration duration :
       {Duration{seconds{0}}, Duration{milliseconds{1}}, Duration{seconds{90}},
        Duration{hours{25} + minutes{1}}, Duration{hours{24 * 8}}}) {
    const std::string text = FormatDuration(duration);
    INFO(text);
    const Result<Duration> read = ParseDuration(text);
    REQUIRE(read);
    CHECK(*read == duration);
  }
}

TEST_CASE("ages are short and grow coarser", "[duration]") {
  CHECK(FormatAge(seconds{-3}) == "0 s");
  CHECK(FormatAge(milliseconds{900}) == "0 s");
  CHECK(FormatAge(seconds{119}) == "119 s");
  CHECK(FormatAge(seconds{180}) == "3 min");
  CHECK(FormatAge(hours{5}) == "5 h");
  CHECK(FormatAge(hours{72}) == "3 d");
}

TEST_CASE("wall times are UTC and cut to whole seconds", "[duration]") {
  CHECK(FormatWallTime(WallTime{milliseconds{1'700'000'000'999}}) == "2023-11-14T22:13:20Z");
  CHECK(FormatWallTime(WallTime{milliseconds{-500}}) == "1969-12-31T23:59:59Z");
}

}  // namespace
}  // namespace klaxon
