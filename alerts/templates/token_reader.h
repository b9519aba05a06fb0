#pragma once

#include <algorithm>
#include <optional>
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

  /// REQUIRES: the last token is kEnd.
  TokenReader(const Tree& tree, std::vector<Token> tokens)
      : tree_(tree), tokens_(std::move(tokens)) {}

  const std::optional<Error>& error() const { return error_; }

  const Token& Peek() const { return tokens_[next_]; }

  /// The one `distance` further on; the last one if there are not so many.
  const Token& PeekAt(size_t distance) const {
    return tokens_[std::min(next_ + distance, tokens_.size() - 1)];
  }

  Token Take() { return Peek().kind == Kind::kEnd ? Peek() : tokens_[next_++]; }

  bool TakeIf(Kind kind) {
    if (Peek().kind != kind) return false;
    Take();
    return true;
  }

  /// Whether the next action begins with that keyword.
  bool IsKeyword(std::string_view word) const {
    return Peek().kind == Kind::kOpen && PeekAt(1).kind == Kind::kWord && PeekAt(1).text == word;
  }

  void Fail(std::string_view what);

  /// The next token does not belong there.
  void FailUnexpected(std::string_view where);

 private:
  const Tree& tree_;
  std::vector<Token> tokens_;
  size_t next_ = 0;
  std::optional<Error> error_{};
};

}  // namespace klaxon::templates
