#pragma once

#include <string>
#include <string_view>

#include "agent/base/clock.h"

namespace klaxon::templates {

/// A time in Go's layout language ("2006-01-02 15:04:05"), in UTC. What is no part of that language
/// stands for itself. Source: the documentation of Go's package time.
std::string Format(WallTime time, std::string_view layout);

/// "2015-06-23 13:19:44.128 +0000 UTC", as Go shows a time.
std::string ToString(WallTime time);

/// "1h30m0s", "1.5ms", as Go shows a duration.
std::string ToString(Duration duration);

}  // namespace klaxon::templates
