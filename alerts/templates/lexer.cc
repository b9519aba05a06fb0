#include "alerts/templates/lexer.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "alerts/templates/characters.h"
#include "alerts/templates/literal.h"

namespace klaxon::templates {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";
constexpr std::string_view kOpenMark = "{{";
constexpr std::string_view kCloseMark = "}}";
constexpr std::string_view kOpenComment = "/*";
constexpr std::string_view kCloseComment = "*/";

constexpr std::array<std::string_view, 10> kKeywords{
    "block", "break", "continue", "define", "else", "end", "if", "range", "template", "with"};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Tokens Read() {
    while (at_ < text_.size() && !failed())
      ReadText();
    if (!failed()) tokens_.all.push_back({.kind = Token::Kind::kEnd, .at = text_.size()});
    return std::move(tokens_);
  }

 private:
  std::string_view rest() const { return text_.substr(at_); }

  bool failed() const { return !tokens_.mistake.empty(); }

  void Fail(std::string_view what) {
    tokens_.mistake = what;
    tokens_.all.push_back({.kind = Token::Kind::kMistake, .at = at_});
  }

  void Add(Token::Kind kind, size_t length) {
    const bool spaced = at_ > 0 && IsSpace(text_[at_ - 1]);
    tokens_.all.push_back({kind, at_, text_.substr(at_, length), spaced});
    at_ += length;
  }

  /// Up to the next action, and that action.
  void ReadText() {
    const size_t open = std::min(text_.find(kOpenMark, at_), text_.size());
    std::string_view text = text_.substr(at_, open - at_);
    const std::string_view after = text_.substr(std::min(open + 2, text_.size()));
    const bool trims = after.size() > 1 && after[0] == '-' && IsSpace(after[1]);
    if (trims) text = text.substr(0, text.find_last_not_of(kSpaces) + 1);
    if (!text.empty()) tokens_.all.push_back({Token::Kind::kText, at_, text, false});
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
    while (!failed()) {
      const size_t at = at_;
      if (Close()) {
        if (parentheses > 0) return Fail("unclosed left paren");
        tokens_.all.push_back({.kind = Token::Kind::kClose, .at = at});
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
      AddName(Token::Kind::kVariable, 1 + NameLength(1));
    } else if (c == '.' && (rest().size() < 2 || !IsDigit(rest()[1]))) {
      const size_t length = NameLength(1);
      AddName(length > 0 || !EndsName(1) ? Token::Kind::kField : Token::Kind::kDot, 1 + length);
    } else if (c == '+' || c == '-' || c == '.' || IsDigit(c)) {
      ReadNumber();
    } else if (IsNameAt(text_, at_)) {
      const size_t length = NameLength(0);
      const bool keyword =
          std::ranges::find(kKeywords, rest().substr(0, length)) != kKeywords.end();
      AddName(keyword ? Token::Kind::kKeyword : Token::Kind::kWord, length);
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
      case ':':
        return Fail("expected :=");
      case '(':
        return Add(Token::Kind::kLeft, 1);
      case ')':
        return Add(Token::Kind::kRight, 1);
      default:
        if (c > 0x20 && c < 0x7f) return Add(Token::Kind::kCharacter, 1);
        return Fail("unrecognized character in action: " + CodePoint(rest()));
    }
  }

  /// Whether a name may end there.
  bool EndsName(size_t length) const {
    const std::string_view after = rest().substr(length);
    return after.empty() || IsSpace(after[0]) || after.starts_with(kCloseMark) ||
           std::string_view(".,|:)(").find(after[0]) != std::string_view::npos;
  }

  void AddName(Token::Kind kind, size_t length) {
    if (!EndsName(length)) return Fail("bad character " + CodePoint(rest().substr(length)));
    Add(kind, length);
  }

  size_t NameLength(size_t from) const {
    size_t length = 0;
    while (from + length < rest().size() &&
           (IsNameAt(rest(), from + length) || (length > 0 && Continues(rest()[from + length]))))
      ++length;
    return length;
  }

  void ReadNumber() {
    NumberScan scan = ScanNumber(rest());
    const std::string_view after = rest().substr(scan.length);
    if (scan.ends && (after.starts_with('+') || after.starts_with('-'))) {
      // 1+2i: there are no complex numbers here.
      scan = {.length = scan.length + ScanNumber(after).length, .ends = false};
    }
    if (!scan.ends) return Fail("bad number syntax: " + Quoted(rest().substr(0, scan.length)));
    Add(Token::Kind::kNumber, scan.length);
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

  std::string_view text_;
  size_t at_ = 0;
  Tokens tokens_{};
};

}  // namespace

Tokens Lex(std::string_view text) {
  return Lexer(text).Read();
}

Error Mistake(std::string_view name, std::string_view text, size_t at, std::string_view what) {
  const std::string_view before = text.substr(0, std::min(at, text.size()));
  return {Reason::kInvalid, fmt::format("template: {}:{}: {}", name,
                                        1 + std::count(before.begin(), before.end(), '\n'), what)};
}

}  // namespace klaxon::templates
