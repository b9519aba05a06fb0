#include "agent/promql/evaluator.h"

#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "agent/promql/aggregations.h"
#include "agent/promql/binary.h"
#include "agent/promql/functions.h"

namespace klaxon::promql {
namespace {

Vector TakeVector(Value&& value) {
  Vector* const vector = std::get_if<Vector>(&value);
  return vector == nullptr ? Vector{} : std::move(*vector);
}

}  // namespace

Result<Value> Evaluator::Evaluate(const Expr& expr, int64_t time) {
  if (!Spend(1)) return Spent();
  if (const auto* const number = std::get_if<Number>(&expr.node)) return Value(number->value);
  if (const auto* const text = std::get_if<Text>(&expr.node)) return Value(text->value);
  if (std::holds_alternative<Selector>(expr.node)) {
    Result<Vector> newest = SampleValues(expr, time);
    return newest ? Result<Value>(*std::move(newest)) : newest.error();
  }
  if (const auto* const unary = std::get_if<Unary>(&expr.node)) return EvaluateUnary(*unary, time);
  if (const auto* const binary = std::get_if<Binary>(&expr.node)) {
    return EvaluateBinary(*binary, time);
  }
  if (std::holds_alternative<Call>(expr.node)) return EvaluateCall(*this, expr, time);
  if (const auto* const aggregate = std::get_if<Aggregate>(&expr.node)) {
    return EvaluateAggregate(expr, *aggregate, time);
  }
  std::abort();  // a subquery is a range vector
}

Result<Value> Evaluator::EvaluateUnary(const Unary& unary, int64_t time) {
  Result<Value> value = Evaluate(*unary.operand, time);
  if (!value || !unary.negative) return value;
  if (double* const scalar = std::get_if<double>(&*value)) {
    *scalar = -*scalar;
    return value;
  }
  for (VectorSample& sample : std::get<Vector>(*value)) {
    sample.value = -sample.value;
    sample.drop_name = true;
  }
  return value;
}

Result<Value> Evaluator::EvaluateBinary(const Binary& binary, int64_t time) {
  Result<Value> left = Evaluate(*binary.left, time);
  if (!left) return left;
  Result<Value> right = Evaluate(*binary.right, time);
  if (!right) return right;
  return ApplyBinary(binary, *std::move(left), *std::move(right));
}

Result<Value> Evaluator::EvaluateAggregate(const Expr& expr, const Aggregate& aggregate,
                                           int64_t time) {
  Value parameter = 0.0;
  if (aggregate.parameter != nullptr) {
    Result<Value> given = Evaluate(*aggregate.parameter, time);
    if (!given) return given;
    parameter = *std::move(given);
  }
  Result<Value> operand = Evaluate(*aggregate.operand, time);
  if (!operand) return operand;
  Result<Vector> result = ApplyAggregate(
      {.expr = expr, .aggregate = aggregate, .parameter = parameter, .annotations = annotations_},
      TakeVector(*std::move(operand)));
  if (!result) return result.error();
  return Value(*std::move(result));
}

bool Evaluator::Spend(size_t samples) {
  constexpr size_t kAskEvery = 4096;
  spent_ += samples;
  if (options_.expired && spent_ - asked_at_ >= kAskEvery) {
    asked_at_ = spent_;
    expired_ = expired_ || options_.expired();
  }
  return !expired_ && spent_ <= options_.most_samples;
}

bool Evaluator::Hold(size_t samples) {
  held_ += samples;
  return held_ <= options_.most_held;
}

Error Evaluator::Spent() const {
  if (held_ > options_.most_held) {
    return {Reason::kRefused, fmt::format("the query would hold more than {} samples; ask for less "
                                          "series, a shorter span or a longer step",
                                          options_.most_held)};
  }
  if (expired_) return {Reason::kTimeout, "the query took too long"};
  return {Reason::kRefused, fmt::format("the query touches more than {} samples; ask for less "
                                        "series, a shorter span or a longer step",
                                        options_.most_samples)};
}

}  // namespace klaxon::promql
