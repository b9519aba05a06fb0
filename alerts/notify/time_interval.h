#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "alerts/notify/time_zone.h"

namespace klaxon::notify {

/// Both ends belong to it.
struct Span {
  int first = 0;
  int last = 0;

  friend bool operator==(const Span&, const Span&) = default;
};

/// A part of the calendar of one place, in Alertmanager's terms (its configuration,
/// "time_interval_spec"). What is empty does not restrict. Pure.
struct TimeInterval {
  std::vector<Span> minutes{};   ///< of the day, the last one not included: 0 to 1440
  std::vector<Span> weekdays{};  ///< 0: Sunday
  std::vector<Span> days{};      ///< of the month, 1 to 31; -1 is its last day
  std::vector<Span> months{};    ///< 1 to 12
  std::vector<Span> years{};
  TimeZone location{};

  bool Contains(WallTime moment) const;

  friend bool operator==(const TimeInterval&, const TimeInterval&) = default;
};

enum class CalendarPart { kWeekday, kDay, kMonth, kYear };

/// Reads "monday:friday", "1:5", "-3:-1", "january:march", "2026". Error: kInvalid with what is
/// accepted.
Result<Span> ParseSpan(CalendarPart part, std::string_view text);

/// Minutes from midnight of "06:30", "24:00" at the latest. Error: kInvalid.
Result<int> ParseTimeOfDay(std::string_view text);

}  // namespace klaxon::notify
