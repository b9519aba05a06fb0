#pragma once

#include <string>
#include <vector>

#include "agent/model/view.h"
#include "exporters/status_page/links.h"
#include "exporters/status_page/trouble.h"

namespace klaxon::status_page {

/// What the page shows of one schema registry, as HTML: its nodes, and the subjects that changed or
/// need a look. Pure.
std::string RegistrySection(const SchemaRegistryPart& part, const PlatformLinks& links,
                            const Instant& now);

/// What is wrong with it. Pure.
std::vector<Trouble> RegistryTroubles(const SchemaRegistryPart& part, const Instant& now);

}  // namespace klaxon::status_page
