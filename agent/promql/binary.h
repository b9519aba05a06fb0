#pragma once

#include "agent/base/result.h"
#include "agent/promql/ast.h"
#include "agent/promql/value.h"

namespace klaxon::promql {

struct Applied {
  double value = 0;
  bool kept = true;  ///< false: a comparison that does not hold
};

/// One operation on two numbers; of a comparison the left one is the value.
Applied ApplyOperator(Operator op, double left, double right);

/// An operation on scalars and vectors. Error: kInvalid when a match is not unique, in Prometheus'
/// words.
Result<Value> ApplyBinary(const Binary& binary, Value left, Value right);

}  // namespace klaxon::promql
