#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "alerts/rules/finding.h"
#include "alerts/rules/rule.h"

namespace klaxon::rules {

struct ReadOptions {
  bool ignore_unknown_fields = false;
};

/// A file of rules as it was read.
struct RuleFile {
  std::string name{};
  std::vector<Group> groups{};
  std::vector<Finding> mistakes{};  ///< all of them; if there is one the groups are not whole
  size_t rules() const;
};

/// Reads a file as Prometheus 3 does (rulefmt, with UTF-8 names) and gives its verdict, but for
/// what our PromQL leaves out. At most 4 MiB. Pure; never throws.
RuleFile ParseRuleFile(std::string_view text, std::string name, const ReadOptions& options = {});

/// The same from the disk.
RuleFile ReadRuleFile(const std::string& path, const ReadOptions& options = {});

}  // namespace klaxon::rules
