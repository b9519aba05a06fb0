#include "alerts/templates/format.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "alerts/templates/go_time.h"

namespace klaxon::templates {
namespace {

TEST_CASE("printf formats as Go's Sprintf") {
  struct Case {
    std::string format;
    std::vector<Value> arguments;
    std::string formatted;
  };

  const auto whole = [](int64_t number) { return Value(number); };
  const std::string name = "caf\u00e9";
  const std::vector<Case> cases{
      {"%d|%5d|%-5d|%05d|%+d",
       {whole(7), whole(7), whole(-7), whole(-7), whole(7)},
       "7|    7|-7   |-0007|+7"},
      {"%x %X %#x %o %b %c %U",
       {whole(255), whole(255), whole(255), whole(8), whole(5), whole(65), whole(0x20ac)},
       "ff FF 0xff 10 101 A U+20AC"},
      {"%.2f|%8.2f|%-8.2f|%08.2f|%e|%g",
       {1.5, 1.5, 1.5, -1.5, 1234.5, 1e6},
       "1.50|    1.50|1.50    |-0001.50|1.234500e+03|1e+06"},
      {"%v %v %v %v", {1e20, 0.0001, 1234567.0, -0.5}, "1e+20 0.0001 1.234567e+06 -0.5"},
      {"%v %5.1f",
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()},
       "NaN  +Inf"},
      {"%s|%6s|%-6s|%.2s|%q|%x",
       {name, name, name, name, name, std::string("hi")},
       "caf\u00e9|  caf\u00e9|caf\u00e9  |ca|\"caf\u00e9\"|6869"},
      {"%t %v", {true, false}, "true false"},
      {"%d", {std::string("x")}, "%!d(string=x)"},
      {"%s", {whole(1)}, "%!s(int=1)"},
      {"%d %d", {whole(1)}, "1 %!d(MISSING)"},
      {"%d", {whole(1), whole(2)}, "1%!(EXTRA int=2)"},
      {"100%%", {}, "100%"},
      {"%", {}, "%!(NOVERB)"},
      {"%*d", {whole(4), whole(1)}, "   1"},
      {"%v", {Value()}, "<nil>"},
      {"%s", {Value(Duration(std::chrono::seconds(90)))}, "1m30s"},
      {"%d", {std::numeric_limits<int64_t>::min()}, "-9223372036854775808"},
  };
  for (const Case& one : cases) {
    INFO(one.format);
    const Result<std::string> formatted = FormatLikeGo(one.format, one.arguments);
    REQUIRE(formatted);
    CHECK(*formatted == one.formatted);
  }
}

TEST_CASE("times and durations are shown as Go shows them") {
  const WallTime time{std::chrono::milliseconds(1435065584128)};

  struct Case {
    std::string layout;
    std::string shown;
  };

  const std::vector<Case> cases{
      {"2006-01-02T15:04:05Z07:00", "2015-06-23T13:19:44Z"},
      {"Mon, 02 Jan 2006 15:04:05 MST", "Tue, 23 Jun 2015 13:19:44 UTC"},
      {"Monday January _2 3:04PM", "Tuesday June 23 1:19PM"},
      {"15:04:05.000 05.999999", "13:19:44.128 44.128"},
      {"06/1/2 4m5s -0700", "15/6/23 19m44s +0000"},
      {"at noon?", "at noon?"},
  };
  for (const Case& one : cases) {
    INFO(one.layout);
    CHECK(Format(time, one.layout) == one.shown);
  }
  CHECK(ToString(Duration(0)) == "0s");
  CHECK(ToString(Duration(15)) == "15ns");
  CHECK(ToString(Duration(1'500)) == "1.5\u00b5s");
  CHECK(ToString(Duration(-2'500'000)) == "-2.5ms");
  CHECK(ToString(std::chrono::hours(25) + std::chrono::milliseconds(500)) == "25h0m0.5s");
  CHECK(ToString(Duration::min()) == "-2562047h47m16.854775808s");
}

}  // namespace
}  // namespace klaxon::templates
