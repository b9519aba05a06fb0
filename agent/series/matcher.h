#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "agent/series/labels.h"
#include "agent/series/pattern.h"

namespace klaxon::series {

enum class MatchKind { kEqual, kNotEqual, kRegex, kNotRegex };

/// One condition on a label, e.g. `topic=~"orders.*"`. A label that is not there counts as empty.
/// Immutable; thread-safe.
class Matcher {
 public:
  /// Error: kInvalid, what is wrong with the regular expression.
  static Result<Matcher> Make(MatchKind kind, std::string_view name, std::string_view value);

  MatchKind kind() const { return kind_; }

  const std::string& name() const { return name_; }

  const std::string& value() const { return value_; }

  bool Matches(std::string_view value) const;

 private:
  Matcher(MatchKind kind, std::string_view name, std::string_view value)
      : kind_(kind), name_(name), value_(value) {}

  MatchKind kind_;
  std::string name_;
  std::string value_;
  std::optional<Pattern> pattern_{};  ///< of the two kinds that have one
};

bool MatchesAll(const Labels& labels, std::span<const Matcher> matchers);

/// Whether a series of that metric may match: what the matchers say of names.
bool MayName(std::span<const Matcher> matchers, std::string_view metric);

}  // namespace klaxon::series
