#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "agent/model/entity.h"
#include "agent/model/zookeeper_facts.h"
#include "collectors/collector.h"
#include "collectors/kept_problems.h"
#include "collectors/zookeeper/config.h"
#include "collectors/zookeeper/server.h"

namespace klaxon::zookeeper_collector {

/// Reads the servers of one ZooKeeper ensemble as ZookeeperFacts.
///
/// All servers are asked side by side, each on a thread of its own, so that a silent one costs the
/// others nothing. Every server has its own answers: what one does not tell leaves the others
/// fresh.
class ZookeeperCollector final : public Collector {
 public:
  /// `http` outlives it.
  ZookeeperCollector(Config config, http::HttpClient& http);

  /// The facts hold all servers from the first poll on, also those that never answered.
  Reading Poll(const PollContext& context) override;

 private:
  bool ConfDue(size_t server, const Instant& now) const;
  std::vector<Telling> AskAll(const PollContext& context) const;
  std::optional<size_t> ServerForReads(const ZookeeperFacts& facts, const Instant& now) const;
  void ReadKafka(const PollContext& context, ZookeeperFacts& facts);
  void Publish(std::shared_ptr<ZookeeperFacts> facts, Reading& reading);

  const Config config_;
  std::vector<Server> servers_{};
  std::vector<std::optional<MonoTime>> conf_told_{};  // or refused; parallel to servers_
  size_t polls_to_kafka_ = 0;                         // until Kafka's nodes are read again
  size_t kafka_failures_ = 0;                         // to begin with another server each time
  KeptProblems kept_{};                               // of Kafka's nodes
  EntityTable entities_{};
  std::shared_ptr<const ZookeeperFacts> facts_{};  // of the poll before; null at first
};

}  // namespace klaxon::zookeeper_collector
