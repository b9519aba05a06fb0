#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/result.h"
#include "alerts/templates/lexer.h"
#include "alerts/templates/node.h"

namespace klaxon::templates {

/// The tokens of a template, one after the other. After the first mistake it is at their end, so
/// that nothing more is read.
class TokenReader {
 public:
  using Kind = Token::Kind;

  TokenReader(const Tree& tree, Tokens tokens)
      : tree_(tree), tokens_(std::move(tokens.all)), mistake_(std::move(tokens.mistake)) {}

  const std::optional<Error>& error() const { return error_; }

  const Token& Peek() const { return tokens_[next_]; }

  /// The one `distance` further on; the last one if there are not so many.
  const Token& PeekAt(size_t distance) const {
    return tokens_[std::min(next_ + distance, tokens_.size() - 1)];
  }

  /// The last one stays.
  Token Take() { return next_ + 1 == tokens_.size() ? Peek() : tokens_[next_++]; }

  bool TakeIf(Kind kind) {
    if (Peek().kind != kind) return false;
    Take();
    return true;
  }

  /// Nothing more can be read.
  bool AtEnd() const { return next_ + 1 == tokens_.size(); }

  /// Whether the next action begins with that keyword.
  bool IsKeyword(std::string_view word) const {
    return Peek().kind == Kind::kOpen && PeekAt(1).kind == Kind::kKeyword && PeekAt(1).text == word;
  }

  /// Of the next token.
  void Fail(std::string_view what) { FailAt(Peek().at, what); }

  /// Of what was taken from there.
  void FailAt(size_t at, std::string_view what);

  /// The next token does not belong there.
  void FailUnexpected(std::string_view where);

  /// An action begins or ends: what cannot be read says where the action began, if on another line.
  void BeginAction(const Token& open) { action_ = open.at; }

  void EndAction() { action_.reset(); }

 private:
  const Tree& tree_;
  std::vector<Token> tokens_;
  std::string mistake_;
  size_t next_ = 0;
  std::optional<size_t> action_{};
  std::optional<Error> error_{};
};

}  // namespace klaxon::templates
