#include "agent/series/unknown_match.h"

#include <algorithm>

namespace klaxon::series {
namespace {

/// Whether some series of the scope has a value of that label that satisfies `fits`.
template <class Fits>
bool HasValue(const UnknownScope& scope, std::string_view label, Fits fits) {
  for (const auto& [name, value] : scope.labels) {
    if (name == label) return fits(value);
  }
  return label != scope.split || std::ranges::any_of(scope.values, fits);
}

bool HasMetric(const UnknownScope& scope, std::string_view metric,
               std::span<const Matcher> matchers) {
  return std::ranges::any_of(scope.metrics, [&](std::string_view candidate) {
    if (!metric.empty() && candidate != metric) return false;
    return std::ranges::all_of(matchers, [&](const Matcher& matcher) {
      return matcher.name() != kMetricName || matcher.Matches(candidate);
    });
  });
}

}  // namespace

std::vector<const UnknownScope*> ScopesOf(std::string_view metric,
                                          std::span<const Matcher> matchers,
                                          const UnknownScopes& scopes) {
  std::vector<const UnknownScope*> found;
  for (const UnknownScope& scope : scopes) {
    const bool selected = HasMetric(scope, metric, matchers) &&
                          std::ranges::all_of(matchers, [&](const Matcher& matcher) {
                            return matcher.name() == kMetricName ||
                                   HasValue(scope, matcher.name(), [&](const std::string& value) {
                                     return matcher.Matches(value);
                                   });
                          });
    if (selected) found.push_back(&scope);
  }
  return found;
}

bool Concerns(const UnknownScope& scope, const Labels& labels) {
  return std::ranges::all_of(scope.labels,
                             [&](const auto& label) {
                               const std::string_view value = labels.Get(label.first);
                               return value.empty() || value == label.second;
                             }) &&
         (scope.split.empty() || HasValue(scope, scope.split, [&](const std::string& value) {
            const std::string_view given = labels.Get(scope.split);
            return given.empty() || given == value;
          }));
}

}  // namespace klaxon::series
