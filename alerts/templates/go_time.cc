#include "alerts/templates/go_time.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

#include <fmt/format.h>

namespace klaxon::templates {
namespace {

constexpr std::array<std::string_view, 7> kDays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};

/// A moment, taken apart.
struct Fields {
  std::chrono::year_month_day date{};
  std::chrono::weekday weekday{};
  int64_t hour = 0;
  int64_t minute = 0;
  int64_t second = 0;
  int64_t nanosecond = 0;
};

Fields FieldsOf(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const int64_t rest = std::chrono::nanoseconds(time - day).count();
  constexpr int64_t kSecond = 1'000'000'000;
  return {.date = day,
          .weekday = std::chrono::weekday(day),
          .hour = rest / kSecond / 3600,
          .minute = rest / kSecond / 60 % 60,
          .second = rest / kSecond % 60,
          .nanosecond = rest % kSecond};
}

/// What one element of a layout shows.
using Show = std::string (*)(const Fields&);

struct Element {
  std::string_view text{};
  Show show = nullptr;
};

std::string_view MonthOf(const Fields& fields) {
  return kMonths.at(static_cast<unsigned>(fields.date.month()) - 1);
}

std::string_view DayOf(const Fields& fields) {
  return kDays.at(fields.weekday.c_encoding());
}

unsigned Month(const Fields& fields) {
  return static_cast<unsigned>(fields.date.month());
}

unsigned Day(const Fields& fields) {
  return static_cast<unsigned>(fields.date.day());
}

int Year(const Fields& fields) {
  return static_cast<int>(fields.date.year());
}

int64_t Hour12(const Fields& fields) {
  return fields.hour % 12 == 0 ? 12 : fields.hour % 12;
}

/// The longer of two that begin alike stands first.
constexpr std::array<Element, 27> kElements{{
    {"January", [](const Fields& f) { return std::string(MonthOf(f)); }},
    {"Jan", [](const Fields& f) { return std::string(MonthOf(f).substr(0, 3)); }},
    {"Monday", [](const Fields& f) { return std::string(DayOf(f)); }},
    {"Mon", [](const Fields& f) { return std::string(DayOf(f).substr(0, 3)); }},
    {"MST", [](const Fields&) { return std::string("UTC"); }},
    {"2006", [](const Fields& f) { return fmt::format("{:04}", Year(f)); }},
    {"06", [](const Fields& f) { return fmt::format("{:02}", Year(f) % 100); }},
    {"01", [](const Fields& f) { return fmt::format("{:02}", Month(f)); }},
    {"02", [](const Fields& f) { return fmt::format("{:02}", Day(f)); }},
    {"03", [](const Fields& f) { return fmt::format("{:02}", Hour12(f)); }},
    {"04", [](const Fields& f) { return fmt::format("{:02}", f.minute); }},
    {"05", [](const Fields& f) { return fmt::format("{:02}", f.second); }},
    {"15", [](const Fields& f) { return fmt::format("{:02}", f.hour); }},
    {"_2006", [](const Fields& f) { return fmt::format("_{:04}", Year(f)); }},
    {"_2", [](const Fields& f) { return fmt::format("{:2}", Day(f)); }},
    {"PM", [](const Fields& f) { return std::string(f.hour < 12 ? "AM" : "PM"); }},
    {"pm", [](const Fields& f) { return std::string(f.hour < 12 ? "am" : "pm"); }},
    {"-07:00", [](const Fields&) { return std::string("+00:00"); }},
    {"-0700", [](const Fields&) { return std::string("+0000"); }},
    {"-07", [](const Fields&) { return std::string("+00"); }},
    {"Z07:00", [](const Fields&) { return std::string("Z"); }},
    {"Z0700", [](const Fields&) { return std::string("Z"); }},
    {"1", [](const Fields& f) { return fmt::to_string(Month(f)); }},
    {"2", [](const Fields& f) { return fmt::to_string(Day(f)); }},
    {"3", [](const Fields& f) { return fmt::to_string(Hour12(f)); }},
    {"4", [](const Fields& f) { return fmt::to_string(f.minute); }},
    {"5", [](const Fields& f) { return fmt::to_string(f.second); }},
}};

/// Parts of a second: ".000" shows so many digits, ".999" so many without the zeros at the end.
struct Fraction {
  size_t length = 0;
  std::string shown{};
};

std::optional<Fraction> FractionAt(std::string_view layout, const Fields& fields) {
  if (layout.size() < 2 || (layout[0] != '.' && layout[0] != ',')) return std::nullopt;
  const char digit = layout[1];
  if (digit != '0' && digit != '9') return std::nullopt;
  size_t digits = 1;
  while (digits < 9 && 1 + digits < layout.size() && layout[1 + digits] == digit)
    ++digits;
  const size_t end = 1 + digits;
  if (end < layout.size() && layout[end] >= '0' && layout[end] <= '9') return std::nullopt;
  std::string shown = fmt::format("{:09}", fields.nanosecond).substr(0, digits);
  if (digit == '9') shown.erase(shown.find_last_not_of('0') + 1);
  if (!shown.empty()) shown.insert(shown.begin(), layout[0]);
  return Fraction{end, shown};
}

const Element* ElementAt(std::string_view layout) {
  for (const Element& element : kElements) {
    if (layout.starts_with(element.text)) return &element;
  }
  return nullptr;
}

/// "1.5" and the like: a fraction of `unit` without the zeros at its end.
std::string Decimal(int64_t nanoseconds, int64_t unit) {
  std::string text = fmt::to_string(nanoseconds / unit);
  const int64_t rest = nanoseconds % unit;
  if (rest == 0) return text;
  std::string fraction = fmt::to_string(unit + rest).substr(1);
  fraction.erase(fraction.find_last_not_of('0') + 1);
  return text + "." + fraction;
}

}  // namespace

std::string Format(WallTime time, std::string_view layout) {
  const Fields fields = FieldsOf(time);
  std::string text;
  while (!layout.empty()) {
    if (const std::optional<Fraction> fraction = FractionAt(layout, fields)) {
      text += fraction->shown;
      layout.remove_prefix(fraction->length);
    } else if (const Element* const element = ElementAt(layout)) {
      text += element->show(fields);
      layout.remove_prefix(element->text.size());
    } else {
      text += layout.front();
      layout.remove_prefix(1);
    }
  }
  return text;
}

std::string ToString(WallTime time) {
  return Format(time, "2006-01-02 15:04:05.999999999 -0700 MST");
}

std::string ToString(Duration duration) {
  constexpr int64_t kMicrosecond = 1'000;
  constexpr int64_t kMillisecond = 1'000'000;
  constexpr int64_t kSecond = 1'000'000'000;
  if (duration == Duration::min()) return "-2562047h47m16.854775808s";  // has no positive twin
  if (duration.count() < 0) return "-" + ToString(-duration);
  const int64_t count = duration.count();
  if (count == 0) return "0s";
  if (count < kMicrosecond) return fmt::format("{}ns", count);
  if (count < kMillisecond) return Decimal(count, kMicrosecond) + "\u00b5s";
  if (count < kSecond) return Decimal(count, kMillisecond) + "ms";
  const int64_t minutes = count / kSecond / 60;
  std::string text = Decimal(count - minutes * 60 * kSecond, kSecond) + "s";
  if (minutes > 0) text = fmt::format("{}m{}", minutes % 60, text);
  if (minutes >= 60) text = fmt::format("{}h{}", minutes / 60, text);
  return text;
}

}  // namespace klaxon::templates
