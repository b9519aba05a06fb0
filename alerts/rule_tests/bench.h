#pragma once

#include <string>
#include <vector>

#include "agent/promql/value.h"
#include "agent/series/memory_store.h"
#include "alerts/lifecycle/group_state.h"
#include "alerts/lifecycle/step.h"
#include "alerts/rule_tests/test_file.h"
#include "alerts/rules/rule.h"

namespace klaxon::rule_tests {

/// The rules of one test at work on its series, in a time of their own.
class Bench {
 public:
  /// `test` has to outlive it.
  Bench(const Test& test, const promql::QueryOptions& query,
        const std::vector<rules::Group>& groups);

  /// Evaluates all groups at a time after the start; times come in their order. What went wrong,
  /// one text a rule.
  std::vector<std::string> Evaluate(Duration at);

  /// The alerts of a name that fire now, of all groups.
  std::vector<ExpectedAlert> Firing(const std::string& alert) const;

  /// Error: the expression cannot be read, or cannot be evaluated.
  Result<promql::Vector> Ask(const std::string& expression, Duration at) const;

 private:
  class Sink;

  void LoadUntil(Duration at);

  const Test& test_;
  std::vector<alerts::GroupState> groups_{};
  series::MemoryStore store_{};
  alerts::Surroundings surroundings_{};
  size_t loaded_ = 0;  ///< values of every series
};

}  // namespace klaxon::rule_tests
