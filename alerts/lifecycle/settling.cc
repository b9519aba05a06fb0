#include "alerts/lifecycle/settling.h"

#include <algorithm>
#include <chrono>
#include <variant>

#include "alerts/lifecycle/unknown.h"

namespace klaxon::alerts {
namespace {

/// Longer windows are mostly full again of what was there before, or ask for what people know.
constexpr std::chrono::minutes kLongest{5};

}  // namespace

Settling::Settling(const std::vector<rules::Group>& groups, Duration interval) {
  for (size_t group = 0; group < groups.size(); ++group) {
    intervals_.push_back(groups[group].interval.value_or(interval));
    for (const auto& rule : groups[group].rules) {
      if (!rule->alerts) recording_.emplace(rule->name, Recording{rule.get(), group});
    }
  }
  for (size_t group = 0; group < groups.size(); ++group) {
    for (const auto& rule : groups[group].rules) {
      Collect(*rule->parsed, group, 0, needs_[rule.get()]);
    }
  }
}

void Settling::Collect(const promql::Expr& expr, size_t group, int depth, Needs& needs) const {
  if (depth > kDeepestRecording) return;
  if (const auto* const selector = std::get_if<promql::Selector>(&expr.node)) {
    needs.range = std::max<Duration>(needs.range, std::chrono::milliseconds(selector->range));
    const auto [first, last] = recording_.equal_range(selector->metric);
    for (auto found = first; found != last; ++found) {
      const Recording& recording = found->second;
      if (recording.group != group) {
        needs.recorded = std::max(needs.recorded, intervals_[recording.group]);
      }
      Collect(*recording.rule->parsed, recording.group, depth + 1, needs);
    }
  } else if (const auto* const subquery = std::get_if<promql::Subquery>(&expr.node)) {
    needs.range = std::max<Duration>(needs.range, std::chrono::milliseconds(subquery->range));
  }
  for (const promql::Expr* const part : promql::PartsOf(expr)) {
    Collect(*part, group, depth, needs);
  }
}

Duration Settling::After(Duration outage, const rules::Rule& rule) const {
  const auto found = needs_.find(&rule);
  if (found == needs_.end()) return Duration::zero();
  const Needs& needs = found->second;
  const Duration empty = outage < needs.range ? Duration::zero() : needs.range;
  return std::min<Duration>(empty, kLongest) + needs.recorded;
}

}  // namespace klaxon::alerts
