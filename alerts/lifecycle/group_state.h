#pragma once

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

  std::vector<SavedAlert> Save() const;

  /// Its rules under the names by which others find them again.
  std::vector<std::pair<RuleIdentity, RuleState*>> NamedRules();

  /// It was evaluated when `before` was.
  void Continue(const GroupState& before);

 private:
  std::vector<RuleIdentity> Identities() const;

  rules::Group group_;
  std::vector<RuleState> rules_{};
  std::optional<WallTime> evaluated_at_{};
  Duration took_{};
};

}  // namespace klaxon::alerts
