#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace klaxon::series {

/// A regular expression as Prometheus 3 takes it: RE2's syntax, over the whole text, and a dot
/// matches a line end too. Linear in time whatever it is. Immutable; thread-safe.
class Pattern {
 public:
  /// At most 64 KiB. Error: kInvalid, RE2's own words.
  static Result<Pattern> Make(std::string_view expression);

  bool Matches(std::string_view text) const;

  /// `replacement` with $1, ${1}, $name, ${name} and $$ filled in from the groups of a match (Go's
  /// Regexp.Expand; a group that is not there is empty), not much over 1 MiB. Empty when the text
  /// does not match.
  std::optional<std::string> Replace(std::string_view text, std::string_view replacement) const;

 private:
  struct Compiled;

  explicit Pattern(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}

  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace klaxon::series
