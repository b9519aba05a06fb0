#include <map>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/metrics/own.h"
#include "tests/metrics/estate.h"
#include "tests/metrics/recording_writer.h"

namespace klaxon::metrics {
namespace {

using testing::EstateView;
using testing::RecordingWriter;

/// A series after its metric's first labels, and its value; empty: there must be none.
struct ValueCase {
  std::string sentence{};
  std::string series{};
  std::optional<double> value{};
};

void Check(const RecordingWriter& out, const std::vector<ValueCase>& cases) {
  for (const ValueCase& c : cases) {
    INFO(c.sentence << ": " << c.series);
    const auto found = out.samples().find(c.series);
    CHECK((found != out.samples().end()) == c.value.has_value());
    if (found != out.samples().end() && c.value) {
      CHECK(found->second == *c.value);
    }
  }
  CHECK(out.twice().empty());
  CHECK(out.misfits().empty());
}

TEST_CASE("brokers come out under kafka_exporter's names", "[metrics]") {
  RecordingWriter out;
  Emit(KafkaTable(), EstateView(), out);
  Check(out,
        {{"brokers alive", "kafka_brokers{cluster=main}", 3},
         {"an address", "kafka_broker_info{cluster=main,id=1,address=kafka-1:9092}", 1},
         {"an IPv6 address", "kafka_broker_info{cluster=main,id=2,address=[::1]:9092}", 1},
         {"a broker that answers", "kafka_broker_up{cluster=main,id=1}", 1},
         {"a broker that does not", "kafka_broker_up{cluster=main,id=3}", 0},
         {"a broker that is there", "kafka_broker_missing{cluster=main,id=3}", 0},
         {"a broker that is gone", "kafka_broker_missing{cluster=main,id=4}", 1},
         {"the active controller", "kafka_controller_id{cluster=main}", 3},
         {"metadata that is proven", "kafka_cluster_metadata_proof{cluster=main,proof=proven}", 1},
         {"and not doubtful", "kafka_cluster_metadata_proof{cluster=main,proof=doubtful}", 0}});
}

TEST_CASE("topics and partitions come out under kafka_exporter's names", "[metrics]") {
  RecordingWriter out;
  Emit(KafkaTable(), EstateView(), out);
  const std::string partitions = "kafka_topic_partitions{cluster=main,topic=";
  const auto partition = [](std::string_view metric, int number) {
    return "kafka_topic_partition_" + std::string(metric) +
           "{cluster=main,topic=orders,partition=" + std::to_string(number) + "}";
  };
  Check(out, {{"partitions of a topic", partitions + "orders}", 3},
              {"a topic in error is not one of no partitions", partitions + "broken}", {}},
              {"an end offset", partition("current_offset", 1), 50},
              {"an end offset that was never read", partition("current_offset", 2), {}},
              {"a start offset", partition("oldest_offset", 0), 100},
              {"a leader", partition("leader", 1), 2},
              {"no leader", partition("leader", 2), {}},
              {"leaderless", partition("leaderless", 2), 1},
              {"led by the preferred one", partition("leader_is_preferred", 0), 1},
              {"led by another", partition("leader_is_preferred", 1), 0},
              {"led by nobody", partition("leader_is_preferred", 2), 0},
              {"replicas", partition("replicas", 1), 2},
              {"in sync", partition("in_sync_replica", 1), 1},
              {"offline", partition("offline_replicas", 1), 1},
              {"under-replicated", partition("under_replicated_partition", 1), 1},
              {"fully replicated", partition("under_replicated_partition", 0), 0}});
}

TEST_CASE("groups come out with their lag as far as it is known", "[metrics]") {
  RecordingWriter out;
  Emit(KafkaTable(), EstateView(), out);
  const std::string group = "kafka_consumergroup_";
  const std::string billing = "{cluster=main,consumergroup=billing \"eu\"\\\n,topic=orders";
  const std::string audit = "{cluster=main,consumergroup=audit,topic=orders";
  Check(out,
        {{"a commit", group + "current_offset" + audit + ",partition=1}", 60},
         {"a sum of commits", group + "current_offset_sum" + audit + "}", 68},
         {"a lag", group + "lag" + billing + ",partition=0}", 10},
         {"at the end", group + "lag" + billing + ",partition=1}", 0},
         {"behind an end never read", group + "lag" + audit + ",partition=2}", {}},
         {"a commit beyond the end", group + "lag" + audit + ",partition=1}", {}},
         {"a sum whose parts are all known", group + "lag_sum" + billing + "}", 10},
         {"a sum with unknown parts", group + "lag_sum" + audit + "}", {}},
         {"end not read", group + "lag_unknown" + audit + ",reason=no_end_offset}", 1},
         {"beyond the end", group + "lag_unknown" + audit + ",reason=beyond_end}", 1},
         {"topic gone",
          group + "lag_unknown{cluster=main,consumergroup=audit,topic=gone,reason=no_topic}", 1},
         {"all known", group + "lag_unknown" + billing + ",reason=beyond_end}", {}}});
}

TEST_CASE("groups come out with their state and members as far as they are known", "[metrics]") {
  RecordingWriter out;
  Emit(KafkaTable(), EstateView(), out);
  const std::string group = "kafka_consumergroup_";
  const std::string billing = "{cluster=main,consumergroup=billing \"eu\"\\\n";
  const std::string modern = "{cluster=main,consumergroup=modern";
  Check(out, {{"members", group + "members" + billing + "}", 2},
              {"no members", group + "members{cluster=main,consumergroup=audit}", 0},
              {"members that cannot be read", group + "members" + modern + "}", {}},
              {"the state it is in", group + "state" + billing + ",state=Stable}", 1},
              {"a state it is not in", group + "state" + billing + ",state=Dead}", 0},
              {"a state nobody told", group + "state" + modern + ",state=Stable}", {}},
              {"a state whose word is new",
               group + "state{cluster=main,consumergroup=shared,state=Hibernating}", 1},
              {"its kind", group + "info" + modern + ",kind=consumer,protocol_type=consumer}", 1}});
}

TEST_CASE("connectors and tasks come out with their states", "[metrics]") {
  RecordingWriter out;
  Emit(ConnectTable(), EstateView(), out);
  const std::string connect = "kafka_connect_";
  const std::string etl = "{cluster=main,connect=etl";
  const std::string jdbc = etl + ",connector=jdbc-source";
  Check(out,
        {{"the worker",
          connect + "worker_info" + etl + ",version=4.3.1,kafka_cluster_id=MkU3OEVBNTcwNTJENDM2Qk}",
          1},
         {"how many", connect + "connectors" + etl + "}", 3},
         {"running", connect + "connector_state" + jdbc + ",state=RUNNING}", 1},
         {"not failed", connect + "connector_state" + jdbc + ",state=FAILED}", 0},
         {"no status", connect + "connector_state" + etl + ",connector=new,state=RUNNING}", {}},
         {"a new word", connect + "connector_state" + etl + ",connector=paused,state=HIBERNATING}",
          1},
         {"a failed task", connect + "task_state" + jdbc + ",task=1,state=FAILED}", 1},
         {"its other states", connect + "task_state" + jdbc + ",task=1,state=RUNNING}", 0},
         {"tasks", connect + "connector_tasks" + jdbc + "}", 2},
         {"type and class",
          connect + "connector_info" + jdbc + ",type=source,class=io.example.Jdbc}", 1}});
}

TEST_CASE("collectors say how the polling goes", "[metrics]") {
  RecordingWriter out;
  Emit(AgentTable(), EstateView({.stale = {"latest"}, .never = {}}), out);
  const std::string klaxon = "klaxon_collector_";
  const std::string kafka = "{cluster=main,collector=kafka,name=";
  const std::string latest = kafka + ",source=ListOffsets(latest) of broker 1";
  Check(out,
        {{"up", klaxon + "up" + kafka + "}", 1},
         {"interval", klaxon + "interval_seconds" + kafka + "}", 10},
         {"duration", klaxon + "poll_duration_seconds" + kafka + "}", 0.25},
         {"polls", klaxon + "polls_total" + kafka + "}", 12},
         {"missed", klaxon + "missed_polls_total" + kafka + "}", 1},
         {"failures", klaxon + "failures_total" + kafka + ",reason=timeout}", 3},
         {"failures that never were", klaxon + "failures_total" + kafka + ",reason=internal}", 0},
         {"last success", klaxon + "last_success_timestamp_seconds" + kafka + "}", 1767225599.5},
         {"a problem, once", klaxon + "problem" + kafka + ",scope=broker 3,reason=timeout}", 1},
         {"a fresh source", klaxon + "answer_fresh" + kafka + ",source=Metadata}", 1},
         {"a stale source", klaxon + "answer_fresh" + latest + "}", 0},
         {"why it is stale", klaxon + "answer_problem" + latest + ",reason=timeout}", 1},
         {"since when", klaxon + "answer_timestamp_seconds" + latest + "}", 1767225560}});
}

TEST_CASE("a collector that never reached its source is down and has no last success",
          "[metrics]") {
  RecordingWriter out;
  Emit(AgentTable(), testing::SilentView(), out);
  const std::string kafka = "{cluster=main,collector=kafka,name=";
  Check(out, {{"down", "klaxon_collector_up" + kafka + "}", 0},
              {"never", "klaxon_collector_last_success_timestamp_seconds" + kafka + "}", {}},
              {"why", "klaxon_collector_failures_total" + kafka + ",reason=unreachable}", 1}});
}

TEST_CASE("the process tells what Linux knows of it", "[metrics]") {
  const ProcessFacts facts = ReadProcess();
  CHECK(facts.cpu_seconds.value_or(-1) >= 0);
  CHECK(facts.start_time.value_or(0) > 1.7e9);
  CHECK(facts.resident_bytes.value_or(0) > 1e5);
  CHECK(facts.virtual_bytes.value_or(0) >= facts.resident_bytes.value_or(0));
  CHECK(facts.threads.value_or(0) >= 1);
  CHECK(facts.open_descriptors.value_or(0) >= 3);
  CHECK(facts.max_descriptors.value_or(0) >= facts.open_descriptors.value_or(0));
}

TEST_CASE("what could not be read of the process is absent", "[metrics]") {
  RecordingWriter out;
  EmitProcess({.threads = 7}, out);
  CHECK(out.samples() == std::map<std::string, double>{{"process_threads", 7}});
}

}  // namespace
}  // namespace klaxon::metrics
