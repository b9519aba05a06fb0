#pragma once

#include <cstddef>
#include <unordered_map>
#include <vector>

#include "agent/base/clock.h"
#include "agent/promql/ast.h"
#include "alerts/lifecycle/recordings.h"
#include "alerts/rules/rule.h"

namespace klaxon::alerts {

/// How long a rule may see too little after what it looks at is known again: a rate has one sample
/// then, and what another group records was not recorded yet. Without it an alert would be resolved
/// by the end of an outage, and fire again right after.
class Settling {
 public:
  /// `interval`: of groups that have none of their own. The rules have to outlive it.
  Settling(const std::vector<rules::Group>& groups, Duration interval);

  /// How long an alert rule settles, from the slot of the first evaluation after the outage on.
  /// `outage`: how long it was unknown. Never more than 5 minutes for ranges, 5 for offsets, the
  /// longest interval of the groups whose recordings the rule reads, and one of its own.
  Duration After(Duration outage, const rules::Rule& rule) const;

 private:
  /// One look back, of a selector with the subqueries around it.
  struct Look {
    void Widen(Duration by, Duration back);

    /// An outage longer than half of it leaves so little in it that a rate may lack the second
    /// sample when the oldest has left: the outermost range, or how far an instant selector looks.
    Duration window{};
    Duration range{};   ///< how far it reaches back; zero: an instant selector
    Duration offset{};  ///< so much later it sees what is known again
  };

  /// Of what a rule reads.
  struct Needs {
    /// Each by itself: an outage may empty a short range and leave a wide one nearly full.
    std::vector<Look> looks{};
    Duration recorded{};  ///< until what it reads of other groups is recorded anew
    Duration slack{};     ///< so much before the first sample the slot may be that time counts from
  };

  /// What holds for all rules of a group.
  struct Place {
    size_t group = 0;
    Duration interval{};
  };

  using Reads = std::vector<const rules::Rule*>;

  Needs NeedsOf(const rules::Rule& rule) const;
  void Collect(const promql::Expr& expr, const Place& reader, Look around, Needs& needs,
               Reads& reads) const;

  Recordings recordings_{};
  std::unordered_map<const rules::Rule*, Place> places_{};
  std::unordered_map<const rules::Rule*, Needs> needs_{};  ///< of alerts
};

}  // namespace klaxon::alerts
