#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/promql/mistake.h"

namespace klaxon::promql {

enum class TokenKind {
  kEnd,
  kIdentifier,  ///< names of metrics (with colons), labels and functions, and all keywords
  kNumber,
  kDuration,
  kString,
  kLeftParen,
  kRightParen,
  kLeftBrace,
  kRightBrace,
  kLeftBracket,
  kRightBracket,
  kComma,
  kColon,
  kAssign,
  kMatch,
  kNotMatch,
  kAt,
  kOperator,  ///< + - * / % ^ == != < <= > >=
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  size_t offset = 0;
  std::string_view text{};  ///< as written; a view into the expression
};

struct Tokens {
  std::vector<Token> list{};  ///< the last one is kEnd
  std::optional<Mistake> mistake{};
};

/// The words of an expression, without spaces and comments. `text` outlives the tokens.
Tokens Tokenize(std::string_view text);

}  // namespace klaxon::promql
