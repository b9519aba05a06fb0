#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/model/view.h"
#include "exporters/status_page/links.h"
#include "exporters/status_page/trouble.h"

namespace klaxon::status_page {

/// What the page shows of one Connect cluster, as HTML: its workers, and connectors, those in
/// trouble first. Pure.
std::string ConnectSection(const ConnectPart& part, const PlatformLinks& links, const Instant& now);

/// What is wrong with it. Workers that are silent are not in it: polling tells them. Pure.
std::vector<Trouble> ConnectTroubles(const ConnectPart& part, const Instant& now);

/// "FAILED", "on a lost worker", ...: behind the name of a connector or a task.
std::string_view InWords(ConnectFault fault);

}  // namespace klaxon::status_page
