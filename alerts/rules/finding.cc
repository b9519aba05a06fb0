#include "alerts/rules/finding.h"

#include <fmt/format.h>

#include "agent/base/text.h"

namespace klaxon::rules {
namespace {

constexpr size_t kLongestFinding = 1'000;

}  // namespace

std::string ToString(const Finding& finding) {
  std::string text = finding.file;
  if (finding.position.line > 0) {
    text += fmt::format(":{}:{}", finding.position.line, finding.position.column);
  }
  text += ": ";
  if (!finding.about.empty()) text += finding.about + ": ";
  return text + Printable(finding.what, kLongestFinding);
}

std::string ToString(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    if (!text.empty()) text += '\n';
    text += ToString(finding);
  }
  return text;
}

}  // namespace klaxon::rules
