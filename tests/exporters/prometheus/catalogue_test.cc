#include "exporters/prometheus/catalogue.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

namespace klaxon::prometheus_page {
namespace {

using metrics::MetricInfo;
using metrics::MetricType;

std::vector<MetricInfo> AllMetrics() {
  std::vector<MetricInfo> all;
  for (const CatalogueSection& section : Catalogue()) {
    all.insert(all.end(), section.metrics.begin(), section.metrics.end());
  }
  return all;
}

TEST_CASE("every metric is named and told as Prometheus' conventions want it", "[catalogue]") {
  // kafka_exporter's names, which its users' rules know.
  const std::set<std::string_view> inherited{"kafka_consumergroup_current_offset_sum",
                                             "kafka_consumergroup_lag_sum"};
  for (const MetricInfo& info : AllMetrics()) {
    INFO(info.name);
    CHECK((info.name.starts_with("kafka_") || info.name.starts_with("klaxon_") ||
           info.name.starts_with("process_") || info.name.starts_with("zookeeper_")));
    CHECK(info.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos);
    CHECK(info.name.ends_with("_total") == (info.type == MetricType::kCounter));
    CHECK((inherited.contains(info.name) || !info.name.ends_with("_sum")));
    CHECK_FALSE(info.name.ends_with("_count"));
    CHECK_FALSE(info.name.ends_with("_bucket"));
    CHECK_FALSE(info.help.empty());
    CHECK_FALSE(info.help.ends_with('.'));
    CHECK(info.help.find_first_of("|\n") == std::string_view::npos);  // it stands in a table
    CHECK_FALSE(info.source.empty());
    for (const std::string_view unit : {"seconds", "bytes"}) {
      const bool in_name = info.name.find("_" + std::string(unit)) != std::string_view::npos;
      CHECK(in_name == (info.unit == unit));
    }
  }
}

TEST_CASE("no metric stands in the catalogue twice and no label in a metric", "[catalogue]") {
  std::set<std::string_view> names;
  for (const MetricInfo& info : AllMetrics()) {
    INFO(info.name);
    CHECK(names.insert(info.name).second);
    CHECK(std::set<std::string_view>(info.labels.begin(), info.labels.end()).size() ==
          info.labels.size());
    for (const std::string_view label : info.labels) {
      CHECK(label.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos);
      CHECK(label != "instance");  // Prometheus' own labels of a target
      CHECK(label != "job");
    }
  }
}

TEST_CASE("what kafka_exporter exports is here, with its labels after the cluster", "[catalogue]") {
  struct Case {
    std::string_view name{};
    std::vector<std::string_view> labels{};
  };

  const std::vector<std::string_view> partition{"cluster", "topic", "partition"};
  const std::vector<std::string_view> group_partition{"cluster", "consumergroup", "topic",
                                                      "partition"};
  const std::vector<std::string_view> group_topic{"cluster", "consumergroup", "topic"};
  const std::vector<Case> cases{
      {"kafka_brokers", {"cluster"}},
      {"kafka_broker_info", {"cluster", "id", "address"}},
      {"kafka_topic_partitions", {"cluster", "topic"}},
      {"kafka_topic_partition_current_offset", partition},
      {"kafka_topic_partition_oldest_offset", partition},
      {"kafka_topic_partition_leader", partition},
      {"kafka_topic_partition_leader_is_preferred", partition},
      {"kafka_topic_partition_replicas", partition},
      {"kafka_topic_partition_in_sync_replica", partition},
      {"kafka_topic_partition_under_replicated_partition", partition},
      {"kafka_consumergroup_current_offset", group_partition},
      {"kafka_consumergroup_lag", group_partition},
      {"kafka_consumergroup_current_offset_sum", group_topic},
      {"kafka_consumergroup_lag_sum", group_topic},
      {"kafka_consumergroup_members", {"cluster", "consumergroup"}},
  };
  const std::vector<MetricInfo> all = AllMetrics();
  for (const Case& c : cases) {
    INFO(c.name);
    const auto found = std::ranges::find(all, c.name, &MetricInfo::name);
    REQUIRE(found != all.end());
    CHECK(std::ranges::equal(found->labels, c.labels));
    CHECK(found->type == MetricType::kGauge);
  }
}

TEST_CASE("the catalogue as text, Markdown and JSON holds every metric", "[catalogue]") {
  const std::string text = CatalogueText();
  const std::string markdown = CatalogueMarkdown();
  const nlohmann::json json = nlohmann::json::parse(CatalogueJson());
  const std::vector<MetricInfo> all = AllMetrics();
  REQUIRE(json.size() == all.size());
  for (size_t i = 0; i < all.size(); ++i) {
    const std::string name(all[i].name);
    CHECK(text.find("  " + name + " ") != std::string::npos);
    CHECK(markdown.find("| `" + name + "` |") != std::string::npos);
    CHECK(json[i]["name"] == name);
    CHECK(json[i]["labels"].size() == all[i].labels.size());
  }
}

TEST_CASE("docs/metrics.md holds the catalogue as it is", "[catalogue]") {
  const std::string path = "docs/metrics.md";
  const std::string mark = "<!-- What follows is generated: klaxon metrics --markdown -->\n\n";
  std::ostringstream content;
  content << std::ifstream(path).rdbuf();
  std::string doc = content.str();
  const size_t begin = doc.find(mark);
  REQUIRE(begin != std::string::npos);
  if (std::getenv("KLAXON_UPDATE_GOLDEN") != nullptr) {
    doc = doc.substr(0, begin + mark.size()) + CatalogueMarkdown();
    std::ofstream(path) << doc;
  }
  CHECK(doc.substr(begin + mark.size()) == CatalogueMarkdown());
}

TEST_CASE("the label of clusters may not be one that is in use, nor be missing", "[catalogue]") {
  struct Case {
    std::string_view label{};
    size_t clusters = 1;
    bool good = false;
  };

  const std::vector<Case> cases{{"cluster", 2, true}, {"kafka_cluster", 2, true},
                                {"", 1, true},        {"", 2, false},
                                {"topic", 1, false},  {"name", 1, false}};
  for (const Case& c : cases) {
    INFO(c.label);
    CHECK(static_cast<bool>(CheckClusterLabel(c.label, c.clusters)) == c.good);
  }
}

}  // namespace
}  // namespace klaxon::prometheus_page
