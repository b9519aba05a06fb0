#include "alerts/templates/lexer.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include <fmt/format.h>

namespace klaxon::templates {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";
constexpr std::string_view kOpenMark = "{{";
constexpr std::string_view kCloseMark = "}}";
constexpr std::string_view kOpenComment = "/*";
constexpr std::string_view kCloseComment = "*/";

bool IsSpace(char c) {
  return kSpaces.find(c) != std::string_view::npos;
}

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

/// Of a name. Every byte of a letter outside ASCII counts.
bool IsNameByte(char c) {
  return IsDigit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0xc3;
}

bool Continues(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80;
}

/// "U+0021 '!'", or without the character if it cannot be seen.
std::string CodePoint(std::string_view bytes) {
  const auto first = static_cast<unsigned char>(bytes[0]);
  if (first < 0x80) {
    return first > 0x20 && first < 0x7f ? fmt::format("U+{:04X} '{}'", first, bytes[0])
                                        : fmt::format("U+{:04X}", first);
  }
  uint32_t point = first >= 0xf0 ? first & 0x07U : first >= 0xe0 ? first & 0x0fU : first & 0x1fU;
  for (size_t i = 1; i < bytes.size() && i < 4 && Continues(bytes[i]); ++i)
    point = point << 6U | (static_cast<unsigned char>(bytes[i]) & 0x3fU);
  return fmt::format("U+{:04X}", point);
}

class Lexer {
 public:
  Lexer(std::string_view name, std::string_view text) : name_(name), text_(text) {}

  Result<std::vector<Token>> Read() {
    while (at_ < text_.size() && !error_)
      ReadText();
    if (error_) return *error_;
    tokens_.push_back({.kind = Token::Kind::kEnd, .at = text_.size()});
    return std::move(tokens_);
  }

 private:
  std::string_view rest() const { return text_.substr(at_); }

  void Fail(std::string_view what) { error_ = Mistake(name_, text_, at_, what); }

  void Add(Token::Kind kind, size_t length) {
    const bool spaced = at_ > 0 && IsSpace(text_[at_ - 1]);
    tokens_.push_back({kind, at_, text_.substr(at_, length), spaced});
    at_ += length;
  }

  /// Up to the next action, and that action.
  void ReadText() {
    const size_t open = std::min(text_.find(kOpenMark, at_), text_.size());
    std::string_view text = text_.substr(at_, open - at_);
    const std::string_view after = text_.substr(std::min(open + 2, text_.size()));
    const bool trims = after.size() > 1 && after[0] == '-' && IsSpace(after[1]);
    if (trims) text = text.substr(0, text.find_last_not_of(kSpaces) + 1);
    if (!text.empty()) tokens_.push_back({Token::Kind::kText, at_, text, false});
    at_ = open;
    if (open == text_.size()) return;
    if (after.substr(trims ? 2 : 0).starts_with(kOpenComment)) {
      at_ += trims ? 4 : 2;
      SkipComment();
      return;
    }
    Add(Token::Kind::kOpen, 2);
    if (trims) at_ += 2;
    ReadAction();
  }

  void SkipComment() {
    const size_t end = text_.find(kCloseComment, at_ + kOpenComment.size());
    if (end == std::string_view::npos) return Fail("unclosed comment");
    at_ = end + kCloseComment.size();
    if (!Close()) Fail("comment ends before closing delimiter");
  }

  /// Whether the action ends here; what follows a trimming end begins after its spaces.
  bool Close() {
    const bool trims = rest().size() > 3 && IsSpace(rest()[0]) && rest()[1] == '-' &&
                       rest().substr(2).starts_with(kCloseMark);
    if (!trims && !rest().starts_with(kCloseMark)) return false;
    at_ += trims ? 4 : 2;
    if (trims) at_ = std::min(text_.find_first_not_of(kSpaces, at_), text_.size());
    return true;
  }

  void ReadAction() {
    size_t parentheses = 0;
    while (!error_) {
      const size_t at = at_;
      if (Close()) {
        if (parentheses > 0) return Fail("unclosed left paren");
        tokens_.push_back({.kind = Token::Kind::kClose, .at = at});
        return;
      }
      if (rest().empty()) return Fail("unclosed action");
      if (rest()[0] == '(') ++parentheses;
      if (rest()[0] == ')' && parentheses-- == 0) return Fail("unexpected right paren");
      ReadToken();
    }
  }

  void ReadToken() {
    const char c = rest()[0];
    if (IsSpace(c)) {
      ++at_;
    } else if (rest().starts_with(":=")) {
      Add(Token::Kind::kDeclare, 2);
    } else if (c == '"' || c == '`' || c == '\'') {
      ReadQuoted(c);
    } else if (c == '$') {
      Add(Token::Kind::kVariable, 1 + NameLength(1));
    } else if (c == '.' && (rest().size() < 2 || !IsDigit(rest()[1]))) {
      const size_t length = NameLength(1);
      Add(length > 0 ? Token::Kind::kField : Token::Kind::kDot, 1 + length);
    } else if (c == '+' || c == '-' || c == '.' || IsDigit(c)) {
      ReadNumber();
    } else if (IsNameByte(c)) {
      Add(Token::Kind::kWord, NameLength(0));
    } else {
      ReadMark(c);
    }
  }

  void ReadMark(char c) {
    switch (c) {
      case '|':
        return Add(Token::Kind::kPipe, 1);
      case '=':
        return Add(Token::Kind::kAssign, 1);
      case ',':
        return Add(Token::Kind::kComma, 1);
      case '(':
        return Add(Token::Kind::kLeft, 1);
      case ')':
        return Add(Token::Kind::kRight, 1);
      default:
        return Fail("unrecognized character in action: " + CodePoint(rest()));
    }
  }

  size_t NameLength(size_t from) const {
    size_t length = 0;
    while (from + length < rest().size() &&
           (IsNameByte(rest()[from + length]) || (length > 0 && Continues(rest()[from + length]))))
      ++length;
    return length;
  }

  void ReadNumber() {
    size_t length = 1;
    while (length < rest().size()) {
      const char c = rest()[length];
      const char before = rest()[length - 1];
      const bool sign = (c == '+' || c == '-') &&
                        (before == 'e' || before == 'E' || before == 'p' || before == 'P');
      if (!IsNameByte(c) && c != '.' && !sign) break;
      ++length;
    }
    Add(Token::Kind::kNumber, length);
  }

  /// Up to the closing quote, or to where the text ends without one.
  size_t QuotedLength(char quote) const {
    const bool raw = quote == '`';
    size_t length = 1;
    while (length < rest().size() && rest()[length] != quote) {
      if (!raw && rest()[length] == '\n') break;
      length += !raw && rest()[length] == '\\' ? 2U : 1U;
    }
    return length;
  }

  void ReadQuoted(char quote) {
    const size_t length = QuotedLength(quote);
    if (length >= rest().size() || rest()[length] != quote) {
      return Fail(quote == '`'   ? "unterminated raw quoted string"
                  : quote == '"' ? "unterminated quoted string"
                                 : "unterminated character constant");
    }
    Add(quote == '\'' ? Token::Kind::kNumber : Token::Kind::kQuoted, length + 1);
  }

  std::string_view name_;
  std::string_view text_;
  size_t at_ = 0;
  std::vector<Token> tokens_{};
  std::optional<Error> error_{};
};

}  // namespace

Result<std::vector<Token>> Lex(std::string_view name, std::string_view text) {
  return Lexer(name, text).Read();
}

Error Mistake(std::string_view name, std::string_view text, size_t at, std::string_view what) {
  const std::string_view before = text.substr(0, std::min(at, text.size()));
  return {Reason::kInvalid, fmt::format("template: {}:{}: {}", name,
                                        1 + std::count(before.begin(), before.end(), '\n'), what)};
}

}  // namespace klaxon::templates
