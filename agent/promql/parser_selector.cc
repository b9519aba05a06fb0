#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "agent/promql/numbers.h"
#include "agent/promql/parser_state.h"
#include "agent/promql/quoted.h"
#include "agent/series/labels.h"

namespace klaxon::promql {
namespace {

std::optional<series::MatchKind> MatchKindOf(const Token& token) {
  if (token.kind == TokenKind::kAssign) return series::MatchKind::kEqual;
  if (token.kind == TokenKind::kMatch) return series::MatchKind::kRegex;
  if (token.kind == TokenKind::kNotMatch) return series::MatchKind::kNotRegex;
  if (token.text == "!=") return series::MatchKind::kNotEqual;
  return std::nullopt;
}

constexpr std::string_view kMatching = "label matching";

}  // namespace

ParserState::Mutable ParserState::SelectorOf(const Token& first) {
  const Token begin = first;
  Mutable expr = Made(begin.offset, ValueType::kVector);
  Selector selector;
  if (begin.kind == TokenKind::kIdentifier) {
    selector.metric = Next().text;
  }
  if (Is(TokenKind::kLeftBrace) && !Matchers(selector)) return nullptr;
  if (!selector.metric.empty()) {
    const auto twice =
        std::ranges::find(selector.matchers, series::kMetricName, &series::Matcher::name);
    if (twice != selector.matchers.end()) {
      return Fail(begin.offset, fmt::format("metric name must not be set twice: \"{}\" or \"{}\"",
                                            selector.metric, twice->value()));
    }
    auto name =
        series::Matcher::Make(series::MatchKind::kEqual, series::kMetricName, selector.metric);
    selector.matchers.push_back(*std::move(name));
  }
  if (std::ranges::all_of(selector.matchers,
                          [](const auto& matcher) { return matcher.Matches(""); })) {
    return Fail(begin.offset, "vector selector must contain at least one non-empty matcher");
  }
  expr->node = std::move(selector);
  return expr;
}

bool ParserState::Matchers(Selector& selector) {
  Next();  // {
  while (!Accept(TokenKind::kRightBrace)) {
    if (!OneMatcher(selector)) return false;
    if (Is(TokenKind::kRightBrace)) continue;
    if (!Expect(TokenKind::kComma, kMatching, "\",\" or \"}\"")) return false;
  }
  return true;
}

bool ParserState::OneMatcher(Selector& selector) {
  const Token name = Peek();
  if (name.kind == TokenKind::kIdentifier) {
    if (name.text.find(':') != std::string_view::npos) {
      return Refuse(name.offset + name.text.find(':'), "unexpected character inside braces: ':'");
    }
    Next();
    return MatcherValue(selector, std::string(name.text));
  }
  if (name.kind != TokenKind::kString) {
    return Unexpected(name.kind == TokenKind::kEnd ? "braces" : kMatching, "identifier or \"}\"");
  }
  Next();
  const std::string text = ScanQuoted(name.text).value;
  if (!Is(TokenKind::kComma) && !Is(TokenKind::kRightBrace)) {
    if (text.empty() || !IsUtf8(text)) {
      return Refuse(name.offset, fmt::format("invalid label name {}", name.text));
    }
    return MatcherValue(selector, text);
  }
  // A quoted text alone is the metric's name.
  return AddMatcher(selector, series::MatchKind::kEqual, series::kMetricName, name);
}

bool ParserState::MatcherValue(Selector& selector, const std::string& label) {
  const auto kind = MatchKindOf(Peek());
  if (!kind) return Unexpected(kMatching, "label matching operator");
  Next();
  if (!Is(TokenKind::kString)) return Unexpected(kMatching, "string");
  const Token value = Next();
  return AddMatcher(selector, *kind, label, value);
}

bool ParserState::AddMatcher(Selector& selector, series::MatchKind kind, std::string_view label,
                             const Token& value) {
  auto matcher = series::Matcher::Make(kind, label, ScanQuoted(value.text).value);
  if (!matcher) {
    return Refuse(value.offset,
                  fmt::format("bad regular expression: {}", matcher.error().message()));
  }
  selector.matchers.push_back(*std::move(matcher));
  return true;
}

/// `[5m]`, or `[1h:5m]`, or `[1h:]`.
ParserState::Mutable ParserState::RangeOf(Mutable of) {
  const size_t bracket = Next().offset;
  const size_t at = Peek().offset;
  const std::optional<int64_t> range = Duration("subquery or range selector", false);
  if (!range) return nullptr;
  if (*range <= 0) return Fail(at, "duration must be greater than 0");
  if (Is(TokenKind::kColon)) return SubqueryOf(std::move(of), *range);
  if (!Is(TokenKind::kRightBracket)) {
    Unexpected("subquery or range selector", "\":\" or \"]\"");
    return nullptr;
  }
  Next();
  auto* const selector = std::get_if<Selector>(&of->node);
  if (selector == nullptr || selector->range != 0 || of->in_parentheses) {
    return Fail(bracket, "ranges only allowed for vector selectors");
  }
  if (selector->shift.offset) return Fail(bracket, "no offset modifiers allowed before range");
  if (selector->shift.anchor != TimeShift::Anchor::kEvaluation) {
    return Fail(bracket, "no @ modifiers allowed before range");
  }
  selector->range = *range;
  of->type = ValueType::kMatrix;
  return of;
}

ParserState::Mutable ParserState::SubqueryOf(Mutable of, int64_t range) {
  Next();  // :
  Subquery subquery{.range = range};
  if (!Is(TokenKind::kRightBracket)) {
    const size_t at = Peek().offset;
    const std::optional<int64_t> step = Duration("subquery selector", false);
    if (!step) return nullptr;
    if (*step <= 0) return Fail(at, "duration must be greater than 0");
    subquery.step = *step;
  }
  if (!Expect(TokenKind::kRightBracket, "subquery selector", "\"]\"")) return nullptr;
  if (of->type != ValueType::kVector && of->type != ValueType::kScalar) {
    return Fail(
        of->offset,
        fmt::format("subquery is only allowed on instant vector, got {} instead", Name(of->type)));
  }
  if (of->type == ValueType::kScalar) {
    return Fail(of->offset, "subquery is only allowed on instant vector, got scalar instead");
  }
  Mutable expr = Made(of->offset, ValueType::kMatrix);
  expr->line = of->line;
  expr->column = of->column;
  expr->begin = of->begin;
  subquery.inner = std::move(of);
  expr->node = std::move(subquery);
  return Finished(std::move(expr));
}

TimeShift* ParserState::ShiftOf(Expr& expr, std::string_view modifier) {
  auto* const selector = std::get_if<Selector>(&expr.node);
  auto* const subquery = std::get_if<Subquery>(&expr.node);
  if (expr.in_parentheses || (selector == nullptr && subquery == nullptr)) {
    return Fail(expr.offset,
                fmt::format("{} modifier must be preceded by an instant vector selector or range "
                            "vector selector or a subquery",
                            modifier));
  }
  return selector != nullptr ? &selector->shift : &subquery->shift;
}

bool ParserState::Offset(Expr& expr) {
  Next();
  const std::optional<int64_t> offset = Duration("offset", true);
  if (!offset) return false;
  TimeShift* const shift = ShiftOf(expr, "offset");
  if (shift == nullptr) return false;
  if (shift->offset) return Refuse(expr.offset, "offset may not be set multiple times");
  shift->offset = offset;
  return true;
}

bool ParserState::Anchor(Expr& expr) {
  Next();
  TimeShift anchored;
  const bool named = (IsWord("start") || IsWord("end")) && Peek(1).kind == TokenKind::kLeftParen;
  if (named) {
    anchored.anchor = IsWord("start") ? TimeShift::Anchor::kStart : TimeShift::Anchor::kEnd;
    Next();
    Next();
    if (!Expect(TokenKind::kRightParen, "@", "\")\"")) return false;
  } else {
    anchored.anchor = TimeShift::Anchor::kTime;
    const size_t at = Peek().offset;
    const bool inf = IsWord("inf") || IsWord("nan") || IsWord("inf", 1) || IsWord("nan", 1);
    if (inf) return Refuse(at, "timestamp out of bounds for @ modifier");
    const std::optional<int64_t> time = Duration("@", true);
    if (!time) return false;
    anchored.time = *time;
  }
  TimeShift* const shift = ShiftOf(expr, "@");
  if (shift == nullptr) return false;
  if (shift->anchor != TimeShift::Anchor::kEvaluation) {
    return Refuse(expr.offset, "@ <timestamp> may not be set multiple times");
  }
  anchored.offset = shift->offset;
  *shift = anchored;
  return true;
}

/// A duration or a number of seconds, in ms.
std::optional<int64_t> ParserState::Duration(std::string_view where, bool with_sign) {
  const bool minus = Peek().text == "-";
  if (with_sign && (minus || Peek().text == "+")) Next();
  if (!Is(TokenKind::kDuration) && !Is(TokenKind::kNumber)) {
    Unexpected(where, "number or duration");
    return std::nullopt;
  }
  const Token token = Next();
  std::optional<int64_t> ms;
  if (token.kind == TokenKind::kDuration) {
    ms = ParseDurationMs(token.text);
  } else if (const std::optional<double> seconds = ParseNumber(token.text)) {
    ms = MsOfSeconds(*seconds);
  }
  if (!ms) {
    Fail(token.offset,
         fmt::format("not a valid duration, or out of range: \"{}\"", token.text.substr(0, 60)));
    return std::nullopt;
  }
  return with_sign && minus ? -*ms : *ms;
}

}  // namespace klaxon::promql
