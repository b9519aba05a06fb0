#include "alerts/notify/time_zone.h"

#include <date/tz.h>

#include <chrono>
#include <exception>

#include <fmt/format.h>

#include "agent/base/text.h"

namespace klaxon::notify {
namespace {

/// Reads the system's database, once. Behind a guard of our own, because the library's is compiled
/// into it: ThreadSanitizer does not see that one, and would tell of a race where none is.
void LoadDatabase() {
  [[maybe_unused]] static const date::tzdb& database = date::get_tzdb();
}

}  // namespace

Result<TimeZone> TimeZone::Find(std::string_view name) {
  TimeZone found;
  if (name == "UTC") {
    return found;
  }
  try {
    LoadDatabase();
    const date::time_zone* const zone =
        name == "Local" ? date::current_zone() : date::locate_zone(name);
    zone->get_info(date::sys_seconds{});  // reads its file: a damaged one is told now
    found.zone_ = zone;
    return found;
  } catch (const std::exception&) {
    return Error(Reason::kInvalid,
                 fmt::format("\"{}\" is no time zone of this machine; write one such as "
                             "Europe/Berlin, UTC or Local, and see that tzdata is installed",
                             Printable(name, 100)));
  }
}

WallTime TimeZone::Shown(WallTime time) const {
  if (zone_ == nullptr) {
    return time;
  }
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  return time + static_cast<const date::time_zone*>(zone_)->get_info(whole).offset;
}

}  // namespace klaxon::notify
