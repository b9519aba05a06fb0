#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "alerts/lifecycle/active_alert.h"
#include "alerts/lifecycle/rule_state.h"
#include "alerts/lifecycle/step.h"
#include "alerts/rules/rule.h"

namespace klaxon::alerts {

/// A group of rules in force. They are evaluated one after the other for the same time, and each
/// sees what those before it wrote.
class GroupState {
 public:
  explicit GroupState(rules::Group group);

  const rules::Group& group() const { return group_; }

  const std::vector<RuleState>& rules() const { return rules_; }

  /// Reads a clock; empty: nothing is measured.
  using Stopwatch = std::function<MonoTime()>;

  /// Evaluates all rules. The step's own query offset is replaced by the group's, if it has one.
  void Evaluate(const Step& step, const Stopwatch& stopwatch = {});

  std::optional<WallTime> evaluated_at() const { return evaluated_at_; }

  Duration took() const { return took_; }

  /// Evaluations that were left out because the one before took too long.
  uint64_t missed() const { return missed_; }

  /// So many were left out just now. Before the first evaluation it had not begun, so that nothing
  /// was missed.
  void Missed(uint64_t evaluations) { missed_ += evaluated_at_ ? evaluations : 0U; }

  std::vector<SavedAlert> Save() const;

  /// Its rules under the names by which others find them again.
  std::vector<std::pair<RuleIdentity, RuleState*>> NamedRules();

  /// It was evaluated when `before` was, and missed what it missed.
  void Continue(const GroupState& before);

 private:
  std::vector<RuleIdentity> Identities() const;

  rules::Group group_;
  std::vector<RuleState> rules_{};
  std::optional<WallTime> evaluated_at_{};
  Duration took_{};
  uint64_t missed_ = 0;
};

}  // namespace klaxon::alerts
