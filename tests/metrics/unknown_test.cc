#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/metrics/writer.h"
#include "tests/metrics/estate.h"

namespace klaxon::metrics {
namespace {

/// "metric{a=x,b=y}" of every scope.
std::vector<std::string> Scopes(const View& view) {
  const std::array<Table, 3> tables{KafkaTable(), ConnectTable(), AgentTable()};
  std::vector<std::string> texts;
  for (const UnknownScope& scope : UnknownScopes(tables, view)) {
    std::string text(scope.metric);
    for (size_t i = 0; i < scope.labels.size(); ++i) {
      text += i == 0 ? "{" : ",";
      text += std::string(scope.labels[i].first) + "=" + scope.labels[i].second;
    }
    texts.push_back(text + "}");
  }
  return texts;
}

bool Holds(const std::vector<std::string>& texts, const std::string& text) {
  return std::ranges::find(texts, text) != texts.end();
}

TEST_CASE("with every answer fresh only what no answer told is unknown", "[metrics]") {
  const std::vector<std::string> expected{
      "kafka_topic_partitions{cluster=main,topic=broken}",
      "kafka_topic_partition_current_offset{cluster=main,topic=orders,partition=2}",
      "kafka_topic_partition_oldest_offset{cluster=main,topic=orders,partition=2}",
      "kafka_topic_partition_leader{cluster=main,topic=broken}",
      "kafka_topic_partition_leaderless{cluster=main,topic=broken}",
      "kafka_topic_partition_leader_is_preferred{cluster=main,topic=broken}",
      "kafka_topic_partition_replicas{cluster=main,topic=broken}",
      "kafka_topic_partition_in_sync_replica{cluster=main,topic=broken}",
      "kafka_topic_partition_offline_replicas{cluster=main,topic=broken}",
      "kafka_topic_partition_under_replicated_partition{cluster=main,topic=broken}",
      "kafka_consumergroup_state{cluster=main,consumergroup=modern}",
      "kafka_consumergroup_members{cluster=main,consumergroup=modern}",
      "kafka_consumergroup_lag{cluster=main,consumergroup=audit,topic=orders,partition=1}",
      "kafka_consumergroup_lag{cluster=main,consumergroup=audit,topic=orders,partition=2}",
      "kafka_consumergroup_lag_sum{cluster=main,consumergroup=audit,topic=orders}",
      "kafka_connect_connector_state{cluster=main,connect=etl,connector=new}",
      "kafka_connect_connector_tasks{cluster=main,connect=etl,connector=new}",
      "kafka_connect_group_state{cluster=main,connect=etl}",  // there is no such group
      "kafka_connect_group_members{cluster=main,connect=etl}",
      "kafka_connect_rebalance_delay_seconds{cluster=main,connect=etl}",
      "kafka_connect_worker_is_leader{cluster=main,connect=etl}",
      "kafka_connect_worker_connectors{cluster=main,connect=etl}",
      "kafka_connect_worker_tasks{cluster=main,connect=etl}",
      "kafka_connect_connector_problem{cluster=main,connect=etl,connector=jdbc-source,problem="
      "ghost}",
      "kafka_connect_connector_problem{cluster=main,connect=etl,connector=jdbc-source,problem="
      "zombie}",
      "kafka_connect_connector_problem{cluster=main,connect=etl,connector=new,problem=failed}",
      "kafka_connect_connector_problem{cluster=main,connect=etl,connector=new,problem=ghost}",
      "kafka_connect_connector_problem{cluster=main,connect=etl,connector=new,problem=zero_tasks}",
      "kafka_connect_connector_problem{cluster=main,connect=etl,connector=new,problem=stuck_"
      "unassigned}",
      "kafka_connect_connector_problem{cluster=main,connect=etl,connector=new,problem=stuck_"
      "restarting}",
      "kafka_connect_connector_problem{cluster=main,connect=etl,connector=new,problem=zombie}",
      "kafka_connect_connector_problem{cluster=main,connect=etl,connector=new,problem=dead_"
      "letters}",
      "kafka_connect_connector_problem{cluster=main,connect=etl,connector=paused,problem=dead_"
      "letters}",
      "kafka_connect_task_ghost{cluster=main,connect=etl,connector=jdbc-source,task=0}",
      "kafka_connect_task_zombie{cluster=main,connect=etl,connector=jdbc-source,task=0}",
      "kafka_connect_task_zombie{cluster=main,connect=etl,connector=jdbc-source,task=1}",
  };
  CHECK(Scopes(testing::EstateView()) == expected);
}

TEST_CASE("a stale answer makes the scope it spoke for unknown", "[metrics]") {
  struct Case {
    std::string answer{};
    std::string scope{};
  };

  const std::vector<Case> cases{
      {"metadata", "kafka_brokers{cluster=main}"},
      {"leadership", "kafka_topic_partition_leader{cluster=main}"},
      {"controller", "kafka_controller_id{cluster=main}"},
      {"described", "kafka_consumergroup_members{cluster=main,consumergroup=audit}"},
      {"committed", "kafka_consumergroup_lag{cluster=main,consumergroup=audit}"},
      {"latest", "kafka_topic_partition_current_offset{cluster=main,topic=orders,partition=0}"},
      {"latest",
       "kafka_consumergroup_lag{cluster=main,consumergroup=audit,topic=orders,partition=0}"},
      {"root", "kafka_connect_worker_info{cluster=main,connect=etl}"},
      {"connectors", "kafka_connect_task_state{cluster=main,connect=etl}"},
  };
  const std::vector<std::string> fresh = Scopes(testing::EstateView());
  for (const Case& c : cases) {
    INFO(c.answer << ": " << c.scope);
    CHECK_FALSE(Holds(fresh, c.scope));
    CHECK(Holds(Scopes(testing::EstateView({.stale = {c.answer}, .never = {}})), c.scope));
    CHECK(Holds(Scopes(testing::EstateView({.stale = {}, .never = {c.answer}})), c.scope));
  }
}

TEST_CASE("of a source that never answered every metric is unknown, with its cluster",
          "[metrics]") {
  std::set<std::string> expected;
  for (const Metric& metric : KafkaTable()) {
    expected.insert(std::string(metric.info.name) + "{cluster=main}");
  }
  for (const Metric& metric : ConnectTable()) {
    expected.insert(std::string(metric.info.name) + "{cluster=main,connect=etl}");
  }
  const std::vector<std::string> scopes = Scopes(testing::SilentView());
  CHECK(std::set<std::string>(scopes.begin(), scopes.end()) == expected);
}

}  // namespace
}  // namespace klaxon::metrics
