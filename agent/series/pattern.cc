#include "agent/series/pattern.h"

#include <utility>
#include <vector>

#include <fmt/format.h>
#include <re2/re2.h>

#include "agent/series/replacement.h"

namespace klaxon::series {
namespace {

constexpr size_t kLongestPattern = size_t{64} * 1024;
constexpr size_t kLongestText = size_t{1} << 20U;
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

}  // namespace

struct Pattern::Compiled {
  explicit Compiled(std::string_view text) : expression(PieceOf(text), PatternOptions()) {}

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
  std::vector<std::string_view> found;
  found.reserve(groups.size());
  for (const re2::StringPiece& group : groups) {
    found.emplace_back(group.data(), group.size());
  }
  std::string filled;
  Replacement(replacement, count - 1, expression.NamedCapturingGroups())
      .AppendTo(filled, found, kLongestText);
  return filled;
}

}  // namespace klaxon::series
