#include <algorithm>

#include <fmt/format.h>

#include "agent/promql/function_table.h"
#include "agent/promql/parser_state.h"

namespace klaxon::promql {

bool ParserState::CheckTypes(const Expr& expr) {
  if (const auto* const binary = std::get_if<Binary>(&expr.node)) return CheckBinary(*binary, expr);
  if (const auto* const call = std::get_if<Call>(&expr.node)) return CheckCall(*call, expr);
  const auto* const aggregate = std::get_if<Aggregate>(&expr.node);
  return aggregate == nullptr || CheckAggregate(*aggregate);
}

bool ParserState::CheckType(const Expr& expr, ValueType wanted, std::string_view where) {
  if (expr.type == wanted) return true;
  Fail(expr.offset,
       fmt::format("expected type {} in {}, got {}", Name(wanted), where, Name(expr.type)));
  return false;
}

bool ParserState::CheckBinary(const Binary& binary, const Expr& expr) {
  for (const Expr* const side : {binary.left.get(), binary.right.get()}) {
    if (side->type != ValueType::kScalar && side->type != ValueType::kVector) {
      Fail(side->offset, "binary expression must contain only scalar and instant vector types");
      return false;
    }
  }
  const bool vectors =
      binary.left->type == ValueType::kVector && binary.right->type == ValueType::kVector;
  if (vectors) return CheckMatching(binary, expr);
  if (!binary.matching.labels.empty()) {
    Fail(expr.offset, "vector matching only allowed between instant vectors");
    return false;
  }
  if (IsSetOperator(binary.op)) {
    Fail(expr.offset, fmt::format("set operator \"{}\" not allowed in binary scalar expression",
                                  Name(binary.op)));
    return false;
  }
  return true;
}

bool ParserState::CheckMatching(const Binary& binary, const Expr& expr) {
  const Matching& matching = binary.matching;
  if (!matching.on) return true;
  for (const std::string& label : matching.include) {
    if (std::ranges::find(matching.labels, label) != matching.labels.end()) {
      Fail(expr.offset,
           fmt::format("label \"{}\" must not occur in ON and GROUP clause at once", label));
      return false;
    }
  }
  return true;
}

bool ParserState::CheckCall(const Call& call, const Expr& expr) {
  const FunctionInfo& function = *call.function;
  const size_t most = function.arguments.size();
  const size_t got = call.arguments.size();
  const size_t least =
      most - static_cast<size_t>(function.optional) - (function.repeats_last ? 1 : 0);
  if (got < least || (got > most && !function.repeats_last)) {
    const std::string_view bound = least == most ? "" : got < least ? "at least " : "at most ";
    Fail(expr.offset, fmt::format("expected {}{} argument(s) in call to \"{}\", got {}", bound,
                                  got < least ? least : most, function.name, got));
    return false;
  }
  const std::string where = fmt::format("call to function \"{}\"", function.name);
  for (size_t i = 0; i < got; ++i) {
    if (!CheckType(*call.arguments[i], function.arguments[std::min(i, most - 1)], where)) {
      return false;
    }
  }
  return true;
}

bool ParserState::CheckAggregate(const Aggregate& aggregate) {
  if (aggregate.parameter != nullptr) {
    const ValueType wanted =
        aggregate.op == Aggregator::kCountValues ? ValueType::kString : ValueType::kScalar;
    if (!CheckType(*aggregate.parameter, wanted, "aggregation parameter")) return false;
  }
  return CheckType(*aggregate.operand, ValueType::kVector, "aggregation expression");
}

}  // namespace klaxon::promql
