#include "alerts/templates/replace.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <re2/re2.h>

#include "agent/series/replacement.h"
#include "alerts/templates/functions.h"

namespace klaxon::templates {
namespace {

constexpr size_t kLongestPattern = 10'000;
constexpr int64_t kMemory = int64_t{8} << 20;
constexpr size_t kMostWork = size_t{256} << 20U;  ///< bytes looked at

re2::StringPiece Piece(std::string_view text) {
  return {text.data(), text.size()};
}

RE2::Options Options() {
  RE2::Options options(RE2::Quiet);
  options.set_max_mem(kMemory);
  return options;
}

/// As Go's package regexp words it.
std::string_view WordsOf(RE2::ErrorCode code) {
  switch (code) {
    case RE2::ErrorBadEscape:
      return "invalid escape sequence";
    case RE2::ErrorBadCharClass:
      return "invalid character class";
    case RE2::ErrorBadCharRange:
      return "invalid character class range";
    case RE2::ErrorMissingBracket:
      return "missing closing ]";
    case RE2::ErrorMissingParen:
      return "missing closing )";
    case RE2::ErrorUnexpectedParen:
      return "unexpected )";
    case RE2::ErrorTrailingBackslash:
      return "trailing backslash at end of expression";
    case RE2::ErrorRepeatArgument:
      return "missing argument to repetition operator";
    case RE2::ErrorRepeatSize:
      return "invalid repeat count";
    case RE2::ErrorRepeatOp:
      return "invalid nested repetition operator";
    case RE2::ErrorBadPerlOp:
      return "invalid or unsupported Perl syntax";
    case RE2::ErrorBadUTF8:
      return "invalid UTF-8";
    case RE2::ErrorBadNamedCapture:
      return "invalid named capture";
    case RE2::ErrorPatternTooLarge:
      return "expression too large";
    default:
      return "internal error";
  }
}

std::optional<Error> Problem(std::string_view pattern, const RE2& expression) {
  if (pattern.size() > kLongestPattern)
    return Error(Reason::kInvalid, fmt::format("pattern longer than {} bytes", kLongestPattern));
  if (!expression.ok())
    return Error(
        Reason::kInvalid,
        fmt::format(
            "error parsing regexp: {}: `{}`", WordsOf(expression.error_code()),
            expression.error_code() == RE2::ErrorTrailingBackslash ? "" : expression.error_arg()));
  return std::nullopt;
}

std::vector<std::string_view> Views(const std::vector<re2::StringPiece>& groups) {
  std::vector<std::string_view> views;
  views.reserve(groups.size());
  for (const re2::StringPiece& group : groups)
    views.emplace_back(group.data(), group.size());
  return views;
}

size_t CharacterLength(std::string_view text) {
  size_t length = 1;
  while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xc0U) == 0x80)
    ++length;
  return length;
}

}  // namespace

Result<std::string> RegexReplaceAll(std::string_view pattern, std::string_view replacement,
                                    std::string_view text) {
  const RE2 expression(Piece(pattern.substr(0, kLongestPattern)), Options());
  if (const std::optional<Error> problem = Problem(pattern, expression)) {
    return Error(problem->reason(),
                 fmt::format("regexp: Compile(`{}`): {}", pattern, problem->message()));
  }
  const int count = expression.NumberOfCapturingGroups();
  const series::Replacement filling(replacement, count, expression.NamedCapturingGroups());
  std::vector<re2::StringPiece> groups(static_cast<size_t>(count) + 1);
  std::string replaced;
  size_t at = 0;
  size_t done = 0;  // up to here the text is in `replaced`
  size_t work = 0;
  while (at <= text.size() && expression.Match(Piece(text), at, text.size(), RE2::UNANCHORED,
                                               groups.data(), static_cast<int>(groups.size()))) {
    work += text.size() - at;  // a match may look at all that follows
    const auto begin = static_cast<size_t>(groups[0].data() - text.data());
    const size_t end = begin + groups[0].size();
    replaced += text.substr(done, begin - done);
    // An empty match right behind another one does not count.
    if (end > done || begin == 0) filling.AppendTo(replaced, Views(groups), kLongestText);
    if (replaced.size() > kLongestText || work > kMostWork)
      return Error(Reason::kInvalid, "too many replacements");
    done = end;
    at = end > at ? end : at + CharacterLength(text.substr(at));
  }
  return replaced + std::string(text.substr(done));
}

Result<bool> RegexFound(std::string_view pattern, std::string_view text) {
  const RE2 expression(Piece(pattern.substr(0, kLongestPattern)), Options());
  if (const std::optional<Error> problem = Problem(pattern, expression)) return *problem;
  return RE2::PartialMatch(Piece(text), expression);
}

}  // namespace klaxon::templates
