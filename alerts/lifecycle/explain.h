#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "agent/model/rule_board.h"
#include "agent/model/unknown_scope.h"
#include "agent/promql/query.h"
#include "agent/series/queryable.h"

namespace klaxon::alerts {

/// All that a rule goes by. What is referred to outlives the explanation's making.
struct ExplainInput {
  const RuleBoard& board;
  const series::Queryable& series;
  UnknownScopesRef unknown{};  ///< never null
  WallTime now{};              ///< what queries see, and ages are counted from
  promql::QueryOptions query{};
};

/// For people, in lines: what the rules of that name see now, part by part with the text of each,
/// and why their alerts fire or do not. Error: kInvalid, there is no such rule; it tells which are
/// near.
Result<std::string> ExplainRule(std::string_view name, const ExplainInput& input);

}  // namespace klaxon::alerts
