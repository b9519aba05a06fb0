#include "alerts/notify/time_interval.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "agent/base/text.h"

namespace klaxon::notify {
namespace {

constexpr std::array<std::string_view, 7> kWeekdays{"sunday",   "monday", "tuesday", "wednesday",
                                                    "thursday", "friday", "saturday"};
constexpr std::array<std::string_view, 13> kMonths{
    "",     "january", "february",  "march",   "april",    "may",     "june",
    "july", "august",  "september", "october", "november", "december"};

struct PartRange {
  int least = 0;
  int most = 0;
  std::span<const std::string_view> names{};
  std::string_view accepted{};
};

PartRange RangeOf(CalendarPart part) {
  switch (part) {
    case CalendarPart::kWeekday:
      return {0, 6, kWeekdays, "a weekday such as monday, or monday:friday"};
    case CalendarPart::kDay:
      return {-31, 31, {}, "a day of the month such as 1, 1:5 or -3:-1"};
    case CalendarPart::kMonth:
      return {1, 12, kMonths, "a month such as january, 1 or january:march"};
    case CalendarPart::kYear:
      return {1970, 9999, {}, "a year such as 2026, or 2026:2028"};
  }
  std::abort();
}

std::optional<int> WholeNumber(std::string_view text) {
  int number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc{} && read.ptr == end ? std::optional(number) : std::nullopt;
}

std::optional<int> OneOf(const PartRange& range, CalendarPart part, std::string_view text) {
  std::string lower(Trim(text));
  std::ranges::transform(lower, lower.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  for (size_t i = 0; i < range.names.size(); ++i) {
    if (!range.names[i].empty() && range.names[i] == lower) {
      return static_cast<int>(i);
    }
  }
  const std::optional<int> number =
      part == CalendarPart::kWeekday ? std::nullopt : WholeNumber(lower);
  const bool good = number && *number >= range.least && *number <= range.most &&
                    !(part == CalendarPart::kDay && *number == 0);
  return good ? number : std::nullopt;
}

bool InOne(const std::vector<Span>& spans, int value) {
  return spans.empty() || std::ranges::any_of(spans, [&](const Span& span) {
           return value >= span.first && value <= span.last;
         });
}

/// Days count from either end of a month; what lies outside of it is cut off.
bool InDays(const std::vector<Span>& spans, int day, int last_day) {
  const auto from_start = [&](int number) { return number < 0 ? last_day + 1 + number : number; };
  return spans.empty() || std::ranges::any_of(spans, [&](const Span& span) {
           const int first = std::max(from_start(span.first), 1);
           const int last = std::min(from_start(span.last), last_day);
           return day >= first && day <= last;
         });
}

bool InMinutes(const std::vector<Span>& spans, int minute) {
  return spans.empty() || std::ranges::any_of(spans, [&](const Span& span) {
           return minute >= span.first && minute < span.last;
         });
}

}  // namespace

bool TimeInterval::Contains(WallTime moment) const {
  using std::chrono::floor;
  const WallTime time = location.Shown(moment);
  const auto day = floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const auto last = (date.year() / date.month() / std::chrono::last).day();
  const auto minute = std::chrono::duration_cast<std::chrono::minutes>(time - day).count();
  return InMinutes(minutes, static_cast<int>(minute)) &&
         InOne(weekdays, static_cast<int>(std::chrono::weekday(day).c_encoding())) &&
         InDays(days, static_cast<int>(static_cast<unsigned>(date.day())),
                static_cast<int>(static_cast<unsigned>(last))) &&
         InOne(months, static_cast<int>(static_cast<unsigned>(date.month()))) &&
         InOne(years, static_cast<int>(date.year()));
}

namespace {

/// The day of a month of 31 days: what is the wrong way round there is so in every month.
int InLongest(int number) {
  return number < 0 ? 32 + number : number;
}

}  // namespace

Result<Span> ParseSpan(CalendarPart part, std::string_view text) {
  const PartRange range = RangeOf(part);
  const size_t colon = text.find(':');
  const std::optional<int> first = OneOf(range, part, text.substr(0, colon));
  const std::optional<int> last =
      colon == std::string_view::npos ? first : OneOf(range, part, text.substr(colon + 1));
  if (!first || !last || (*first < 0 && *last > 0) || InLongest(*first) > InLongest(*last)) {
    return Error(Reason::kInvalid, fmt::format("\"{}\" is not {}, the first not after the last",
                                               Printable(text, 40), range.accepted));
  }
  return Span{.first = *first, .last = *last};
}

Result<int> ParseTimeOfDay(std::string_view text) {
  constexpr int kDayMinutes = 24 * 60;
  const bool shaped = text.size() == 5 && text[2] == ':';
  const std::optional<int> hour = shaped ? WholeNumber(text.substr(0, 2)) : std::nullopt;
  const std::optional<int> minute = shaped ? WholeNumber(text.substr(3)) : std::nullopt;
  const int total = hour && minute ? *hour * 60 + *minute : -1;
  if (!hour || !minute || *hour < 0 || *minute < 0 || *minute > 59 || total > kDayMinutes) {
    return Error(Reason::kInvalid,
                 fmt::format("\"{}\" is no time of the day such as 06:30; 24:00 is the last",
                             Printable(text, 40)));
  }
  return total;
}

}  // namespace klaxon::notify
