#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "agent/model/unknown_scope.h"
#include "agent/promql/ast.h"
#include "agent/series/labels.h"
#include "alerts/rules/rule.h"

namespace klaxon::alerts {

/// Which of the things that are unknown now a rule looks at, and which of its alerts they could
/// belong to. A rule that reads what another one records looks at what that one does. Left out are
/// selectors below absent() and absent_over_time(), which ask for just that, and those of klaxon_*,
/// which is never unknown.
class UnknownFacts {
 public:
  /// `rules` are all that are in force; they and `scopes` have to outlive it.
  UnknownFacts(const std::vector<const rules::Rule*>& rules, UnknownScopesRef scopes);

  /// `labels` are those of the alert.
  bool Concern(const rules::Rule& rule, const series::Labels& labels);

  using Scopes = std::set<const UnknownScope*>;

  /// All that a rule looks at.
  const Scopes& ScopesOf(const rules::Rule& rule);

 private:
  void Collect(const promql::Expr& expr, int depth, Scopes& found) const;

  UnknownScopesRef scopes_;
  std::multimap<std::string, const rules::Rule*, std::less<>> recording_{};
  std::map<const rules::Rule*, Scopes> known_{};
};

/// Labels whose values an expression makes up itself (label_replace, label_join, count_values).
std::set<std::string> MadeLabels(const promql::Expr& expr);

}  // namespace klaxon::alerts
