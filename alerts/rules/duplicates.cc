#include "alerts/rules/duplicates.h"

#include <map>
#include <string>

#include <fmt/format.h>

namespace klaxon::rules {
namespace {

/// Length first, so that no two sets of texts look alike.
std::string IdentityOf(const Rule& rule) {
  std::string identity = fmt::format("{}:{}", rule.name.size(), rule.name);
  for (const NamedText& label : rule.labels) {
    identity +=
        fmt::format("{}:{}{}:{}", label.name.size(), label.name, label.text.size(), label.text);
  }
  return identity;
}

}  // namespace

std::vector<Finding> FindDuplicates(const RuleFile& file) {
  std::vector<Finding> findings;
  std::map<std::string, int> first_lines;
  for (const Group& group : file.groups) {
    for (size_t i = 0; i < group.rules.size(); ++i) {
      const Rule& rule = *group.rules[i];
      const auto [first, is_new] = first_lines.emplace(IdentityOf(rule), rule.position.line);
      if (is_new) continue;
      findings.push_back(
          {.file = file.name,
           .position = rule.position,
           .about = fmt::format("group \"{}\", rule {}, \"{}\"", group.name, i + 1, rule.name),
           .what = fmt::format("the rule on line {} has the same name and labels: both write the "
                               "same series",
                               first->second)});
    }
  }
  return findings;
}

}  // namespace klaxon::rules
