#include "agent/promql/lexer.h"

#include <utility>

#include <fmt/format.h>

#include "agent/promql/numbers.h"
#include "agent/promql/quoted.h"

namespace klaxon::promql {
namespace {

bool IsNameStart(char c) {
  return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

struct Sign {
  std::string_view text{};
  TokenKind kind = TokenKind::kOperator;
};

/// Longer ones first, so that the first that fits is meant.
constexpr Sign kSigns[] = {
    {"==", TokenKind::kOperator},  {"=~", TokenKind::kMatch},      {"!=", TokenKind::kOperator},
    {"!~", TokenKind::kNotMatch},  {"<=", TokenKind::kOperator},   {">=", TokenKind::kOperator},
    {"=", TokenKind::kAssign},     {"<", TokenKind::kOperator},    {">", TokenKind::kOperator},
    {"+", TokenKind::kOperator},   {"-", TokenKind::kOperator},    {"*", TokenKind::kOperator},
    {"/", TokenKind::kOperator},   {"%", TokenKind::kOperator},    {"^", TokenKind::kOperator},
    {"(", TokenKind::kLeftParen},  {")", TokenKind::kRightParen},  {"{", TokenKind::kLeftBrace},
    {"}", TokenKind::kRightBrace}, {"[", TokenKind::kLeftBracket}, {"]", TokenKind::kRightBracket},
    {",", TokenKind::kComma},      {"@", TokenKind::kAt},
};

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  Tokens Run() {
    while (!mistake_ && SkipBlank())
      One();
    tokens_.push_back({.kind = TokenKind::kEnd, .offset = text_.size()});
    return {.list = std::move(tokens_), .mistake = std::move(mistake_)};
  }

 private:
  char At(size_t offset) const { return offset < text_.size() ? text_[offset] : '\0'; }

  /// False at the end.
  bool SkipBlank() {
    while (at_ < text_.size()) {
      if (text_[at_] == '#') {
        const size_t newline = text_.find('\n', at_);
        at_ = newline == std::string_view::npos ? text_.size() : newline;
      } else if (std::string_view(" \t\r\n").find(text_[at_]) == std::string_view::npos) {
        return true;
      } else {
        ++at_;
      }
    }
    return false;
  }

  void One() {
    const char c = text_[at_];
    if (in_brackets_ && c == ':') return Take(TokenKind::kColon, 1);
    if (IsNameStart(c) || c == ':') return Word();
    if (IsDigit(c) || (c == '.' && IsDigit(At(at_ + 1)))) return NumberOrDuration();
    if (c == '"' || c == '\'' || c == '`') return Quoted();
    SignOrMistake();
  }

  void SignOrMistake() {
    const std::string_view rest = text_.substr(at_);
    for (const Sign& sign : kSigns) {
      if (!rest.starts_with(sign.text)) continue;
      if (sign.kind == TokenKind::kLeftBracket) in_brackets_ = true;
      if (sign.kind == TokenKind::kRightBracket) in_brackets_ = false;
      return Take(sign.kind, sign.text.size());
    }
    Fail(at_, fmt::format("unexpected character: '{}'", FirstCharacter(rest)));
  }

  void Word() {
    size_t end = at_;
    while (IsNameStart(At(end)) || IsDigit(At(end)) || (At(end) == ':' && !in_brackets_))
      ++end;
    Take(TokenKind::kIdentifier, end - at_);
  }

  void NumberOrDuration() {
    const std::string_view rest = text_.substr(at_);
    if (const size_t length = NumberLength(rest); length > 0) {
      return Take(TokenKind::kNumber, length);
    }
    if (const size_t length = DurationLength(rest); length > 0) {
      return Take(TokenKind::kDuration, length);
    }
    size_t end = 0;
    while (end < rest.size() && (IsNameStart(rest[end]) || IsDigit(rest[end]) || rest[end] == '.'))
      ++end;
    Fail(at_, fmt::format("bad number or duration syntax: \"{}\"", rest.substr(0, end)));
  }

  void Quoted() {
    const QuotedText quoted = ScanQuoted(text_.substr(at_));
    if (!quoted.mistake.empty()) return Fail(at_ + quoted.mistake_at, quoted.mistake);
    Take(TokenKind::kString, quoted.length);
  }

  void Take(TokenKind kind, size_t length) {
    tokens_.push_back({.kind = kind, .offset = at_, .text = text_.substr(at_, length)});
    at_ += length;
  }

  void Fail(size_t offset, std::string message) {
    mistake_ = MistakeAt(text_, offset, std::move(message));
  }

  std::string_view text_;
  size_t at_ = 0;
  bool in_brackets_ = false;
  std::vector<Token> tokens_{};
  std::optional<Mistake> mistake_{};
};

}  // namespace

Tokens Tokenize(std::string_view text) {
  return Scanner(text).Run();
}

}  // namespace klaxon::promql
