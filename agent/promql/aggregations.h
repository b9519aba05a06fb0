#pragma once

#include "agent/base/result.h"
#include "agent/promql/annotations.h"
#include "agent/promql/ast.h"
#include "agent/promql/value.h"

namespace klaxon::promql {

struct AggregateFrame {
  const Expr& expr;
  const Aggregate& aggregate;
  const Value& parameter;  ///< of topk, bottomk, quantile, count_values
  Annotations& annotations;
};

/// sum by (...) and its kin, at one time. Error: kInvalid for a parameter that cannot be.
Result<Vector> ApplyAggregate(const AggregateFrame& frame, Vector operand);

}  // namespace klaxon::promql
