#include "alerts/lifecycle/settling.h"

#include <algorithm>
#include <chrono>
#include <variant>

namespace klaxon::alerts {
namespace {

/// Longer windows are mostly full again of what was there before, or ask for what people know.
constexpr std::chrono::minutes kLongest{5};

}  // namespace

Settling::Settling(const std::vector<rules::Group>& groups, Duration interval) {
  for (size_t group = 0; group < groups.size(); ++group) {
    const Place place{.group = group, .interval = groups[group].interval.value_or(interval)};
    for (const auto& rule : groups[group].rules) {
      places_.emplace(rule.get(), place);
      recordings_.Add(*rule);
    }
  }
  for (const rules::Group& group : groups) {
    for (const auto& rule : group.rules) {
      if (rule->alerts) needs_.emplace(rule.get(), NeedsOf(*rule));
    }
  }
}

Settling::Needs Settling::NeedsOf(const rules::Rule& rule) const {
  Needs needs;
  LookAtAll(rule, [&](const rules::Rule& reader) {
    Reads reads;
    Collect(*reader.parsed, places_.at(&reader), needs, reads);
    return reads;
  });
  return needs;
}

void Settling::Collect(const promql::Expr& expr, const Place& reader, Needs& needs,
                       Reads& reads) const {
  if (const auto* const selector = std::get_if<promql::Selector>(&expr.node)) {
    needs.range = std::max<Duration>(needs.range, std::chrono::milliseconds(selector->range));
    for (const rules::Rule* const recording : recordings_.ReadBy(*selector)) {
      const Place& place = places_.at(recording);
      if (place.group != reader.group) needs.recorded = std::max(needs.recorded, place.interval);
      reads.push_back(recording);
    }
  } else if (const auto* const subquery = std::get_if<promql::Subquery>(&expr.node)) {
    needs.range = std::max<Duration>(needs.range, std::chrono::milliseconds(subquery->range));
  }
  for (const promql::Expr* const part : promql::PartsOf(expr)) {
    Collect(*part, reader, needs, reads);
  }
}

Duration Settling::After(Duration outage, const rules::Rule& rule) const {
  const auto found = needs_.find(&rule);
  if (found == needs_.end()) return Duration::zero();
  const Needs& needs = found->second;
  const Duration empty = outage <= needs.range / 2 ? Duration::zero() : needs.range;
  return std::min<Duration>(empty, kLongest) + needs.recorded;
}

}  // namespace klaxon::alerts
