#pragma once

#include <memory>
#include <string>
#include <utility>

#include "agent/kafka/cluster_client.h"
#include "agent/kafka/wire/client.h"
#include "collectors/collector.h"
#include "collectors/kafka/config.h"
#include "collectors/kafka/round.h"

namespace klaxon::kafka_collector {

/// Reads one Kafka cluster: brokers, topics, offsets and groups, as KafkaFacts.
///
/// One plan a poll, in this order, so that lag cannot come out negative: Metadata with
/// DescribeQuorum
/// -> ListGroups on every broker -> DescribeGroups with OffsetFetch -> ListOffsets by leader. The
/// number of requests grows with brokers, and only in steps of 250 groups and 10,000 partitions.
class KafkaCollector final : public Collector {
 public:
  KafkaCollector(Config config, std::unique_ptr<kafka::ClusterClient> client)
      : config_(std::move(config)), client_(std::move(client)) {}

  /// Facts are null until a broker answered for the first time.
  Reading Poll(const PollContext& context) override;

 private:
  const Config config_;
  const std::unique_ptr<kafka::ClusterClient> client_;
  Memory memory_{};
};

/// How the client of this collector has to be made. `cluster` is the name in logs.
kafka::wire::ClientOptions ClientOptionsOf(const Config& config, std::string cluster);

}  // namespace klaxon::kafka_collector
