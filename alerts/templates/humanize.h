#pragma once

#include <string>

#include "agent/base/clock.h"
#include "agent/base/result.h"

/// Numbers for people, as Prometheus' functions of the same names write them.
namespace klaxon::templates {

std::string Humanize(double number);           ///< "1.235M", "120m"
std::string Humanize1024(double number);       ///< "1.177Mi"
std::string HumanizeDuration(double seconds);  ///< "1d 2h 3m 4s", "123.5ms"
std::string HumanizePercentage(double ratio);  ///< "12.35%"

/// The moment of a Unix time in seconds, to the millisecond.
/// Error: it is no number, or not within the years 1677 to 2262.
Result<WallTime> TimeOf(double unix_seconds);

}  // namespace klaxon::templates
