// An independent client reads the simulator, so that a field that codec and simulator both have
// wrong cannot pass.
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <librdkafka/rdkafka.h>

#include "agent/simulator/shop_records.h"
#include "tests/simulator/small_cluster.h"

namespace klaxon::simulator {
namespace {

constexpr int kPatienceMs = 20'000;

struct Destroy {
  void operator()(rd_kafka_t* handle) const { rd_kafka_destroy(handle); }

  void operator()(const struct rd_kafka_metadata* metadata) const {
    rd_kafka_metadata_destroy(metadata);
  }

  void operator()(const struct rd_kafka_group_list* groups) const {
    rd_kafka_group_list_destroy(groups);
  }

  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
};

using Handle = std::unique_ptr<rd_kafka_t, Destroy>;
using Metadata = std::unique_ptr<const struct rd_kafka_metadata, Destroy>;
using GroupList = std::unique_ptr<const struct rd_kafka_group_list, Destroy>;
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_t, Destroy>;

Handle Connect(const Cluster& cluster, const std::map<std::string, std::string>& more = {}) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  std::string bootstrap;
  for (const HostPort& address : cluster.bootstrap()) {
    bootstrap += ToString(address) + ",";
  }
  std::map<std::string, std::string> settings = more;
  settings["bootstrap.servers"] = bootstrap;
  settings["isolation.level"] = "read_uncommitted";
  char error[512];
  for (const auto& [key, value] : settings) {
    REQUIRE(rd_kafka_conf_set(conf, key.c_str(), value.c_str(), error, sizeof(error)) ==
            RD_KAFKA_CONF_OK);
  }
  Handle handle(rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof(error)));
  REQUIRE(handle);
  return handle;
}

TEST_CASE("librdkafka reads brokers, topics and partitions as they are", "[simulator]") {
  SystemClock clock;
  const auto cluster = StartSmall(clock, 3);
  cluster->Change([](ClusterState& state) { SetReplicaStuck(state, "orders", 1, true); });
  const Handle handle = Connect(*cluster);
  const struct rd_kafka_metadata* raw = nullptr;
  REQUIRE(rd_kafka_metadata(handle.get(), 1, nullptr, &raw, kPatienceMs) ==
          RD_KAFKA_RESP_ERR_NO_ERROR);
  const Metadata metadata(raw);
  CHECK(metadata->broker_cnt == 3);
  const ClusterState state = cluster->Snapshot();
  REQUIRE(metadata->topic_cnt == 3);
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const rd_kafka_metadata_topic& topic = metadata->topics[i];
    const Topic* truth = FindTopic(state, topic.topic);
    REQUIRE(truth != nullptr);
    REQUIRE(static_cast<size_t>(topic.partition_cnt) == truth->partitions.size());
    for (int at = 0; at < topic.partition_cnt; ++at) {
      const rd_kafka_metadata_partition& partition = topic.partitions[at];
      const Partition& real = truth->partitions.at(static_cast<size_t>(partition.id));
      CHECK(partition.leader == real.leader);
      CHECK(std::vector<int32_t>(partition.replicas, partition.replicas + partition.replica_cnt) ==
            real.replicas);
      std::vector<int32_t> in_sync(partition.isrs, partition.isrs + partition.isr_cnt);
      CHECK(in_sync == real.in_sync);
    }
  }
}

TEST_CASE("librdkafka reads every end of every partition", "[simulator]") {
  SystemClock clock;
  const auto cluster = StartSmall(clock, 3);
  const Handle handle = Connect(*cluster);
  const ClusterState state = cluster->Snapshot();

  struct Case {
    int64_t asked;
    int64_t (*truth)(const Partition&);
  };

  const Case cases[] = {{RD_KAFKA_OFFSET_END, [](const Partition& at) { return at.End(); }},
                        {RD_KAFKA_OFFSET_BEGINNING, [](const Partition& at) { return at.start; }}};
  for (const Case& each : cases) {
    const PartitionList list(rd_kafka_topic_partition_list_new(6));
    for (const char* topic : {"orders", "payments"}) {
      const size_t count = FindTopic(state, topic)->partitions.size();
      for (size_t index = 0; index < count; ++index) {
        rd_kafka_topic_partition_list_add(list.get(), topic, static_cast<int32_t>(index))->offset =
            each.asked;
      }
    }
    REQUIRE(rd_kafka_offsets_for_times(handle.get(), list.get(), kPatienceMs) ==
            RD_KAFKA_RESP_ERR_NO_ERROR);
    REQUIRE(list->cnt == 6);
    for (int i = 0; i < list->cnt; ++i) {
      const rd_kafka_topic_partition_t& found = list->elems[i];
      const Partition& real =
          FindTopic(state, found.topic)->partitions.at(static_cast<size_t>(found.partition));
      CHECK(found.err == RD_KAFKA_RESP_ERR_NO_ERROR);
      CHECK(found.offset == each.truth(real));
    }
  }
}

TEST_CASE("librdkafka lists groups with their states and members", "[simulator]") {
  SystemClock clock;
  const auto cluster = StartSmall(clock, 3);
  const Handle handle = Connect(*cluster);
  const struct rd_kafka_group_list* raw = nullptr;
  REQUIRE(rd_kafka_list_groups(handle.get(), nullptr, &raw, kPatienceMs) ==
          RD_KAFKA_RESP_ERR_NO_ERROR);
  const GroupList groups(raw);
  std::map<std::string, std::pair<std::string, int>> seen;
  for (int i = 0; i < groups->group_cnt; ++i) {
    const rd_kafka_group_info& group = groups->groups[i];
    seen[group.group] = {group.state, group.member_cnt};
  }
  const std::map<std::string, std::pair<std::string, int>> expected = {{"billing", {"Stable", 2}},
                                                                       {"audit", {"Empty", 0}},
                                                                       {"workers", {"Stable", 2}},
                                                                       {"modern", {"Dead", 0}},
                                                                       {"jobs", {"Dead", 0}}};
  CHECK(seen == expected);  // it knows classic groups only
}

struct Consumed {
  std::optional<std::string> key{};
  std::string value{};
  int64_t unix_ms = 0;
};

/// Everything from `from` to the end of a partition, by offset; checksums are tried.
std::map<int64_t, Consumed> ConsumeAll(const Cluster& cluster, const std::string& topic,
                                       int32_t partition, int64_t from) {
  const Handle handle =
      Connect(cluster, {{"check.crcs", "true"}, {"enable.partition.eof", "true"}});
  const std::unique_ptr<rd_kafka_topic_t, void (*)(rd_kafka_topic_t*)> opened(
      rd_kafka_topic_new(handle.get(), topic.c_str(), nullptr), rd_kafka_topic_destroy);
  REQUIRE(rd_kafka_consume_start(opened.get(), partition, from) == 0);
  std::map<int64_t, Consumed> all;
  for (bool end = false; !end;) {
    const std::unique_ptr<rd_kafka_message_t, void (*)(rd_kafka_message_t*)> message(
        rd_kafka_consume(opened.get(), partition, kPatienceMs), rd_kafka_message_destroy);
    REQUIRE(message != nullptr);
    end = message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
    if (!end) {
      INFO(rd_kafka_message_errstr(message.get()));
      REQUIRE(message->err == RD_KAFKA_RESP_ERR_NO_ERROR);
      Consumed& read = all[message->offset];
      read.value.assign(static_cast<const char*>(message->payload), message->len);
      if (message->key != nullptr) {
        read.key.emplace(static_cast<const char*>(message->key), message->key_len);
      }
      read.unix_ms = rd_kafka_message_timestamp(message.get(), nullptr);
    }
  }
  rd_kafka_consume_stop(opened.get(), partition);
  return all;
}

TEST_CASE("librdkafka reads every record of a partition once, whole and in order", "[simulator]") {
  SystemClock clock;
  ClusterSpec spec = SmallSpec(1);
  spec.topics[0].record = OrderRecord;
  const auto cluster = Cluster::Start(spec, clock);
  REQUIRE(cluster);
  const ClusterState state = (*cluster)->Snapshot();
  for (const char* topic : {"orders", "payments"}) {
    const Partition& truth = FindTopic(state, topic)->partitions[1];
    const int64_t from = std::max(truth.start, truth.End() - 1'234);
    const auto records = ConsumeAll(**cluster, topic, 1, from);
    INFO(topic << " from " << from << " to " << truth.End());
    REQUIRE(static_cast<int64_t>(records.size()) == truth.End() - from);
    int64_t at = from;
    int64_t last_ms = 0;
    for (const auto& [offset, record] : records) {
      REQUIRE(offset == at);
      const RecordContent content =
          topic == std::string("orders")
              ? OrderRecord(1, at)
              : RecordContent{.value = "record " + std::to_string(at) + " of payments"};
      REQUIRE(record.value == content.value);
      REQUIRE(record.key == content.key);
      REQUIRE(record.unix_ms >= last_ms);
      last_ms = record.unix_ms;
      ++at;
    }
    CHECK(ConsumeAll(**cluster, topic, 1, truth.End()).empty());
  }
}

TEST_CASE("librdkafka reads a group's commits", "[simulator]") {
  SystemClock clock;
  const auto cluster = StartSmall(clock, 3);
  const ClusterState state = cluster->Snapshot();
  const Handle handle = Connect(*cluster, {{"group.id", "billing"}});
  const PartitionList list(rd_kafka_topic_partition_list_new(4));
  rd_kafka_topic_partition_list_add_range(list.get(), "orders", 0, 3);
  REQUIRE(rd_kafka_committed(handle.get(), list.get(), kPatienceMs) == RD_KAFKA_RESP_ERR_NO_ERROR);
  const Group* billing = FindGroup(state, "billing");
  for (int i = 0; i < list->cnt; ++i) {
    CHECK(list->elems[i].err == RD_KAFKA_RESP_ERR_NO_ERROR);
    CHECK(list->elems[i].offset == billing->partitions.at(static_cast<size_t>(i)).committed);
  }
}

}  // namespace
}  // namespace klaxon::simulator
