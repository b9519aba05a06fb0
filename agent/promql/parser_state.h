#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/promql/lexer.h"
#include "agent/promql/parser.h"

/// Shared by the parser's files; for .cc files of this folder only.
namespace klaxon::promql {

struct OperatorInfo {
  std::string_view text{};
  Operator op = Operator::kAdd;
  int precedence = 0;  ///< higher binds tighter
};

inline constexpr int kLowestPrecedence = 1;
inline constexpr int kPowerPrecedence = 6;

/// Recursive descent over the tokens. A function that fails notes the first mistake and returns
/// null or false; callers hand that on.
class ParserState {
 public:
  ParserState(std::string_view text, std::vector<Token> tokens)
      : text_(text), tokens_(std::move(tokens)) {}

  ExprPtr Whole();

  std::optional<Mistake>& mistake() { return mistake_; }

 private:
  using Mutable = std::unique_ptr<Expr>;

  // parser.cc: operators and what binds tighter.
  Mutable Expression(int lowest);
  Mutable Unary();
  Mutable Postfix();
  Mutable BinaryOf(Mutable left, const OperatorInfo& info, size_t operator_at);
  bool BinaryModifiers(Binary& binary);
  bool Grouping(Matching& matching);

  // parser_primary.cc: what operators stand between.
  Mutable Primary();
  Mutable Parenthesised();
  Mutable NumberToken(const Token& token);
  Mutable StringToken(const Token& token);
  Mutable Word();
  Mutable CallOf(const Token& name);
  Mutable AggregateOf(Aggregator op, const Token& name);
  bool AggregateLabels(Aggregate& aggregate);
  bool Arguments(std::vector<ExprPtr>& arguments);
  bool LabelList(std::vector<std::string>& labels);
  bool LabelName(std::string& label);

  // parser_selector.cc: selectors and their modifiers.
  Mutable SelectorOf(const Token& first);
  bool Matchers(Selector& selector);
  bool OneMatcher(Selector& selector);
  bool MatcherValue(Selector& selector, const std::string& label);
  bool AddMatcher(Selector& selector, series::MatchKind kind, std::string_view label,
                  const Token& value);
  Mutable RangeOf(Mutable of);
  Mutable SubqueryOf(Mutable of, int64_t range);
  bool Offset(Expr& expr);
  bool Anchor(Expr& expr);
  TimeShift* ShiftOf(Expr& expr, std::string_view modifier);
  std::optional<int64_t> Duration(std::string_view where, bool with_sign);

  // Tokens.
  const Token& Peek(size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }

  const Token& Next() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }

  /// Where the token ends that was taken last.
  size_t TakenUntil() const {
    return at_ == 0 ? 0 : tokens_[at_ - 1].offset + tokens_[at_ - 1].text.size();
  }

  bool Is(TokenKind kind) const { return Peek().kind == kind; }

  bool IsWord(std::string_view lower_case, size_t ahead = 0) const;

  bool Accept(TokenKind kind) { return Is(kind) && (Next(), true); }

  /// Else a mistake: unexpected X in `where`, expected `what`.
  bool Expect(TokenKind kind, std::string_view where, std::string_view what);

  // Results.
  std::nullptr_t Fail(size_t offset, std::string message);
  bool Refuse(size_t offset, std::string message);  ///< false, for functions that say whether
  bool Unexpected(std::string_view where, std::string_view expected);
  Mutable Made(size_t offset, ValueType type);
  /// Checks depth and types; every node passes here once its parts are there.
  Mutable Finished(Mutable expr);
  bool CheckTypes(const Expr& expr);
  bool CheckBinary(const Binary& binary, const Expr& expr);
  bool CheckMatching(const Binary& binary, const Expr& expr);
  bool CheckCall(const Call& call, const Expr& expr);
  bool CheckAggregate(const Aggregate& aggregate);
  bool CheckType(const Expr& expr, ValueType wanted, std::string_view where);

  std::string_view text_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
  int nesting_ = 0;
  std::optional<Mistake> mistake_{};
  // Lines are counted once, as the parser goes on.
  size_t line_begin_ = 0;
  size_t counted_to_ = 0;
  uint32_t line_ = 1;
};

/// The word in lower case: keywords are found whatever their case.
std::string LowerCase(std::string_view word);

std::optional<Aggregator> FindAggregator(std::string_view word);

/// Whether the operator takes a parameter before its operand.
bool HasParameter(Aggregator op);

}  // namespace klaxon::promql
