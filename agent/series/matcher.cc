#include "agent/series/matcher.h"

#include <algorithm>
#include <cstdlib>

namespace klaxon::series {

Result<Matcher> Matcher::Make(MatchKind kind, std::string_view name, std::string_view value) {
  Matcher matcher(kind, name, value);
  if (kind == MatchKind::kRegex || kind == MatchKind::kNotRegex) {
    Result<Pattern> pattern = Pattern::Make(value);
    if (!pattern) return pattern.error();
    matcher.pattern_ = *std::move(pattern);
  }
  return matcher;
}

bool Matcher::Matches(std::string_view value) const {
  switch (kind_) {
    case MatchKind::kEqual:
      return value == value_;
    case MatchKind::kNotEqual:
      return value != value_;
    case MatchKind::kRegex:
      return pattern_->Matches(value);
    case MatchKind::kNotRegex:
      return !pattern_->Matches(value);
  }
  std::abort();
}

bool MatchesAll(const Labels& labels, std::span<const Matcher> matchers) {
  return std::ranges::all_of(matchers, [&](const Matcher& matcher) {
    return matcher.Matches(labels.Get(matcher.name()));
  });
}

bool MayName(std::span<const Matcher> matchers, std::string_view metric) {
  return std::ranges::all_of(matchers, [&](const Matcher& matcher) {
    return matcher.name() != kMetricName || matcher.Matches(metric);
  });
}

}  // namespace klaxon::series
