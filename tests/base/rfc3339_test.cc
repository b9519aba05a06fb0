#include "agent/base/rfc3339.h"

#include <array>
#include <chrono>
#include <string_view>

#include <catch2/catch_test_macros.hpp>

#include "agent/base/duration.h"

namespace klaxon {
namespace {

TEST_CASE("times are read as RFC 3339 writes them", "[rfc3339]") {
  struct Case {
    std::string_view text{};
    std::string_view expected{};  // empty: refused
  };

  constexpr std::array<Case, 12> kCases{{{"2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"},
                                         {"2026-01-31t12:00:00.999z", "2026-01-31T12:00:00Z"},
                                         {"2026-01-31T14:00:00+02:00", "2026-01-31T12:00:00Z"},
                                         {"2026-01-31T10:30:00-01:30", "2026-01-31T12:00:00Z"},
                                         {"2028-02-29T00:00:00Z", "2028-02-29T00:00:00Z"},
                                         {"2026-02-29T00:00:00Z", ""},
                                         {"2026-01-31T24:00:00Z", ""},
                                         {"2026-01-31T12:00:00", ""},
                                         {"2026-01-31T12:00:-1Z", ""},
                                         {"2026-01-31 12:00:00Z", ""},
                                         {"9999-12-31T23:59:59Z", ""},
                                         {"tomorrow", ""}}};
  for (const Case& each : kCases) {
    CAPTURE(each.text);
    const std::optional<WallTime> read = ParseRfc3339(each.text);
    CHECK((read ? FormatWallTime(*read) : "") == each.expected);
  }
  CHECK(MillisecondsOfRfc3339("1969-12-31T23:59:59.5Z") == -500);
  CHECK(MillisecondsOfRfc3339("9999-12-31T23:59:59Z") == 253'402'300'799'000);
}

TEST_CASE("times are written with milliseconds, and read back as they were", "[rfc3339]") {
  for (const std::string_view text :
       {"2026-01-31T12:00:00.250Z", "1970-01-01T00:00:00.000Z", "2028-02-29T23:59:59.999Z"}) {
    CHECK(FormatRfc3339(ParseRfc3339(text).value()) == text);
  }
  const WallTime moment = ParseRfc3339("2026-01-31T12:00:00.250Z").value();
  CHECK(FormatRfc3339(moment + std::chrono::microseconds{999}) == "2026-01-31T12:00:00.250Z");
}

}  // namespace
}  // namespace klaxon
