#include "agent/promql/ast.h"

#include <cstdlib>

#include "agent/promql/lexer.h"

namespace klaxon::promql {

std::string_view Name(ValueType type) {
  switch (type) {
    case ValueType::kScalar:
      return "scalar";
    case ValueType::kVector:
      return "instant vector";
    case ValueType::kMatrix:
      return "range vector";
    case ValueType::kString:
      return "string";
  }
  std::abort();
}

std::string_view Name(Operator op) {
  static constexpr std::string_view kNames[] = {"+",     "-",   "*",  "/",     "%",  "^",
                                                "atan2", "==",  "!=", "<",     "<=", ">",
                                                ">=",    "and", "or", "unless"};
  return kNames[static_cast<size_t>(op)];
}

bool IsComparison(Operator op) {
  return op >= Operator::kEqual && op <= Operator::kGreaterEqual;
}

bool IsSetOperator(Operator op) {
  return op >= Operator::kAnd;
}

std::vector<const Expr*> PartsOf(const Expr& expr) {
  std::vector<const Expr*> parts;
  if (const auto* const subquery = std::get_if<Subquery>(&expr.node)) {
    parts = {subquery->inner.get()};
  } else if (const auto* const unary = std::get_if<Unary>(&expr.node)) {
    parts = {unary->operand.get()};
  } else if (const auto* const binary = std::get_if<Binary>(&expr.node)) {
    parts = {binary->left.get(), binary->right.get()};
  } else if (const auto* const call = std::get_if<Call>(&expr.node)) {
    for (const ExprPtr& argument : call->arguments)
      parts.push_back(argument.get());
  } else if (const auto* const aggregate = std::get_if<Aggregate>(&expr.node)) {
    if (aggregate->parameter != nullptr) parts.push_back(aggregate->parameter.get());
    parts.push_back(aggregate->operand.get());
  }
  return parts;
}

std::string TextOf(const Expr& expr, std::string_view text) {
  std::string line;
  size_t end = expr.begin;
  for (const Token& token : Tokenize(text.substr(0, expr.end)).list) {
    if (token.offset < expr.begin || token.kind == TokenKind::kEnd) continue;
    const std::string_view between = text.substr(end, token.offset - end);
    const bool blank = between.find_first_not_of(' ') == std::string_view::npos;
    line += blank ? between : " ";
    line += token.text;
    end = token.offset + token.text.size();
  }
  return line;
}

void ForEachSelector(const Expr& expr, const std::function<void(const Selector&)>& visit) {
  if (const auto* const selector = std::get_if<Selector>(&expr.node)) visit(*selector);
  const std::vector<const Expr*> parts = PartsOf(expr);
  for (const Expr* const part : parts)
    ForEachSelector(*part, visit);
}

}  // namespace klaxon::promql
