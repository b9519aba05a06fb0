#include "alerts/lifecycle/settling.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <variant>

namespace klaxon::alerts {
namespace {

/// Longer windows are mostly full again of what was there before, or ask for what people know.
constexpr Duration kLongest = std::chrono::minutes{5};

/// How far back an instant selector looks for a sample (promql::QueryOptions::lookback).
constexpr Duration kLookback = std::chrono::minutes{5};

Duration BackOf(const promql::TimeShift& shift) {
  return std::chrono::milliseconds(std::max<int64_t>(shift.offset.value_or(0), 0));
}

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
  Needs needs{.slack = std::min(places_.at(&rule).interval, kLongest)};
  LookAtAll(rule, [&](const rules::Rule& reader) {
    Reads reads;
    Collect(*reader.parsed, places_.at(&reader), {}, needs, reads);
    return reads;
  });
  return needs;
}

void Settling::Collect(const promql::Expr& expr, const Place& reader, Look around, Needs& needs,
                       Reads& reads) const {
  if (const auto* const selector = std::get_if<promql::Selector>(&expr.node)) {
    around.Widen(std::chrono::milliseconds(selector->range), BackOf(selector->shift));
    if (around.range == Duration::zero()) around.window = kLookback;
    if (around.range + around.offset > Duration::zero()) needs.looks.push_back(around);
    for (const rules::Rule* const recording : recordings_.ReadBy(*selector)) {
      const Place& place = places_.at(recording);
      if (place.group != reader.group) needs.recorded = std::max(needs.recorded, place.interval);
      reads.push_back(recording);
    }
  } else if (const auto* const subquery = std::get_if<promql::Subquery>(&expr.node)) {
    around.Widen(std::chrono::milliseconds(subquery->range), BackOf(subquery->shift));
  }
  for (const promql::Expr* const part : promql::PartsOf(expr)) {
    Collect(*part, reader, around, needs, reads);
  }
}

Duration Settling::After(Duration outage, const rules::Rule& rule) const {
  const auto found = needs_.find(&rule);
  if (found == needs_.end()) return Duration::zero();
  const Needs& needs = found->second;
  Duration empty{};
  for (const Look& look : needs.looks) {
    if (outage <= look.window / 2) continue;
    empty = std::max(empty, std::min(look.range, kLongest) + std::min(look.offset, kLongest));
  }
  const Duration settles = empty + needs.recorded;
  return settles == Duration::zero() ? settles : settles + needs.slack;
}

void Settling::Look::Widen(Duration by, Duration back) {
  if (window == Duration::zero()) window = by;
  range += by;
  offset += back;
}

}  // namespace klaxon::alerts
