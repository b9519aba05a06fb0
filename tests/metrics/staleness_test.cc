#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "tests/metrics/estate.h"
#include "tests/metrics/recording_writer.h"

namespace klaxon::metrics {
namespace {

using Families = std::set<std::string>;

Families FamiliesOf(const testing::Ages& ages) {
  testing::RecordingWriter out;
  const View view = testing::EstateView(ages);
  Emit(KafkaTable(), view, out);
  Emit(ConnectTable(), view, out);
  return out.families();
}

Families Missing(const testing::Ages& ages) {
  const Families all = FamiliesOf({});
  const Families left = FamiliesOf(ages);
  Families missing;
  std::ranges::set_difference(all, left, std::inserter(missing, missing.end()));
  return missing;
}

struct StaleCase {
  std::string answer{};
  Families stale{};  ///< what leaves when it is stale
};

TEST_CASE("what an answer brought leaves when it is stale, and nothing else does", "[metrics]") {
  const std::vector<StaleCase> cases{
      {"metadata",
       {"kafka_brokers", "kafka_broker_info", "kafka_broker_up", "kafka_cluster_info",
        "kafka_cluster_metadata_proof", "kafka_topic_partitions"}},
      {"leadership",
       {"kafka_broker_missing", "kafka_topic_partition_leader", "kafka_topic_partition_leaderless",
        "kafka_topic_partition_leader_is_preferred", "kafka_topic_partition_replicas",
        "kafka_topic_partition_in_sync_replica", "kafka_topic_partition_offline_replicas",
        "kafka_topic_partition_under_replicated_partition"}},
      {"controller", {"kafka_controller_id"}},
      {"listed", {"kafka_consumergroup_info"}},
      {"described", {"kafka_consumergroup_state", "kafka_consumergroup_members"}},
      {"committed",
       {"kafka_consumergroup_current_offset", "kafka_consumergroup_current_offset_sum",
        "kafka_consumergroup_lag", "kafka_consumergroup_lag_sum",
        "kafka_consumergroup_lag_unknown"}},
      {"earliest", {"kafka_topic_partition_oldest_offset"}},
      {"latest",
       {"kafka_topic_partition_current_offset", "kafka_consumergroup_lag",
        "kafka_consumergroup_lag_sum"}},
      {"root", {"kafka_connect_worker_info"}},
      {"connectors",
       {"kafka_connect_connectors", "kafka_connect_connector_info", "kafka_connect_connector_state",
        "kafka_connect_connector_tasks", "kafka_connect_task_state",
        "kafka_connect_connector_problem", "kafka_connect_task_ghost",
        "kafka_connect_connector_state_since_timestamp_seconds",
        "kafka_connect_task_state_since_timestamp_seconds",
        "kafka_connect_connector_failures_total", "kafka_connect_task_failures_total"}},
  };
  Families covered;
  for (const StaleCase& c : cases) {
    INFO(c.answer);
    CHECK(Missing({.stale = {c.answer}, .never = {}}) == c.stale);
    CHECK(Missing({.stale = {}, .never = {c.answer}}) == c.stale);
    covered.insert(c.stale.begin(), c.stale.end());
  }
  CHECK(covered == FamiliesOf({}));  // every family leaves with something
}

TEST_CASE("metadata in doubt is called so for as long as it lasts", "[metrics]") {
  testing::RecordingWriter out;
  const View view = testing::EstateView({.stale = {"metadata"}, .never = {}, .doubtful = true});
  Emit(KafkaTable(), view, out);
  CHECK(out.samples().at("kafka_cluster_metadata_proof{cluster=main,proof=doubtful}") == 1);
  CHECK(out.samples().at("kafka_cluster_metadata_proof{cluster=main,proof=proven}") == 0);
}

TEST_CASE("the estate shows every metric of Kafka's tables", "[metrics]") {
  const Families shown = FamiliesOf({});
  for (const Metric& metric : KafkaTable()) {
    INFO(metric.info.name);
    CHECK(shown.contains(std::string(metric.info.name)));
  }
}

}  // namespace
}  // namespace klaxon::metrics
