#pragma once

#include <string>
#include <vector>

#include "agent/model/view.h"
#include "exporters/status_page/links.h"
#include "exporters/status_page/trouble.h"

namespace klaxon::status_page {

/// What the page shows of one REST proxy, as HTML: its nodes, those in trouble first. Pure.
std::string RestProxySection(const RestProxyPart& part, const PlatformLinks& links,
                             const Instant& now);

/// What is wrong with it. Pure.
std::vector<Trouble> RestProxyTroubles(const RestProxyPart& part, const Instant& now);

/// A listing of topics that took longer is slow; seconds.
constexpr double kSlowRestProxy = 1;

}  // namespace klaxon::status_page
