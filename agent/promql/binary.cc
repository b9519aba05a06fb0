#include "agent/promql/binary.h"

#include <cmath>
#include <cstdlib>
#include <utility>

#include "agent/promql/matching.h"

namespace klaxon::promql {
namespace {

bool DropsName(const Binary& binary) {
  return !IsComparison(binary.op) || binary.returns_bool;
}

/// Every sample with the scalar. A comparison keeps the vector's value, wherever it stands.
Vector WithScalar(const Binary& binary, Vector vector, double scalar, bool scalar_is_left) {
  Vector result;
  result.reserve(vector.size());
  for (VectorSample& sample : vector) {
    const double own = sample.value;
    const Applied applied = scalar_is_left ? ApplyOperator(binary.op, scalar, own)
                                           : ApplyOperator(binary.op, own, scalar);
    if (!applied.kept && !binary.returns_bool) continue;
    sample.value = IsComparison(binary.op) ? own : applied.value;
    if (binary.returns_bool) sample.value = applied.kept ? 1 : 0;
    sample.drop_name = sample.drop_name || DropsName(binary);
    result.push_back(std::move(sample));
  }
  return result;
}

double Compared(const Binary& binary, const Applied& applied) {
  if (!binary.returns_bool) return applied.value;
  return applied.kept ? 1 : 0;
}

}  // namespace

Applied ApplyOperator(Operator op, double left, double right) {
  switch (op) {
    case Operator::kAdd:
      return {.value = left + right};
    case Operator::kSubtract:
      return {.value = left - right};
    case Operator::kMultiply:
      return {.value = left * right};
    case Operator::kDivide:
      return {.value = left / right};
    case Operator::kModulo:
      return {.value = std::fmod(left, right)};
    case Operator::kPower:
      return {.value = std::pow(left, right)};
    case Operator::kAtan2:
      return {.value = std::atan2(left, right)};
    case Operator::kEqual:
      return {.value = left, .kept = left == right};
    case Operator::kNotEqual:
      return {.value = left, .kept = left != right};
    case Operator::kLess:
      return {.value = left, .kept = left < right};
    case Operator::kLessEqual:
      return {.value = left, .kept = left <= right};
    case Operator::kGreater:
      return {.value = left, .kept = left > right};
    case Operator::kGreaterEqual:
      return {.value = left, .kept = left >= right};
    case Operator::kAnd:
    case Operator::kOr:
    case Operator::kUnless:
      break;  // between vectors only
  }
  std::abort();
}

Result<Value> ApplyBinary(const Binary& binary, Value left, Value right) {
  const double* const left_scalar = std::get_if<double>(&left);
  const double* const right_scalar = std::get_if<double>(&right);
  if (left_scalar != nullptr && right_scalar != nullptr) {
    return Value(Compared(binary, ApplyOperator(binary.op, *left_scalar, *right_scalar)));
  }
  if (left_scalar != nullptr) {
    return Value(WithScalar(binary, std::get<Vector>(std::move(right)), *left_scalar, true));
  }
  if (right_scalar != nullptr) {
    return Value(WithScalar(binary, std::get<Vector>(std::move(left)), *right_scalar, false));
  }
  Vector left_vector = std::get<Vector>(std::move(left));
  Vector right_vector = std::get<Vector>(std::move(right));
  if (IsSetOperator(binary.op)) {
    return Value(ApplySet(binary, std::move(left_vector), std::move(right_vector)));
  }
  Result<Vector> matched = ApplyMatched(binary, left_vector, right_vector);
  if (!matched) return matched.error();
  return Value(*std::move(matched));
}

}  // namespace klaxon::promql
