#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/series/queryable.h"
#include "alerts/lifecycle/active_alert.h"
#include "alerts/lifecycle/group_state.h"
#include "alerts/lifecycle/step.h"
#include "alerts/lifecycle/successors.h"
#include "alerts/model/alert.h"
#include "alerts/rules/rule.h"

namespace klaxon::alerts {

struct EngineOptions {
  Duration interval = std::chrono::seconds{15};  ///< of groups that have none of their own
  Duration query_offset{};                       ///< likewise
  Surroundings surroundings{};
  /// The page that shows a rule; empty: alerts name none.
  std::function<std::string(const rules::Rule& rule)> address_of{};
};

/// When a group is next evaluated after `now`: a time of its own within its interval, the same
/// after every restart, so that groups do not all run at once (prometheus/rules/group.go).
WallTime NextSlot(const rules::Group& group, Duration interval, WallTime now);

/// All rules in force. One thread.
class Engine {
 public:
  explicit Engine(EngineOptions options);

  /// Replaces the rules. Those that stay go on as they were, also in another group or file; alerts
  /// of rules that went are resolved, and the series that they wrote end in `sink`.
  void Use(std::vector<rules::Group> groups, WallTime now, SampleSink& sink);

  /// For a change of the configuration.
  void SetOptions(EngineOptions options) { options_ = std::move(options); }

  /// Takes over what was saved before a restart. What fired goes on firing; the clock of what was
  /// pending stood still meanwhile, and an absence of more than an hour starts it anew. Both are
  /// unknown until their rules are evaluated, and settle as after an outage: since `kept_until`
  /// nothing is known of the series, and since the epoch where no history was kept. Where the
  /// options have no `settling`, nothing is unknown. After the first Use; later only with what
  /// fired.
  void Restore(SavedAlerts saved, WallTime now, WallTime kept_until = {});

  /// Evaluates the groups that are due. What rules write goes to `sink`, and must be seen in
  /// `series` at once. True: a group was due.
  bool EvaluateDue(WallTime now, const series::Queryable& series, SampleSink& sink,
                   const GroupState::Stopwatch& stopwatch = {});

  /// When the next group is due.
  std::optional<WallTime> NextDue() const;

  /// All that fire or were resolved less than 15 minutes ago, sorted by labels within their rule.
  /// Each set of labels once: what fires counts, not what the rule before it left.
  std::vector<Alert> Alerts() const;

  SavedAlerts Save(WallTime now) const;

  std::vector<const GroupState*> groups() const;

  Duration IntervalOf(const rules::Group& group) const {
    return group.interval.value_or(options_.interval);
  }

  Duration QueryOffsetOf(const rules::Group& group) const {
    return group.query_offset.value_or(options_.query_offset);
  }

  /// What is unknown from now on, for the evaluations to come.
  void SetUnknown(WhyUnknown unknown) { options_.surroundings.unknown = std::move(unknown); }

 private:
  struct Entry {
    GroupState state;
    WallTime due{};
  };

  Entry EntryFor(rules::Group group, const std::vector<Entry>& before, WallTime now) const;
  Successors RulesInForce();
  void Orphan(ActiveAlert alert, WallTime now);

  EngineOptions options_;
  std::vector<Entry> entries_{};
  std::vector<ActiveAlert> orphans_{};  ///< resolved because their rule went
};

}  // namespace klaxon::alerts
