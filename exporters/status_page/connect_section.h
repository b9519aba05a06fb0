#pragma once

#include <string>

#include "agent/model/view.h"

namespace klaxon::status_page {

/// What the page shows of one Connect cluster, as HTML: connectors, those in trouble first. Pure.
std::string ConnectSection(const ConnectPart& part, const Instant& now);

}  // namespace klaxon::status_page
