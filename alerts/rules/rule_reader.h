#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/config/yaml_tree.h"
#include "alerts/rules/fields.h"
#include "alerts/rules/rule.h"
#include "alerts/rules/rule_file.h"

namespace klaxon::rules {

using TextPairs = std::vector<std::pair<std::string, std::string>>;

/// What all rules of a file are read with.
struct RuleContext {
  const std::vector<std::string_view>& lines;  ///< of the file
  const ReadOptions& options;
  Report& report;
};

/// One rule. `about` names it in findings, without its own name; `group_labels` are those of its
/// group. What is wrong goes into the report.
std::shared_ptr<const Rule> ReadRule(const config::YamlNode& node, std::string about,
                                     const TextPairs& group_labels, const RuleContext& context);

/// Complains of a label's name or value that Prometheus would not take.
void CheckLabels(const TextPairs& labels, config::Position position, const std::string& about,
                 Report& report);

}  // namespace klaxon::rules
