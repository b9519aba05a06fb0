#pragma once

#include "agent/base/result.h"
#include "agent/promql/ast.h"
#include "agent/promql/value.h"

namespace klaxon::promql {

/// and, or, unless.
Vector ApplySet(const Binary& binary, Vector left, Vector right);

/// Arithmetic and comparisons between the pairs that match. Error: kInvalid when a sample has more
/// than one partner where only one is allowed.
Result<Vector> ApplyMatched(const Binary& binary, const Vector& left, const Vector& right);

}  // namespace klaxon::promql
