#pragma once

#include <map>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "agent/config/yaml_map.h"
#include "alerts/rules/rule.h"

namespace klaxon::app {

/// The section `alerts` of the configuration, with the rules in the files that it names.
struct RuleSettings {
  std::vector<std::string> patterns{};  ///< `rule_files`
  Duration interval = std::chrono::seconds{15};
  Duration query_offset{};
  std::map<std::string, std::string> external_labels{};  ///< for templates
  /// `notify.external_url`; empty: alerts hold no link to us.
  std::string external_url{};
  bool hold_unknown = true;  ///< else an alert whose facts are unknown ends, as in Prometheus
  std::vector<rules::Group> groups{};
};

/// Without the groups: LoadRuleGroups reads those.
RuleSettings ReadRuleSettings(config::YamlMap& root);

/// Reads the files; patterns that are relative start at `folder`. Error: kInvalid, every mistake in
/// them, one a line.
Result<std::vector<rules::Group>> LoadRuleGroups(const RuleSettings& settings,
                                                 const std::string& folder);

/// What is likely wrong with rules that load, one line each: also that they ask for metrics that
/// neither Klaxon nor another rule writes.
std::vector<std::string> RuleAdvice(const RuleSettings& settings);

}  // namespace klaxon::app
