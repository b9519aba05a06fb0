#pragma once

#include <string_view>

#include "agent/base/clock.h"
#include "agent/base/result.h"

namespace klaxon::notify {

/// A time zone of the system's database (IANA's, package tzdata). A value; thread-safe.
class TimeZone {
 public:
  /// UTC.
  TimeZone() = default;

  /// By its name, such as "Europe/Berlin"; "Local" is that of this machine. Error: kInvalid.
  static Result<TimeZone> Find(std::string_view name);

  /// What clocks there show at `time`, as if it were UTC. As far as the database reaches (2037),
  /// with its changes of summer time; later, with the last offset.
  WallTime Shown(WallTime time) const;

  friend bool operator==(const TimeZone&, const TimeZone&) = default;

 private:
  const void* zone_ = nullptr;  // a date::time_zone, which lives as long as the program
};

}  // namespace klaxon::notify
