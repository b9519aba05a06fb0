#include "alerts/lifecycle/group_state.h"

#include <map>
#include <utility>

#include <fmt/format.h>

namespace klaxon::alerts {
namespace {

RuleIdentity IdentityIn(const rules::Group& group, const rules::Rule& rule) {
  RuleIdentity identity{.file = group.file, .group = group.name, .rule = rule.name};
  for (const rules::NamedText& label : rule.labels) {
    identity.labels +=
        fmt::format("{}:{}{}:{}", label.name.size(), label.name, label.text.size(), label.text);
  }
  return identity;
}

}  // namespace

GroupState::GroupState(rules::Group group) : group_(std::move(group)) {
  for (const std::shared_ptr<const rules::Rule>& rule : group_.rules) {
    rules_.emplace_back(rule);
  }
}

void GroupState::Evaluate(const Step& step, const Stopwatch& stopwatch) {
  const auto read = [&] { return stopwatch ? stopwatch() : MonoTime{}; };
  const Step own{.now = step.now,
                 .seen_at = step.seen_at,
                 .query_offset = group_.query_offset.value_or(step.query_offset),
                 .source = step.source,
                 .sink = step.sink,
                 .surroundings = step.surroundings};
  const MonoTime begin = read();
  MonoTime before = begin;
  for (RuleState& rule : rules_) {
    rule.Evaluate(own, group_.limit);
    const MonoTime after = read();
    rule.SetTook(after - before);
    before = after;
  }
  took_ = before - begin;
  evaluated_at_ = step.now;
}

std::vector<RuleIdentity> GroupState::Identities() const {
  std::vector<RuleIdentity> identities;
  std::map<RuleIdentity, int64_t> counts;
  for (const RuleState& state : rules_) {
    RuleIdentity identity = IdentityIn(group_, state.rule());
    identity.occurrence = counts[identity]++;
    identities.push_back(std::move(identity));
  }
  return identities;
}

std::vector<SavedAlert> GroupState::Save() const {
  std::vector<SavedAlert> saved;
  const std::vector<RuleIdentity> identities = Identities();
  for (size_t i = 0; i < rules_.size(); ++i) {
    for (const auto& [labels, alert] : rules_[i].alerts()) {
      saved.push_back({.rule = identities[i], .alert = alert});
    }
  }
  return saved;
}

std::vector<std::pair<RuleIdentity, RuleState*>> GroupState::NamedRules() {
  std::vector<std::pair<RuleIdentity, RuleState*>> named;
  std::vector<RuleIdentity> identities = Identities();
  for (size_t i = 0; i < rules_.size(); ++i) {
    named.emplace_back(std::move(identities[i]), &rules_[i]);
  }
  return named;
}

void GroupState::Continue(const GroupState& before) {
  evaluated_at_ = before.evaluated_at_;
  took_ = before.took_;
  missed_ = before.missed_;
}

}  // namespace klaxon::alerts
