#include "alerts/lifecycle/board.h"

#include <string>
#include <utility>

namespace klaxon::alerts {
namespace {

TextPairs Pairs(const series::Labels& labels) {
  TextPairs pairs;
  for (const series::Label label : labels) {
    pairs.emplace_back(label.name, label.value);
  }
  return pairs;
}

TextPairs Pairs(const std::vector<rules::NamedText>& texts) {
  TextPairs pairs;
  for (const rules::NamedText& text : texts) {
    pairs.emplace_back(text.name, text.text);
  }
  return pairs;
}

BoardAlert Shown(const ActiveAlert& alert) {
  return {.labels = Pairs(alert.labels),
          .annotations = Pairs(alert.annotations),
          .phase = std::string(Name(alert.phase)),
          .value = alert.value,
          .active_since = alert.active_since,
          .fired_at = alert.fired_at,
          .resolved_at = alert.resolved_at,
          .keep_firing_since = alert.keep_firing_since,
          .unknown_since = alert.unknown_since,
          .unknown_why = alert.unknown_why};
}

BoardRule Shown(const RuleState& state) {
  const rules::Rule& rule = state.rule();
  const RuleReport& report = state.report();
  BoardRule shown{.alerts = rule.alerts,
                  .name = rule.name,
                  .expression = rule.expression,
                  .hold_for = rule.hold_for,
                  .keep_firing_for = rule.keep_firing_for,
                  .labels = Pairs(rule.labels),
                  .annotations = Pairs(rule.annotations),
                  .health = std::string(Name(report.health)),
                  .error = report.error,
                  .warnings = report.warnings,
                  .evaluated_at = report.evaluated_at,
                  .took = report.took,
                  .evaluations = report.evaluations,
                  .failures = report.failures};
  for (const auto& [labels, alert] : state.alerts()) {
    shown.active.push_back(Shown(alert));
  }
  return shown;
}

}  // namespace

RuleBoard BoardOf(const Engine& engine) {
  RuleBoard board;
  for (const GroupState* const state : engine.groups()) {
    const rules::Group& group = state->group();
    BoardGroup shown{.name = group.name,
                     .file = group.file,
                     .interval = engine.IntervalOf(group),
                     .query_offset = engine.QueryOffsetOf(group),
                     .limit = group.limit,
                     .evaluated_at = state->evaluated_at(),
                     .took = state->took(),
                     .missed = state->missed()};
    for (const RuleState& rule : state->rules()) {
      shown.rules.push_back(Shown(rule));
    }
    board.groups.push_back(std::move(shown));
  }
  return board;
}

}  // namespace klaxon::alerts
