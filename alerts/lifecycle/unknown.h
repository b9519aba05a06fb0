#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/model/unknown_scope.h"
#include "agent/promql/ast.h"
#include "agent/series/labels.h"
#include "alerts/lifecycle/recordings.h"
#include "alerts/rules/rule.h"

namespace klaxon::alerts {

/// Which of the things that are unknown now a rule looks at, and which of its alerts they could
/// belong to. A rule that reads what another one records looks at what that one does. Left out are
/// selectors below absent() and absent_over_time(), which ask for just that, and those of klaxon_*,
/// which is never unknown.
class UnknownFacts {
 public:
  /// Whether a recording rule has not been evaluated yet since the start: what it records lacks.
  using Waits = std::function<bool(const rules::Rule& recording)>;

  /// `rules` are all that are in force; they have to outlive it.
  UnknownFacts(const std::vector<const rules::Rule*>& rules, UnknownScopesRef scopes,
               Waits waits = {});

  /// Why some of them could belong to an alert with these labels, in words for people; nothing:
  /// none could.
  std::optional<std::string> Concern(const rules::Rule& rule, const series::Labels& labels);

  using Scopes = std::set<const UnknownScope*>;

  /// All that a rule looks at.
  const Scopes& ScopesOf(const rules::Rule& rule) { return FoundFor(rule).scopes; }

 private:
  /// What a rule looks at that is unknown.
  struct Found {
    Scopes scopes{};
    bool waits = false;  ///< a recording that it reads has not been made yet
  };

  using Reads = std::vector<const rules::Rule*>;

  void Collect(const promql::Expr& expr, Found& found, Reads& reads) const;
  const Found& FoundFor(const rules::Rule& rule);

  UnknownScopesRef scopes_;
  Waits waits_;
  Recordings recordings_{};
  std::map<const rules::Rule*, Found> known_{};
};

/// Labels whose values an expression makes up itself (label_replace, label_join, count_values).
std::set<std::string> MadeLabels(const promql::Expr& expr);

}  // namespace klaxon::alerts
