#include <array>
#include <string>
#include <string_view>

#include <catch2/catch_test_macros.hpp>

#include "tests/alerts/notify/scene.h"

namespace klaxon::notify {
namespace {

struct MatcherCase {
  std::string_view text{};
  std::string_view shown{};  ///< empty: refused
};

TEST_CASE("Matchers are read as Alertmanager writes them") {
  constexpr std::array<MatcherCase, 16> kCases{{
      {"a=\"tab\there\"", "{a=\"tab\\there\"}"},
      {R"("a=b"="c")", ""},
      {"a=b", R"({a="b"})"},
      {R"(a="b")", R"({a="b"})"},
      {R"({ a = "b" , c!~"d.*" })", R"({a="b",c!~"d.*"})"},
      {R"(a="with \"quotes\" and, comma")", R"({a="with \"quotes\" and, comma"})"},
      {R"(a="\\d+\n")", R"({a="\\d+\n"})"},
      {"a=", R"({a=""})"},
      {R"("odd.name"=~"x|y")", R"({odd.name=~"x|y"})"},
      {"{}", "{}"},
      {"a", ""},
      {"=b", ""},
      {R"(a="b)", ""},
      {R"(a="b" c)", ""},
      {"{a=b", ""},
      {R"(a=~"[")", ""},
  }};
  for (const MatcherCase& each : kCases) {
    INFO(each.text);
    const Result<Matchers> read = ParseMatchers(each.text);
    CHECK((read ? ToString(*read) : "") == each.shown);
  }
}

struct IntervalCase {
  std::string_view sentence{};
  TimeInterval interval{};
  int64_t unix_seconds = 0;
  bool inside = false;
};

TEST_CASE("Time intervals are parts of the calendar") {
  constexpr int64_t kSunday = 1'769'299'200;  // 2026-01-25T00:00:00Z
  constexpr int64_t kHour = 3600;
  constexpr int64_t kDay = 24 * kHour;
  const TimeInterval working{.minutes = {{9 * 60, 17 * 60}}, .weekdays = {{1, 5}}};
  const std::array<IntervalCase, 9> cases{{
      {"an empty one is always", {}, kSunday, true},
      {"Monday at nine begins working hours", working, kSunday + kDay + 9 * kHour, true},
      {"Monday at five ends them", working, kSunday + kDay + 17 * kHour, false},
      {"Sunday has none", working, kSunday + 10 * kHour, false},
      {"the last three days of January", {.days = {{-3, -1}}}, kSunday + 4 * kDay, true},
      {"the 28th of January is not among them", {.days = {{-3, -1}}}, kSunday + 3 * kDay, false},
      {"the first of February is not January", {.months = {{1, 1}}}, kSunday + 7 * kDay, false},
      {"2026 is a year from 2025 to 2027", {.years = {{2025, 2027}}}, kSunday, true},
      {"24:00 holds the last minute", {.minutes = {{0, 1440}}}, kSunday + kDay - 1, true},
  }};
  for (const IntervalCase& each : cases) {
    INFO(each.sentence);
    CHECK(each.interval.Contains(WallTime{std::chrono::seconds{each.unix_seconds}}) == each.inside);
  }
}

TEST_CASE("Parts of the calendar are read, or refused with what is accepted") {
  CHECK(ParseSpan(CalendarPart::kWeekday, "Monday:friday").value() == Span{1, 5});
  CHECK(ParseSpan(CalendarPart::kMonth, "january:3").value() == Span{1, 3});
  CHECK(ParseSpan(CalendarPart::kDay, "-3:-1").value() == Span{-3, -1});
  CHECK(ParseSpan(CalendarPart::kDay, "1:-1").value() == Span{1, -1});
  CHECK(ParseSpan(CalendarPart::kYear, "2026").value() == Span{2026, 2026});
  for (const std::string_view bad : {"friday:monday", "1", "someday", ""}) {
    INFO(bad);
    CHECK_FALSE(ParseSpan(CalendarPart::kWeekday, bad));
  }
  CHECK_FALSE(ParseSpan(CalendarPart::kDay, "0"));
  CHECK_FALSE(ParseSpan(CalendarPart::kDay, "-1:3"));
  CHECK_FALSE(ParseSpan(CalendarPart::kMonth, "13"));
  CHECK(ParseTimeOfDay("24:00").value() == 1440);
  CHECK(ParseTimeOfDay("06:30").value() == 390);
  for (const std::string_view bad : {"24:01", "6:30", "12:60", "ab:cd", "-1:00"}) {
    INFO(bad);
    CHECK_FALSE(ParseTimeOfDay(bad));
  }
}

TEST_CASE("Owners add labels, and take none away") {
  const std::vector<Owner> owners{
      {.matchers = MatchersOf(R"(topic=~"orders.*")"), .labels = {{"team", "shop"}}},
      {.matchers = MatchersOf(R"(topic=~".+")"), .labels = {{"team", "kafka"}, {"tier", "2"}}}};
  const auto labels = [&](std::vector<std::pair<std::string, std::string>> of) {
    return ToString(WithOwner(Firing(std::move(of), 0), owners).labels);
  };
  CHECK(labels({{"topic", "orders-1"}}) == R"({team="shop", tier="2", topic="orders-1"})");
  CHECK(labels({{"topic", "x"}, {"team", "mine"}}) == R"({team="mine", tier="2", topic="x"})");
  CHECK(labels({{"group", "g"}}) == R"({group="g"})");
}

}  // namespace
}  // namespace klaxon::notify
