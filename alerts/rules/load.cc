#include "alerts/rules/load.h"

#include <glob.h>

#include <filesystem>
#include <iterator>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace klaxon::rules {

Result<RuleFiles> ExpandPatterns(const std::vector<std::string>& patterns,
                                 const std::string& folder) {
  RuleFiles expanded;
  std::set<std::string> files;
  for (const std::string& pattern : patterns) {
    const std::string path = (std::filesystem::path(folder) / pattern).string();
    if (pattern.find_first_of("*?[") == std::string::npos) {
      files.insert(path);
      continue;
    }
    glob_t found{};
    const int failed = ::glob(path.c_str(), 0, nullptr, &found);
    for (size_t i = 0; failed == 0 && i < found.gl_pathc; ++i) {
      files.insert(found.gl_pathv[i]);
    }
    if (found.gl_pathc == 0) expanded.empty_patterns.push_back(pattern);
    ::globfree(&found);
    if (failed != 0 && failed != GLOB_NOMATCH) {
      return Error(Reason::kInvalid, fmt::format("cannot look for files named {}", pattern));
    }
  }
  expanded.paths.assign(files.begin(), files.end());
  return expanded;
}

RuleSet LoadRules(const std::vector<std::string>& files) {
  RuleSet set{.files = files};
  for (const std::string& path : files) {
    RuleFile file = ReadRuleFile(path);
    std::move(file.groups.begin(), file.groups.end(), std::back_inserter(set.groups));
    std::move(file.mistakes.begin(), file.mistakes.end(), std::back_inserter(set.mistakes));
  }
  return set;
}

}  // namespace klaxon::rules
