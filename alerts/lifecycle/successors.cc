#include "alerts/lifecycle/successors.h"

namespace klaxon::alerts {

Successors::Successors(std::vector<std::pair<RuleIdentity, RuleState*>> rules) {
  for (auto& [identity, rule] : rules) {
    const bool alerts = rule->rule().alerts;
    alike_.try_emplace({alerts, identity.rule, identity.labels}, rule);
    same_.emplace(std::pair(alerts, std::move(identity)), rule);
  }
}

RuleState* Successors::Of(const RuleIdentity& before, bool alerts) const {
  if (const auto same = same_.find({alerts, before}); same != same_.end()) return same->second;
  const auto alike = alike_.find({alerts, before.rule, before.labels});
  return alike == alike_.end() ? nullptr : alike->second;
}

}  // namespace klaxon::alerts
