#include "agent/app/rule_settings.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "alerts/lifecycle/history.h"
#include "alerts/rules/advice.h"
#include "alerts/rules/load.h"
#include "exporters/prometheus/catalogue.h"
#include "exporters/status_page/runbook.h"

namespace klaxon::app {
namespace {

using config::Named;
using config::YamlMap;

constexpr std::array<Named<bool>, 2> kOnUnknown{{{"hold", true}, {"prometheus", false}}};

using Metrics = std::set<std::string, std::less<>>;

/// All that Klaxon and the rules themselves write.
Metrics WrittenMetrics(const RuleSettings& settings) {
  Metrics written{"ALERTS", "ALERTS_FOR_STATE"};
  for (const prometheus_page::CatalogueSection& section : prometheus_page::Catalogue()) {
    for (const metrics::MetricInfo& metric : section.metrics) {
      written.emplace(metric.name);
    }
  }
  for (const rules::Group& group : settings.groups) {
    for (const auto& rule : group.rules) {
      if (!rule->alerts) written.insert(rule->name);
    }
  }
  return written;
}

/// Whether a rule names a runbook that Klaxon serves.
bool NamesRunbook(const RuleSettings& settings) {
  const auto names = [](const rules::NamedText& text) {
    return text.name == "runbook_url" && !status_page::RunbookIn(text.text).empty();
  };
  return std::ranges::any_of(settings.groups, [&](const rules::Group& group) {
    return std::ranges::any_of(group.rules, [&](const auto& rule) {
      return std::ranges::any_of(rule->annotations, names);
    });
  });
}

}  // namespace

RuleSettings ReadRuleSettings(YamlMap& root) {
  RuleSettings settings;
  std::optional<YamlMap> yaml = root.Map("alerts");
  if (!yaml) return settings;
  using std::chrono::hours;
  using std::chrono::seconds;
  settings.patterns = yaml->StringList("rule_files", {}, config::ListForm::kSequence);
  settings.interval = yaml->Duration("evaluation_interval", settings.interval,
                                     {.least = seconds{1}, .most = hours{1}});
  settings.query_offset = yaml->Duration("query_offset", settings.query_offset, {.most = hours{1}});
  for (auto& [name, value] : yaml->StringMap("external_labels")) {
    settings.external_labels.emplace(name, value);
  }
  settings.hold_unknown = yaml->Enum<bool>("on_unknown", settings.hold_unknown, kOnUnknown);
  yaml->Finish();
  return settings;
}

Result<void> LoadRuleGroups(const std::string& folder, RuleSettings& settings) {
  const Result<rules::RuleFiles> files = rules::ExpandPatterns(settings.patterns, folder);
  if (!files) return files.error();
  rules::RuleSet set = rules::LoadRules(files->paths);
  if (!set.mistakes.empty()) return Error(Reason::kInvalid, ToString(set.mistakes));
  settings.groups = std::move(set.groups);
  settings.empty_patterns = files->empty_patterns;
  return {};
}

series::Spans HistoryOf(const RuleSettings& settings) {
  return alerts::HistoryFor(settings.groups, settings.query_offset, WrittenMetrics(settings));
}

std::vector<std::string> RuleAdvice(const RuleSettings& settings) {
  std::vector<std::string> lines;
  for (const std::string& pattern : settings.empty_patterns) {
    lines.push_back(fmt::format("alerts.rule_files: no file matches {}", pattern));
  }
  if (settings.told && settings.external_url.empty() && NamesRunbook(settings)) {
    lines.emplace_back(
        "notify.external_url is not set, so links to runbooks in what receivers are told are dead; "
        "set it to the address at which people reach Klaxon");
  }
  const Metrics written = WrittenMetrics(settings);
  for (const rules::Group& group : settings.groups) {
    for (const rules::Finding& finding :
         rules::Advise(group, [&](std::string_view metric) { return written.contains(metric); })) {
      lines.push_back(ToString(finding));
    }
  }
  return lines;
}

}  // namespace klaxon::app
