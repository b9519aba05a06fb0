#include "agent/promql/parser.h"

#include <algorithm>

#include <fmt/format.h>

#include "agent/promql/parser_state.h"

namespace klaxon::promql {
namespace {

/// From loose to tight; only ^ is right-associative.
constexpr OperatorInfo kOperators[] = {
    {"or", Operator::kOr, 1},           {"and", Operator::kAnd, 2},
    {"unless", Operator::kUnless, 2},   {"==", Operator::kEqual, 3},
    {"!=", Operator::kNotEqual, 3},     {"<", Operator::kLess, 3},
    {"<=", Operator::kLessEqual, 3},    {">", Operator::kGreater, 3},
    {">=", Operator::kGreaterEqual, 3}, {"+", Operator::kAdd, 4},
    {"-", Operator::kSubtract, 4},      {"*", Operator::kMultiply, 5},
    {"/", Operator::kDivide, 5},        {"%", Operator::kModulo, 5},
    {"atan2", Operator::kAtan2, 5},     {"^", Operator::kPower, kPowerPrecedence},
};

const OperatorInfo* OperatorAt(const Token& token) {
  if (token.kind != TokenKind::kOperator && token.kind != TokenKind::kIdentifier) return nullptr;
  const auto* const found =
      std::ranges::find(kOperators, LowerCase(token.text), &OperatorInfo::text);
  return found == std::end(kOperators) ? nullptr : found;
}

std::string Shown(const Token& token) {
  switch (token.kind) {
    case TokenKind::kEnd:
      return "end of input";
    case TokenKind::kIdentifier:
      return fmt::format("identifier \"{}\"", token.text);
    case TokenKind::kNumber:
      return fmt::format("number \"{}\"", token.text);
    case TokenKind::kDuration:
      return fmt::format("duration \"{}\"", token.text);
    case TokenKind::kString:
      return fmt::format("string {}", token.text.substr(0, 60));
    default:
      return fmt::format("\"{}\"", token.text);
  }
}

}  // namespace

std::string LowerCase(std::string_view word) {
  std::string lower(word);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

Parsed Parse(std::string_view text) {
  Parsed parsed;
  if (text.size() > kLongestExpression) {
    parsed.mistake = MistakeAt(text, 0,
                               fmt::format("the expression has {} bytes, {} are allowed",
                                           text.size(), kLongestExpression));
    return parsed;
  }
  Tokens tokens = Tokenize(text);
  if (tokens.mistake) {
    parsed.mistake = std::move(tokens.mistake);
    return parsed;
  }
  ParserState state(text, std::move(tokens.list));
  parsed.expression = state.Whole();
  parsed.mistake = std::move(state.mistake());
  return parsed;
}

ExprPtr ParserState::Whole() {
  if (Is(TokenKind::kEnd)) return Fail(0, "no expression found in input");
  Mutable expr = Expression(kLowestPrecedence);
  if (expr == nullptr) return nullptr;
  if (!Is(TokenKind::kEnd)) {
    Unexpected("", "");
    return nullptr;
  }
  return expr;
}

ParserState::Mutable ParserState::Expression(int lowest) {
  if (++nesting_ > kDeepest) {
    return Fail(Peek().offset, fmt::format("nested more than {} levels deep", kDeepest));
  }
  Mutable left = Unary();
  while (left != nullptr) {
    const OperatorInfo* const info = OperatorAt(Peek());
    if (info == nullptr || info->precedence < lowest) break;
    const size_t operator_at = Next().offset;
    left = BinaryOf(std::move(left), *info, operator_at);
  }
  --nesting_;
  return left;
}

ParserState::Mutable ParserState::Unary() {
  if (Peek().text != "-" && Peek().text != "+") return Postfix();
  const Token sign = Next();
  Mutable operand = Expression(kPowerPrecedence);
  if (operand == nullptr) return nullptr;
  const ValueType type = operand->type;
  if (type != ValueType::kScalar && type != ValueType::kVector) {
    return Fail(sign.offset, fmt::format("unary expression only allowed on expressions of type "
                                         "scalar or instant vector, got \"{}\"",
                                         Name(type)));
  }
  Mutable expr = Made(sign.offset, type);
  expr->end = operand->end;
  expr->node = promql::Unary{.negative = sign.text == "-", .operand = std::move(operand)};
  return Finished(std::move(expr));
}

ParserState::Mutable ParserState::Postfix() {
  Mutable expr = Primary();
  while (expr != nullptr) {
    expr->end = TakenUntil();
    if (Is(TokenKind::kLeftBracket)) {
      expr = RangeOf(std::move(expr));
    } else if (IsWord("offset")) {
      if (!Offset(*expr)) return nullptr;
    } else if (Is(TokenKind::kAt)) {
      if (!Anchor(*expr)) return nullptr;
    } else {
      break;
    }
  }
  return expr;
}

ParserState::Mutable ParserState::BinaryOf(Mutable left, const OperatorInfo& info,
                                           size_t operator_at) {
  Binary binary{.op = info.op};
  if (IsSetOperator(info.op)) binary.matching.cardinality = Matching::Cardinality::kManyToMany;
  if (!BinaryModifiers(binary)) return nullptr;
  if (binary.returns_bool && !IsComparison(info.op)) {
    return Fail(operator_at, "bool modifier can only be used on comparison operators");
  }
  const bool right_associative = info.op == Operator::kPower;
  Mutable right = Expression(right_associative ? info.precedence : info.precedence + 1);
  if (right == nullptr) return nullptr;
  const bool scalars = left->type == ValueType::kScalar && right->type == ValueType::kScalar;
  if (scalars && IsComparison(info.op) && !binary.returns_bool) {
    return Fail(operator_at, "comparisons between scalars must use BOOL modifier");
  }
  Mutable expr = Made(left->offset, scalars ? ValueType::kScalar : ValueType::kVector);
  expr->line = left->line;
  expr->column = left->column;
  expr->begin = left->begin;
  expr->end = right->end;
  binary.left = std::move(left);
  binary.right = std::move(right);
  expr->node = std::move(binary);
  return Finished(std::move(expr));
}

bool ParserState::BinaryModifiers(Binary& binary) {
  if (IsWord("bool")) {
    Next();
    binary.returns_bool = true;
  }
  const bool on = IsWord("on");
  if (!on && !IsWord("ignoring")) return true;
  Next();
  binary.matching.on = on;
  return LabelList(binary.matching.labels) && Grouping(binary.matching);
}

bool ParserState::Grouping(Matching& matching) {
  const bool left = IsWord("group_left");
  if (!left && !IsWord("group_right")) return true;
  if (matching.cardinality == Matching::Cardinality::kManyToMany) {
    return Refuse(Peek().offset, "no grouping allowed for \"and\", \"or\" and \"unless\"");
  }
  Next();
  matching.cardinality =
      left ? Matching::Cardinality::kManyToOne : Matching::Cardinality::kOneToMany;
  return !Is(TokenKind::kLeftParen) || LabelList(matching.include);
}

bool ParserState::IsWord(std::string_view lower_case, size_t ahead) const {
  const Token& token = Peek(ahead);
  return token.kind == TokenKind::kIdentifier && LowerCase(token.text) == lower_case;
}

bool ParserState::Expect(TokenKind kind, std::string_view where, std::string_view what) {
  return Accept(kind) || Unexpected(where, what);
}

std::nullptr_t ParserState::Fail(size_t offset, std::string message) {
  if (!mistake_) mistake_ = MistakeAt(text_, offset, std::move(message));
  return nullptr;
}

bool ParserState::Refuse(size_t offset, std::string message) {
  Fail(offset, std::move(message));
  return false;
}

bool ParserState::Unexpected(std::string_view where, std::string_view expected) {
  return Refuse(Peek().offset,
                fmt::format("unexpected {}{}{}{}{}", Shown(Peek()), where.empty() ? "" : " in ",
                            where, expected.empty() ? "" : ", expected ", expected));
}

ParserState::Mutable ParserState::Made(size_t offset, ValueType type) {
  Mutable expr = std::make_unique<Expr>();
  expr->type = type;
  expr->offset = offset;
  expr->begin = offset;
  for (; counted_to_ < offset; ++counted_to_) {
    if (text_[counted_to_] != '\n') continue;
    ++line_;
    line_begin_ = counted_to_ + 1;
  }
  expr->line = line_;
  expr->column = static_cast<uint32_t>(offset - std::min(offset, line_begin_) + 1);
  return expr;
}

ParserState::Mutable ParserState::Finished(Mutable expr) {
  const std::vector<const Expr*> parts = PartsOf(*expr);
  for (const Expr* const part : parts)
    expr->depth = std::max(expr->depth, part->depth + 1);
  if (expr->depth > kDeepest) {
    return Fail(expr->offset, fmt::format("nested more than {} levels deep", kDeepest));
  }
  return CheckTypes(*expr) ? std::move(expr) : nullptr;
}

}  // namespace klaxon::promql
