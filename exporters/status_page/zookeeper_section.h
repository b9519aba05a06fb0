#pragma once

#include <string>
#include <vector>

#include "agent/model/view.h"
#include "exporters/status_page/links.h"
#include "exporters/status_page/trouble.h"

namespace klaxon::status_page {

/// What the page shows of one ZooKeeper ensemble, as HTML: servers, those in trouble first. Pure.
std::string ZookeeperSection(const ZookeeperPart& part, const PlatformLinks& links,
                             const Instant& now);

/// What is wrong with it. Servers that are silent are not in it: polling tells them. Pure.
std::vector<Trouble> ZookeeperTroubles(const ZookeeperPart& part, const Instant& now);

}  // namespace klaxon::status_page
