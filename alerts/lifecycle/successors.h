#pragma once

#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "alerts/lifecycle/active_alert.h"
#include "alerts/lifecycle/rule_state.h"

namespace klaxon::alerts {

/// Which rule in force goes on with what one of before had: the same rule, else the first of the
/// same name and labels, in whatever file and group it stands now. So nobody is told that all is
/// well because a file was renamed.
class Successors {
 public:
  /// The rules outlive it.
  explicit Successors(std::vector<std::pair<RuleIdentity, RuleState*>> rules);

  /// Null: there is none. `alerts`: it is an alert rule, not a recording one.
  RuleState* Of(const RuleIdentity& before, bool alerts) const;

 private:
  std::map<std::pair<bool, RuleIdentity>, RuleState*> same_{};
  std::map<std::tuple<bool, std::string, std::string>, RuleState*> alike_{};
};

}  // namespace klaxon::alerts
