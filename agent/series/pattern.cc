#include "agent/series/pattern.h"

#include <cctype>
#include <charconv>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <re2/re2.h>

namespace klaxon::series {
namespace {

constexpr size_t kLongestPattern = size_t{64} * 1024;
constexpr int64_t kPatternMemory = int64_t{8} << 20;

re2::StringPiece PieceOf(std::string_view text) {
  return {text.data(), text.size()};
}

RE2::Options PatternOptions() {
  RE2::Options options(RE2::Quiet);
  options.set_max_mem(kPatternMemory);
  options.set_dot_nl(true);
  return options;
}

/// The name after a '$', without braces; what it takes of `text` is put into `length`. Empty: the
/// '$' stands for itself, as in "$" at the end or "${" that is never closed.
std::string_view GroupName(std::string_view text, size_t& length) {
  const bool braced = !text.empty() && text[0] == '{';
  const size_t begin = braced ? 1 : 0;
  size_t end = begin;
  while (end < text.size() &&
         (std::isalnum(static_cast<unsigned char>(text[end])) != 0 || text[end] == '_')) {
    ++end;
  }
  if (end == begin || (braced && (end == text.size() || text[end] != '}'))) return {};
  length = braced ? end + 1 : end;
  return text.substr(begin, end - begin);
}

}  // namespace

struct Pattern::Compiled {
  explicit Compiled(std::string_view text) : expression(PieceOf(text), PatternOptions()) {}

  /// -1: there is no such group.
  int GroupOf(std::string_view name) const {
    int number = -1;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error == std::errc{} && end == name.data() + name.size()) {
      return number <= expression.NumberOfCapturingGroups() ? number : -1;
    }
    const auto& named = expression.NamedCapturingGroups();
    const auto found = named.find(std::string(name));
    return found == named.end() ? -1 : found->second;
  }

  RE2 expression;
};

Result<Pattern> Pattern::Make(std::string_view expression) {
  if (expression.size() > kLongestPattern) {
    return Error(Reason::kInvalid, fmt::format("longer than {} bytes", kLongestPattern));
  }
  auto compiled = std::make_shared<const Compiled>(expression);
  if (!compiled->expression.ok()) {
    return Error(Reason::kInvalid, compiled->expression.error());
  }
  return Pattern(std::move(compiled));
}

bool Pattern::Matches(std::string_view text) const {
  return RE2::FullMatch(PieceOf(text), compiled_->expression);
}

std::optional<std::string> Pattern::Replace(std::string_view text,
                                            std::string_view replacement) const {
  const RE2& expression = compiled_->expression;
  const int count = expression.NumberOfCapturingGroups() + 1;
  std::vector<re2::StringPiece> groups(static_cast<size_t>(count));
  if (!expression.Match(PieceOf(text), 0, text.size(), RE2::ANCHOR_BOTH, groups.data(), count)) {
    return std::nullopt;
  }
  std::string filled;
  for (size_t i = 0; i < replacement.size(); ++i) {
    if (replacement[i] != '$') {
      filled += replacement[i];
      continue;
    }
    if (i + 1 < replacement.size() && replacement[i + 1] == '$') {
      filled += '$';
      ++i;
      continue;
    }
    size_t length = 0;
    const std::string_view name = GroupName(replacement.substr(i + 1), length);
    if (name.empty()) {
      filled += '$';
      continue;
    }
    if (const int group = compiled_->GroupOf(name); group >= 0) {
      const re2::StringPiece& found = groups[static_cast<size_t>(group)];
      filled.append(found.data() == nullptr ? "" : found.data(), found.size());
    }
    i += length;
  }
  return filled;
}

}  // namespace klaxon::series
