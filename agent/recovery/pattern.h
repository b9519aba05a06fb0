#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace klaxon::recovery {

/// A regular expression in RE2's syntax. It matches in linear time whatever it is and whatever the
/// text holds, because it comes from a configuration and the texts from strangers. Immutable;
/// thread-safe.
class Pattern {
 public:
  /// At most 500 bytes. Error: kInvalid, RE2's own words.
  static Result<Pattern> Make(std::string_view expression);

  bool MatchesWhole(std::string_view text) const;
  bool FoundIn(std::string_view text) const;

 private:
  struct Compiled;

  explicit Pattern(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}

  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace klaxon::recovery
