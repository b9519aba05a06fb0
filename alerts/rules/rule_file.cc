#include "alerts/rules/rule_file.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "agent/base/text.h"
#include "agent/config/read_file.h"
#include "agent/config/yaml_tree.h"
#include "alerts/rules/expression_place.h"
#include "alerts/rules/fields.h"
#include "alerts/rules/rule_reader.h"

namespace klaxon::rules {
namespace {

constexpr size_t kLargestFile = size_t{4} << 20U;
constexpr size_t kMostValues = 500'000;

Group ReadGroup(const config::YamlNode& node, const RuleContext& context) {
  Fields fields(node, "", context.report);
  Group group{.file = context.report.file(), .name = fields.Text("name")};
  const std::string about = fmt::format("group \"{}\"", Printable(group.name, 100));
  fields.SetAbout(about);
  if (group.name.empty()) fields.Complain("name", "Groupname must not be empty");
  group.interval = fields.Time("interval");
  if (group.interval == Duration::zero()) group.interval.reset();
  group.query_offset = fields.Time("query_offset");
  group.limit = fields.Integer("limit");
  const TextPairs labels = fields.Texts("labels");
  CheckLabels(labels, fields.PositionOf("labels"), about, context.report);
  size_t number = 0;
  for (const config::YamlNode* const rule : fields.List("rules")) {
    group.rules.push_back(
        ReadRule(*rule, fmt::format("{}, rule {}", about, ++number), labels, context));
  }
  if (!context.options.ignore_unknown_fields) fields.RefuseOthers();
  return group;
}

void ReadGroups(const config::YamlNode& root, const RuleContext& context, RuleFile& file) {
  Fields fields(root, "", context.report);
  std::set<std::string> names;
  for (const config::YamlNode* const node : fields.List("groups")) {
    Group group = ReadGroup(*node, context);
    if (!names.insert(group.name).second) {
      context.report.Add(node->position, "",
                         fmt::format("groupname: \"{}\" is repeated in the same file", group.name));
    }
    file.groups.push_back(std::move(group));
  }
  if (!context.options.ignore_unknown_fields) fields.RefuseOthers();
}

/// Go's decoder reads YAML 1.1 and refuses what says that it is another.
void CheckDirective(const std::vector<std::string_view>& lines, Report& report) {
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string_view words = Trim(lines[i]);
    if (!words.empty() && words.find_first_of("%#") != 0) return;
    std::string_view line = lines[i];
    if (!line.starts_with("%YAML")) continue;
    line.remove_prefix(5);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.substr(0, line.find_first_of(" \t\r#")) == "1.1") continue;
    report.Add({static_cast<int>(i) + 1, 1}, "",
               "Prometheus takes no other version of YAML than 1.1; leave the line out");
  }
}

}  // namespace

size_t RuleFile::rules() const {
  size_t count = 0;
  for (const Group& group : groups) {
    count += group.rules.size();
  }
  return count;
}

RuleFile ParseRuleFile(std::string_view text, std::string name, const ReadOptions& options) {
  RuleFile file{.name = std::move(name)};
  Report report(file.name);
  if (text.size() > kLargestFile) {
    report.Add({}, "", fmt::format("is longer than {} bytes", kLargestFile));
    file.mistakes = report.Take();
    return file;
  }
  const config::YamlTree tree =
      config::ParseTree(text, {.first_document_only = true, .most_values = kMostValues});
  for (const config::Mistake& mistake : tree.mistakes) {
    report.Add(mistake.position, mistake.path, mistake.what);
  }
  if (tree.root != nullptr) {
    const std::vector<std::string_view> lines = LinesOf(text);
    CheckDirective(lines, report);
    ReadGroups(*tree.root, {.lines = lines, .options = options, .report = report}, file);
  }
  file.mistakes = report.Take();
  return file;
}

RuleFile ReadRuleFile(const std::string& path, const ReadOptions& options) {
  const Result<std::string> text = config::ReadFile(path, kLargestFile);
  if (text) return ParseRuleFile(*text, path, options);
  return {.name = path, .mistakes = {{.file = path, .what = text.error().message()}}};
}

}  // namespace klaxon::rules
