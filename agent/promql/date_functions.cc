#include <chrono>
#include <cmath>
#include <limits>

#include "agent/promql/functions.h"

namespace klaxon::promql {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

/// A Unix time in seconds, taken apart; UTC.
struct Moment {
  sys_days day{};
  year_month_day date{};
  int64_t second_of_day = 0;
};

using PartOfMoment = double (*)(const Moment&);

/// The part of each value, or of the time of the evaluation. NaN for what is no time within some
/// thousand years of ours.
template <PartOfMoment kPart>
Result<Value> DatePart(CallFrame& frame) {
  constexpr double kFurthest = 9e11;
  Vector result;
  if (frame.arguments.empty()) {
    result.push_back({.value = static_cast<double>(frame.time) / 1000});
  } else {
    result = std::get<Vector>(std::move(frame.arguments[0]));
  }
  for (VectorSample& sample : result) {
    sample.drop_name = true;
    if (!(std::abs(sample.value) < kFurthest)) {
      sample.value = std::numeric_limits<double>::quiet_NaN();
      continue;
    }
    const std::chrono::sys_seconds time{std::chrono::seconds(static_cast<int64_t>(sample.value))};
    const sys_days day = std::chrono::floor<days>(time);
    sample.value = kPart({.day = day, .date = day, .second_of_day = (time - day).count()});
  }
  return Value(std::move(result));
}

double Minute(const Moment& moment) {
  const int64_t minute = moment.second_of_day / 60 % 60;
  return static_cast<double>(minute);
}

double Hour(const Moment& moment) {
  const int64_t hour = moment.second_of_day / 3600;
  return static_cast<double>(hour);
}

double DayOfWeek(const Moment& moment) {
  return std::chrono::weekday(moment.day).c_encoding();
}

double DayOfMonth(const Moment& moment) {
  return static_cast<unsigned>(moment.date.day());
}

double DayOfYear(const Moment& moment) {
  const sys_days first{moment.date.year() / std::chrono::January / 1};
  return static_cast<double>((moment.day - first).count() + 1);
}

double DaysInMonth(const Moment& moment) {
  const auto last = moment.date.year() / moment.date.month() / std::chrono::last;
  return static_cast<unsigned>(last.day());
}

double Month(const Moment& moment) {
  return static_cast<unsigned>(moment.date.month());
}

double Year(const Moment& moment) {
  return static_cast<int>(moment.date.year());
}

constexpr Implemented kDates[] = {
    {"day_of_month", FrameFunction(DatePart<DayOfMonth>)},
    {"day_of_week", FrameFunction(DatePart<DayOfWeek>)},
    {"day_of_year", FrameFunction(DatePart<DayOfYear>)},
    {"days_in_month", FrameFunction(DatePart<DaysInMonth>)},
    {"hour", FrameFunction(DatePart<Hour>)},
    {"minute", FrameFunction(DatePart<Minute>)},
    {"month", FrameFunction(DatePart<Month>)},
    {"year", FrameFunction(DatePart<Year>)},
};

}  // namespace

std::span<const Implemented> DateFunctions() {
  return kDates;
}

}  // namespace klaxon::promql
