#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "agent/model/unknown_scope.h"
#include "agent/series/labels.h"
#include "agent/series/matcher.h"

/// Which of the things that are unknown concern a rule, and which of its alerts.
namespace klaxon::series {

/// The scopes that hold a series which a selector could select. `metric`: empty if the matchers
/// alone say it. They live as long as `scopes`.
std::vector<const UnknownScope*> ScopesOf(std::string_view metric,
                                          std::span<const Matcher> matchers,
                                          const UnknownScopes& scopes);

/// Whether a result with these labels could be made of a series of the scope: no label that both
/// have differs. `labels` are those that the expression gave, not those that a rule adds.
bool Concerns(const UnknownScope& scope, const Labels& labels);

}  // namespace klaxon::series
