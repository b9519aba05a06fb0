#include <algorithm>

#include <fmt/format.h>

#include "agent/promql/function_table.h"
#include "alerts/lifecycle/explained_parts.h"

namespace klaxon::alerts {
namespace {

std::string OfBinary(const ExplainedPart& part, const promql::Binary& binary) {
  const std::string& left = part.parts[0].text;
  const std::string& right = part.parts[1].text;
  switch (binary.op) {
    case promql::Operator::kAnd:
      return fmt::format("no series of `{}` has a partner in `{}`", left, right);
    case promql::Operator::kUnless:
      return fmt::format("every series of `{}` has a partner in `{}`", left, right);
    default:
      break;
  }
  const bool with_scalar = binary.left->type == promql::ValueType::kScalar ||
                           binary.right->type == promql::ValueType::kScalar;
  if (promql::IsComparison(binary.op) && with_scalar) {
    const size_t count = std::max(part.parts[0].count, part.parts[1].count);
    return fmt::format("`{}` is true of none of {} series", part.text, count);
  }
  return promql::IsComparison(binary.op)
             ? fmt::format("`{}` is true of no pair of series with the labels to match", part.text)
             : fmt::format("no labels of `{}` and `{}` match", left, right);
}

std::string OfCall(const ExplainedPart& part, const promql::Call& call) {
  if (call.function->name.starts_with("absent")) {
    return fmt::format("`{}` is there, so nothing is absent", part.parts[0].text);
  }
  return fmt::format("`{}` gives nothing for what it is given", part.text);
}

}  // namespace

std::string WhyEmpty(const ExplainedPart& part) {
  if (std::holds_alternative<promql::Selector>(part.expr->node)) {
    return fmt::format("no series of `{}` is there", part.text);
  }
  const auto* const binary = std::get_if<promql::Binary>(&part.expr->node);
  if (binary != nullptr && binary->op == promql::Operator::kOr && part.parts.size() == 2) {
    return fmt::format("{}; and {}", WhyEmpty(part.parts[0]), WhyEmpty(part.parts[1]));
  }
  // The right side of `unless` takes away: that it is empty is no reason.
  const size_t counted = binary != nullptr && binary->op == promql::Operator::kUnless
                             ? std::min<size_t>(part.parts.size(), 1)
                             : part.parts.size();
  for (size_t i = 0; i < counted; ++i) {
    if (part.parts[i].failed)
      return fmt::format("`{}` {}", part.parts[i].text, part.parts[i].value);
    if (part.parts[i].count == 0) return WhyEmpty(part.parts[i]);
  }
  if (binary != nullptr && part.parts.size() == 2) return OfBinary(part, *binary);
  const auto* const call = std::get_if<promql::Call>(&part.expr->node);
  if (call != nullptr && !part.parts.empty()) return OfCall(part, *call);
  return fmt::format("`{}` gives nothing", part.text);
}

}  // namespace klaxon::alerts
