#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "agent/config/yaml_map.h"
#include "agent/series/store.h"
#include "alerts/rules/rule.h"

namespace klaxon::app {

/// The section `alerts` of the configuration, with the rules in the files that it names.
struct RuleSettings {
  std::vector<std::string> patterns{};  ///< `rule_files`
  Duration interval = std::chrono::seconds{15};
  Duration query_offset{};
  /// For templates, and on every alert that is told, where it has no such label of its own.
  std::map<std::string, std::string> external_labels{};
  /// `notify.external_url`; empty: alerts hold no link to us.
  std::string external_url{};
  bool told = false;         ///< there are receivers, who read of alerts elsewhere
  bool hold_unknown = true;  ///< else an alert whose facts are unknown ends, as in Prometheus
  std::vector<rules::Group> groups{};
  std::vector<std::string> empty_patterns{};  ///< those of `patterns` that match no file
  uint64_t edition = 0;                       ///< of the configuration; grows with each that comes
};

/// Without the groups: LoadRuleGroups reads those.
RuleSettings ReadRuleSettings(config::YamlMap& root);

/// Reads the files of `settings` into it; patterns that are relative start at `folder`. Error:
/// kInvalid, every mistake in them, one a line.
Result<void> LoadRuleGroups(const std::string& folder, RuleSettings& settings);

/// What of the past its rules look at.
series::Spans HistoryOf(const RuleSettings& settings);

/// What is likely wrong with rules that load, one line each: also that they ask for metrics that
/// neither Klaxon nor another rule writes, and that receivers are told no address of a runbook.
std::vector<std::string> RuleAdvice(const RuleSettings& settings);

}  // namespace klaxon::app
