#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/series/store.h"
#include "alerts/rules/rule.h"

namespace klaxon::alerts {

/// How far back rules look, by metric: only what looks further than the newest samples. Counted are
/// expressions, and the queries that stand as texts in templates. `query_offset`: of groups that
/// have none of their own. `metrics`: those that a selector without a plain name
/// (`{__name__=~...}`) is looked up in.
series::Spans HistoryFor(const std::vector<rules::Group>& groups, Duration query_offset = {},
                         const std::set<std::string, std::less<>>& metrics = {});

}  // namespace klaxon::alerts
