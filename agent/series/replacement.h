#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace klaxon::series {

/// What a match is replaced by: a text with $1, ${1}, $name, ${name} and $$, read as Go's
/// Regexp.Expand does. The name is as long as it can be ("$1x" names the group "1x"); a group that
/// the expression does not have is empty; a '$' before no name stands for itself. Views into what
/// it was made of. Immutable.
class Replacement {
 public:
  /// `groups`: how many the expression has, besides the whole match; `named`: their numbers by
  /// name.
  Replacement(std::string_view text, int groups, const std::map<std::string, int>& named);

  /// Appends the replacement of a match; stops at the first part that begins behind `most` bytes of
  /// `text`, as few letters can ask for a group very often. REQUIRES: found[0] is the whole match,
  /// and as many groups as were said follow.
  void AppendTo(std::string& text, std::span<const std::string_view> found, size_t most) const;

 private:
  struct Part {
    std::string_view text{};
    int group = kText;
  };

  static constexpr int kText = -1;

  std::vector<Part> parts_{};
};

}  // namespace klaxon::series
