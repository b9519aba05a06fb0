#pragma once

#include <vector>

#include "agent/base/clock.h"
#include "agent/model/view.h"

namespace klaxon::analysis {

/// How many events a view remembers.
constexpr size_t kEventsKept = 1000;

/// The next view: the newest sections with what follows from them, and what changed since `view`.
/// `sections` in the order of the configuration, one for each source, null while it has published
/// none. Pure: the same arguments give the same view.
View Advance(const View& view, const std::vector<SectionRef>& sections, const Instant& now);

}  // namespace klaxon::analysis
