#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "agent/promql/function_table.h"
#include "agent/promql/numbers.h"
#include "agent/promql/parser_state.h"
#include "agent/promql/quoted.h"

namespace klaxon::promql {
namespace {

struct AggregatorName {
  std::string_view name{};
  Aggregator op = Aggregator::kSum;
};

constexpr AggregatorName kAggregators[] = {
    {"sum", Aggregator::kSum},           {"avg", Aggregator::kAvg},
    {"min", Aggregator::kMin},           {"max", Aggregator::kMax},
    {"count", Aggregator::kCount},       {"group", Aggregator::kGroup},
    {"stddev", Aggregator::kStddev},     {"stdvar", Aggregator::kStdvar},
    {"topk", Aggregator::kTopk},         {"bottomk", Aggregator::kBottomk},
    {"quantile", Aggregator::kQuantile}, {"count_values", Aggregator::kCountValues},
};

/// Words that cannot name a metric without quotes.
constexpr std::string_view kReserved[] = {"bool",       "on",          "ignoring",
                                          "group_left", "group_right", "atan2"};

}  // namespace

std::optional<Aggregator> FindAggregator(std::string_view word) {
  const auto* const found = std::ranges::find(kAggregators, LowerCase(word), &AggregatorName::name);
  return found == std::end(kAggregators) ? std::nullopt : std::optional(found->op);
}

bool HasParameter(Aggregator op) {
  return op >= Aggregator::kTopk;
}

ParserState::Mutable ParserState::Primary() {
  switch (Peek().kind) {
    case TokenKind::kLeftParen:
      return Parenthesised();
    case TokenKind::kLeftBrace:
      return SelectorOf(Peek());
    case TokenKind::kNumber:
    case TokenKind::kDuration:
      return NumberToken(Next());
    case TokenKind::kString:
      return StringToken(Next());
    case TokenKind::kIdentifier:
      return Word();
    default:
      Unexpected("", "");
      return nullptr;
  }
}

ParserState::Mutable ParserState::Parenthesised() {
  const size_t open = Next().offset;
  Mutable inner = Expression(kLowestPrecedence);
  if (inner == nullptr) return nullptr;
  if (Is(TokenKind::kEnd)) {
    return Fail(open, "unclosed left parenthesis");
  }
  if (!Expect(TokenKind::kRightParen, "", "\")\"")) return nullptr;
  inner->in_parentheses = true;
  inner->begin = open;
  return inner;
}

ParserState::Mutable ParserState::NumberToken(const Token& token) {
  std::optional<double> value;
  if (token.kind == TokenKind::kDuration) {
    const std::optional<int64_t> ms = ParseDurationMs(token.text);
    if (!ms) return Fail(token.offset, fmt::format("not a valid duration: \"{}\"", token.text));
    value = static_cast<double>(*ms) / 1000;
  } else {
    value = ParseNumber(token.text);
    if (!value) {
      return Fail(token.offset,
                  fmt::format("the number {} is out of range", token.text.substr(0, 60)));
    }
  }
  Mutable expr = Made(token.offset, ValueType::kScalar);
  expr->node = Number{*value};
  return expr;
}

ParserState::Mutable ParserState::StringToken(const Token& token) {
  Mutable expr = Made(token.offset, ValueType::kString);
  expr->node = Text{ScanQuoted(token.text).value};
  return expr;
}

ParserState::Mutable ParserState::Word() {
  const Token word = Peek();
  const std::string lower = LowerCase(word.text);
  const bool call = Peek(1).kind == TokenKind::kLeftParen;
  if (const auto aggregator = FindAggregator(word.text);
      aggregator && (call || IsWord("by", 1) || IsWord("without", 1))) {
    Next();
    return AggregateOf(*aggregator, word);
  }
  if (call) {
    Next();
    return CallOf(word);
  }
  if (lower == "inf" || lower == "nan") return NumberToken(Next());
  if (std::ranges::find(kReserved, lower) != std::end(kReserved)) {
    Unexpected("", "");
    return nullptr;
  }
  return SelectorOf(word);
}

ParserState::Mutable ParserState::CallOf(const Token& name) {
  const FunctionInfo* const function = FindFunction(name.text);
  if (function == nullptr) {
    const std::string_view why = WhyLeftOut(name.text);
    return Fail(name.offset, why.empty()
                                 ? fmt::format("unknown function with name \"{}\"", name.text)
                                 : fmt::format("the function \"{}\" {}", name.text, why));
  }
  Mutable expr = Made(name.offset, function->returns);
  Call call{.function = function};
  if (!Arguments(call.arguments)) return nullptr;
  expr->node = std::move(call);
  return Finished(std::move(expr));
}

ParserState::Mutable ParserState::AggregateOf(Aggregator op, const Token& name) {
  Mutable expr = Made(name.offset, ValueType::kVector);
  Aggregate aggregate{.op = op};
  const bool labels_first = !Is(TokenKind::kLeftParen);
  if (labels_first && !AggregateLabels(aggregate)) return nullptr;
  std::vector<ExprPtr> arguments;
  if (!Arguments(arguments)) return nullptr;
  if (!labels_first && (IsWord("by") || IsWord("without")) && !AggregateLabels(aggregate)) {
    return nullptr;
  }
  const size_t wanted = HasParameter(op) ? 2 : 1;
  if (arguments.empty()) {
    return Fail(name.offset, "no arguments for aggregate expression provided");
  }
  if (arguments.size() != wanted) {
    return Fail(name.offset, fmt::format("wrong number of arguments for aggregate expression "
                                         "provided, expected {}, got {}",
                                         wanted, arguments.size()));
  }
  aggregate.operand = std::move(arguments.back());
  if (wanted == 2) aggregate.parameter = std::move(arguments.front());
  expr->node = std::move(aggregate);
  return Finished(std::move(expr));
}

/// `by (a, b)` or `without (a, b)`.
bool ParserState::AggregateLabels(Aggregate& aggregate) {
  aggregate.without = IsWord("without");
  Next();
  return LabelList(aggregate.labels);
}

bool ParserState::Arguments(std::vector<ExprPtr>& arguments) {
  const size_t open = Peek().offset;
  if (!Expect(TokenKind::kLeftParen, "", "\"(\"")) return false;
  if (Accept(TokenKind::kRightParen)) return true;
  while (true) {
    if (Is(TokenKind::kEnd)) return Refuse(open, "unclosed left parenthesis");
    Mutable argument = Expression(kLowestPrecedence);
    if (argument == nullptr) return false;
    arguments.push_back(std::move(argument));
    if (Accept(TokenKind::kRightParen)) return true;
    if (Is(TokenKind::kEnd)) return Refuse(open, "unclosed left parenthesis");
    const size_t comma = Peek().offset;
    if (!Expect(TokenKind::kComma, "function call args", "\",\" or \")\"")) return false;
    if (Is(TokenKind::kRightParen)) {
      return Refuse(comma, "trailing commas not allowed in function call args");
    }
  }
}

bool ParserState::LabelList(std::vector<std::string>& labels) {
  if (!Expect(TokenKind::kLeftParen, "grouping opts", "\"(\"")) return false;
  while (!Accept(TokenKind::kRightParen)) {
    if (!LabelName(labels.emplace_back())) return false;
    if (Is(TokenKind::kRightParen)) continue;
    if (!Expect(TokenKind::kComma, "grouping opts", "\",\" or \")\"")) return false;
  }
  return true;
}

bool ParserState::LabelName(std::string& label) {
  if (Is(TokenKind::kString)) {
    label = ScanQuoted(Peek().text).value;
    if (label.empty() || !IsUtf8(label)) {
      return Refuse(Peek().offset, fmt::format("invalid label name {}", Peek().text));
    }
    Next();
    return true;
  }
  // "nan" and "inf" are numbers in any case, here as in Prometheus.
  if (!Is(TokenKind::kIdentifier) || IsWord("nan") || IsWord("inf")) {
    return Unexpected("grouping opts", "label");
  }
  label = Next().text;
  return true;
}

}  // namespace klaxon::promql
