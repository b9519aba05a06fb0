#pragma once

#include <stop_token>
#include <string>

#include "agent/model/zookeeper_facts.h"
#include "collectors/zookeeper/words.h"

namespace klaxon::zookeeper_collector {

/// Reads what Kafka keeps in ZooKeeper of the cluster as a whole: `/cluster/id`, `/controller`,
/// `/migration` and the names in `/brokers/ids`, over one session that ends with it. `chroot` is
/// put in front of the paths. Errors name the server; as Session, and kBadAnswer for nodes that are
/// not Kafka's.
Result<ZookeeperKafka> ReadKafkaNodes(const ClientPort& port, const std::string& chroot,
                                      MonoTime deadline, const std::stop_token& stop);

// What the nodes hold (core/.../zk/ZkData.scala of Kafka 0.10 to 3.9). For tests too.

/// `/cluster/id`: {"version":"1","id":"..."}.
Result<void> TakeClusterId(std::string_view data, ZookeeperKafka& kafka);

/// `/controller`: {"version":2,"brokerid":1,"timestamp":"...","kraftControllerEpoch":-1}; the epoch
/// since 3.4, -1 unless KRaft has taken over.
Result<void> TakeController(std::string_view data, ZookeeperKafka& kafka);

/// `/migration`: {"version":0,"kraft_controller_id":3000,"kraft_metadata_offset":12, ...}, 3.4+.
Result<void> TakeMigration(std::string_view data, WallTime modified, ZookeeperKafka& kafka);

}  // namespace klaxon::zookeeper_collector
