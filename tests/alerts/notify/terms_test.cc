#include <array>
#include <atomic>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "agent/base/rfc3339.h"
#include "tests/alerts/notify/scene.h"

namespace klaxon::notify {
namespace {

struct MatcherCase {
  std::string_view text{};
  std::string_view shown{};  ///< empty: refused
};

TEST_CASE("Matchers are read as Alertmanager writes them") {
  constexpr std::array<MatcherCase, 20> kCases{{
      {"a=\"tab\there\"", "{a=\"tab\\there\"}"},
      {R"("a=b"="c")", R"({"a=b"="c"})"},
      {R"({"service name"=~"x.*","it's \\ \"it\""="y"})",
       R"({"service name"=~"x.*","it's \\ \"it\""="y"})"},
      {R"(service name="x")", ""},
      {R"(""="x")", ""},
      {R"("x="y")", ""},
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

TEST_CASE("Time intervals are of the place that they name, in summer and in winter") {
  struct Case {
    std::string_view place{};
    std::string_view time{};
    bool inside = false;
  };

  // 09:00 to 17:00 on working days. In Berlin clocks go to 03:00 on 2026-03-29 at 01:00 UTC and
  // back to 02:00 on 2026-10-25 at 01:00 UTC.
  const std::array<Case, 14> cases{{{"UTC", "2026-01-05T08:59:00Z", false},
                                    {"UTC", "2026-01-05T09:00:00Z", true},
                                    {"Europe/Berlin", "2026-01-05T07:59:00Z", false},
                                    {"Europe/Berlin", "2026-01-05T08:00:00Z", true},
                                    {"Europe/Berlin", "2026-01-05T16:00:00Z", false},
                                    {"Europe/Berlin", "2026-03-27T07:30:00Z", false},
                                    {"Europe/Berlin", "2026-03-30T07:30:00Z", true},
                                    {"Europe/Berlin", "2026-10-23T07:30:00Z", true},
                                    {"Europe/Berlin", "2026-10-26T07:30:00Z", false},
                                    {"America/New_York", "2026-07-03T13:00:00Z", true},
                                    {"America/New_York", "2026-07-03T12:59:00Z", false},
                                    {"Asia/Kolkata", "2026-07-06T03:30:00Z", true},
                                    {"Asia/Kolkata", "2026-07-06T03:29:00Z", false},
                                    {"Pacific/Auckland", "2026-07-05T21:30:00Z", true}}};
  for (const Case& each : cases) {
    CAPTURE(each.place, each.time);
    const TimeInterval interval{.minutes = {{9 * 60, 17 * 60}},
                                .weekdays = {{1, 5}},
                                .location = TimeZone::Find(each.place).value()};
    CHECK(interval.Contains(ParseRfc3339(each.time).value()) == each.inside);
  }
  for (const char* name : {"", "Mars", "europe/berlin", "../../etc/passwd", "Europe"}) {
    CAPTURE(name);
    CHECK_FALSE(TimeZone::Find(name));
  }
}

TEST_CASE("Zones are asked by several threads at once") {
  std::vector<std::jthread> threads;
  std::array<std::atomic<int64_t>, 4> sums{};
  for (std::atomic<int64_t>& sum : sums) {
    threads.emplace_back([&sum] {
      for (const char* name : {"Europe/Paris", "Asia/Tokyo", "America/Lima", "Africa/Cairo"}) {
        const TimeZone zone = TimeZone::Find(name).value();
        for (int hour = 0; hour < 9000; hour += 7) {
          const WallTime time = WallTime{std::chrono::hours{490'000 + hour}};
          sum += std::chrono::duration_cast<std::chrono::minutes>(zone.Shown(time) - time).count();
        }
      }
    });
  }
  threads.clear();
  CHECK(sums[0] != 0);
  CHECK((sums[0] == sums[1] && sums[1] == sums[2] && sums[2] == sums[3]));
}

TEST_CASE("Parts of the calendar are read, or refused with what is accepted") {
  struct Case {
    CalendarPart part{};
    std::string_view text{};
    std::optional<Span> span{};
  };

  const std::array<Case, 12> cases{{{CalendarPart::kWeekday, "Monday:friday", Span{1, 5}},
                                    {CalendarPart::kMonth, "january:3", Span{1, 3}},
                                    {CalendarPart::kDay, "-3:-1", Span{-3, -1}},
                                    {CalendarPart::kDay, "1:-1", Span{1, -1}},
                                    {CalendarPart::kYear, "2026", Span{2026, 2026}},
                                    {CalendarPart::kWeekday, "friday:monday", std::nullopt},
                                    {CalendarPart::kWeekday, "1", std::nullopt},
                                    {CalendarPart::kWeekday, "someday", std::nullopt},
                                    {CalendarPart::kWeekday, "", std::nullopt},
                                    {CalendarPart::kDay, "0", std::nullopt},
                                    {CalendarPart::kDay, "-1:3", std::nullopt},
                                    {CalendarPart::kMonth, "13", std::nullopt}}};
  for (const Case& each : cases) {
    CAPTURE(each.text);
    const auto read = ParseSpan(each.part, each.text);
    REQUIRE(static_cast<bool>(read) == each.span.has_value());
    CHECK((!read || *read == *each.span));
  }
}

TEST_CASE("Times of the day are read to the minute, and 24:00 is one") {
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
