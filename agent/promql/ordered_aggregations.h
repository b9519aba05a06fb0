#pragma once

#include <vector>

#include "agent/base/result.h"
#include "agent/promql/aggregations.h"

namespace klaxon::promql {

/// topk and bottomk: whole samples, the best first within each group. NaN comes last in both.
Result<Vector> TopOf(const AggregateFrame& frame, Vector operand);

Result<Vector> QuantileOf(const AggregateFrame& frame, const Vector& operand);

/// Error: kInvalid when the parameter is no label's name.
Result<Vector> CountValues(const AggregateFrame& frame, const Vector& operand);

/// The q-quantile of values, linear between neighbours; NaN counts as the smallest. -Inf and +Inf
/// for q outside [0, 1]; NaN without values or with q NaN.
double Quantile(double q, std::vector<double> values);

/// Warns of a q that is no number in [0, 1].
void CheckQuantile(double q, const Expr& at, Annotations& annotations);

}  // namespace klaxon::promql
