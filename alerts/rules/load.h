#pragma once

#include <string>
#include <vector>

#include "agent/base/result.h"
#include "alerts/rules/finding.h"
#include "alerts/rules/rule.h"
#include "alerts/rules/rule_file.h"

namespace klaxon::rules {

/// Rules that are in force together.
struct RuleSet {
  std::vector<Group> groups{};
  std::vector<std::string> files{};
  std::vector<Finding> mistakes{};  ///< not empty: the set is not to be used, as a whole
};

/// What patterns stand for.
struct RuleFiles {
  std::vector<std::string> paths{};           ///< sorted, each once
  std::vector<std::string> empty_patterns{};  ///< with wildcards that match nothing
};

/// The files that patterns (`rules/*.yaml`; a `*`, `?` or `[...]` in any part) name. A pattern
/// without wildcards names its file whether it is there or not. Patterns that are relative start at
/// `folder`. Error: kInvalid, a pattern that nobody can read.
Result<RuleFiles> ExpandPatterns(const std::vector<std::string>& patterns,
                                 const std::string& folder);

/// Reads all files; a mistake in one is a mistake of the whole.
RuleSet LoadRules(const std::vector<std::string>& files);

}  // namespace klaxon::rules
