#pragma once

#include <vector>

#include "agent/series/store.h"
#include "alerts/rules/rule.h"

namespace klaxon::alerts {

/// How far back the expressions of rules look, by metric: only what looks further than the newest
/// samples. Selectors that name no metric (`{__name__=~...}`) are left out: the store says in a
/// warning what it lacks for them.
series::Spans HistoryFor(const std::vector<rules::Group>& groups);

}  // namespace klaxon::alerts
