#include "alerts/templates/token_reader.h"

#include <fmt/format.h>

#include "alerts/templates/literal.h"

namespace klaxon::templates {
namespace {

/// As Go shows an item.
std::string Shown(const Token& token) {
  using Kind = Token::Kind;
  if (token.kind == Kind::kClose) return "\"}}\"";
  if (token.kind == Kind::kKeyword || token.kind == Kind::kDot || token.text == "nil") {
    return fmt::format("<{}>", token.text);
  }
  constexpr size_t kLongest = 10;
  if (token.text.size() <= kLongest) return Quoted(token.text);
  return Quoted(token.text.substr(0, kLongest)) + "...";
}

size_t LineOf(std::string_view text, size_t at) {
  const std::string_view before = text.substr(0, at);
  return 1 + static_cast<size_t>(std::ranges::count(before, '\n'));
}

}  // namespace

void TokenReader::FailAt(size_t at, std::string_view what) {
  if (error_) return;
  error_ = Mistake(tree_.name, tree_.text, at, what);
  next_ = tokens_.size() - 1;
}

void TokenReader::FailUnexpected(std::string_view where) {
  if (Peek().kind == Kind::kEnd) return Fail("unexpected EOF");
  if (Peek().kind != Kind::kMistake) {
    return Fail(fmt::format("unexpected {} in {}", Shown(Peek()), where));
  }
  const size_t line = action_ ? LineOf(tree_.text, *action_) : 0;
  if (!action_ || line == LineOf(tree_.text, Peek().at)) return Fail(mistake_);
  // "unclosed action started at", not "unclosed action in action started at"
  const std::string_view in = mistake_.ends_with(" action") ? "" : " in action";
  Fail(fmt::format("{}{} started at {}:{}", mistake_, in, tree_.name, line));
}

}  // namespace klaxon::templates
