#include "exporters/prometheus/catalogue.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "agent/metrics/notifications.h"
#include "agent/metrics/own.h"
#include "agent/metrics/own_counters.h"
#include "agent/metrics/rules.h"
#include "agent/series/keeper.h"
#include "exporters/prometheus/page.h"
#include "exporters/prometheus/server_metrics.h"

namespace klaxon::prometheus_page {
namespace {

using metrics::MetricInfo;

CatalogueSection FromTable(std::string_view title, metrics::Table table) {
  CatalogueSection section{.title = title, .metrics = {}};
  for (const metrics::Metric& metric : table) {
    section.metrics.push_back(metric.info);
  }
  return section;
}

std::string JoinLabels(const MetricInfo& info, std::string_view before, std::string_view after) {
  std::string text;
  for (const std::string_view label : info.labels) {
    text += fmt::format("{}{}{}{}", text.empty() ? "" : ", ", before, label, after);
  }
  return text;
}

}  // namespace

std::vector<CatalogueSection> Catalogue() {
  std::vector<CatalogueSection> sections{
      FromTable("Kafka", metrics::KafkaTable()),
      FromTable("Kafka Connect", metrics::ConnectTable()),
      FromTable("Connector recovery", metrics::RecoveryTable()),
      FromTable("Schema Registry", metrics::SchemaRegistryTable()),
      FromTable("REST proxy", metrics::RestProxyTable()),
      FromTable("ZooKeeper", metrics::ZookeeperTable()),
      FromTable("Sampled records", metrics::RecordSamplesTable()),
      FromTable("Joins", metrics::PlatformTable()),
      FromTable("Collectors", metrics::AgentTable()),
      {.title = "Klaxon itself", .metrics = {}},
  };
  for (const std::span<const MetricInfo> infos :
       {PageInfos(), metrics::OwnInfos(), metrics::CounterInfos(), metrics::NotificationInfos(),
        series::KeeperInfos(), metrics::RuleInfos(), ServerInfos()}) {
    std::ranges::copy(infos, std::back_inserter(sections.back().metrics));
  }
  return sections;
}

std::string CatalogueText() {
  std::string text;
  for (const CatalogueSection& section : Catalogue()) {
    text += fmt::format("{}{}\n", text.empty() ? "" : "\n", section.title);
    for (const MetricInfo& info : section.metrics) {
      text += fmt::format("  {} {} {{{}}}\n      {}\n", info.name, Name(info.type),
                          JoinLabels(info, "", ""), info.help);
    }
  }
  return text;
}

std::string CatalogueMarkdown() {
  std::string text;
  for (const CatalogueSection& section : Catalogue()) {
    text += fmt::format(
        "{}## {}\n\n| metric | type | labels | meaning | made of |\n|---|---|---|---|---|\n",
        text.empty() ? "" : "\n", section.title);
    for (const MetricInfo& info : section.metrics) {
      text += fmt::format("| `{}` | {} | {} | {} | {} |\n", info.name, Name(info.type),
                          JoinLabels(info, "`", "`"), info.help, info.source);
    }
  }
  return text;
}

std::string CatalogueJson() {
  nlohmann::json metrics = nlohmann::json::array();
  for (const CatalogueSection& section : Catalogue()) {
    for (const MetricInfo& info : section.metrics) {
      metrics.push_back(
          {{"name", info.name},
           {"type", Name(info.type)},
           {"unit", info.unit},
           {"labels", std::vector<std::string>(info.labels.begin(), info.labels.end())},
           {"help", info.help},
           {"source", info.source},
           {"section", section.title}});
    }
  }
  return metrics.dump(2) + "\n";
}

Result<void> CheckClusterLabel(std::string_view label, size_t clusters) {
  constexpr std::string_view kDefault = "cluster";
  if (label.empty() && clusters > 1) {
    return Error(Reason::kInvalid,
                 "with several clusters their metrics need a label to tell them apart");
  }
  for (const CatalogueSection& section : Catalogue()) {
    for (const MetricInfo& info : section.metrics) {
      if (label != kDefault && std::ranges::find(info.labels, label) != info.labels.end()) {
        return Error(
            Reason::kInvalid,
            fmt::format("\"{}\" is a label of {} already; choose another name", label, info.name));
      }
    }
  }
  return {};
}

}  // namespace klaxon::prometheus_page
