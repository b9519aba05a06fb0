#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/base/clock.h"

/// What the groups tell whose members are no consumers: the workers of a Connect cluster (protocol
/// type "connect") and the nodes of a Schema Registry ("sr"). The members write it, and brokers
/// hand it on without reading it.
namespace klaxon {

/// What a worker carries of one connector.
struct ConnectWork {
  std::string connector{};
  bool instance = false;         ///< the connector itself, which makes the tasks' configurations
  std::vector<int32_t> tasks{};  ///< ascending
};

struct ConnectMemberFacts {
  std::string member_id{};
  std::string client_host{};
  /// Where its REST is, "http://10.0.0.7:8083/". Brokers leave it out while the group rebalances;
  /// it is the one of the poll before then, and empty if the member is newer.
  std::string url{};
  int64_t config_offset = -1;  ///< up to where it has read the config topic; -1: not told
  /// What it has to run, by connector: what it carried when it joined this round, and what the
  /// leader added and took away. While the group rebalances: as in the poll before.
  std::vector<ConnectWork> carries{};
  std::vector<ConnectWork> revoked{};  ///< what it has to stop now; no part of `carries`
};

/// ConnectProtocol.java and IncrementalCooperativeConnectProtocol.java of apache/kafka.
struct ConnectGroupFacts {
  std::string protocol{};    ///< "sessioned", "compatible", "default"; empty while rebalancing
  std::string leader{};      ///< member id; empty: not told
  std::string leader_url{};  ///< its REST address
  /// For so long lost work is kept for a worker that may come back. The full time, whatever is left
  /// of it; zero: nothing waits.
  Duration delay{};
  bool config_mismatch = false;  ///< the leader has not read its own configuration far enough
  std::vector<ConnectMemberFacts> members{};  ///< by URL
  /// Why a member's bytes were not understood; empty: all were.
  std::string misread{};
};

struct RegistryMemberFacts {
  std::string member_id{};
  std::string client_host{};
  std::string url{};      ///< "http://registry-1:8081"; as of ConnectMemberFacts
  bool eligible = false;  ///< may lead
};

/// SchemaRegistryProtocol of Confluent and what Karapace writes.
struct RegistryGroupFacts {
  std::string leader{};      ///< member id; empty: none, or not told
  std::string leader_url{};  ///< the one node that writes schemas
  /// 1: two nodes have the same address; 0: none. The protocol has no other.
  int32_t error = 0;
  std::vector<RegistryMemberFacts> members{};  ///< by URL
  std::string misread{};                       ///< as of ConnectGroupFacts
};

}  // namespace klaxon
