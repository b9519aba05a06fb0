#pragma once

#include <compare>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "agent/model/connect_derived.h"

namespace klaxon {

/// How something that moves on has moved so far.
struct ConnectProgress {
  std::string at{};             ///< where it is; any words that differ when it has moved
  Instant first{};              ///< looked at for the first time
  Instant moved{};              ///< seen at another place than before; `first` until then
  uint64_t moves = 0;           ///< times it was
  Duration longest{};           ///< longest time between two moves
  int64_t end_when_moved = -1;  ///< of a partition: where its log ended then
};

struct ConnectStateHistory {
  std::string word{};
  ConnectStateAge age{};
};

/// What analysis remembers of one connector.
struct ConnectorHistory {
  ConnectStateHistory self{};
  std::map<int32_t, ConnectStateHistory> tasks{};
  std::deque<MonoTime> failures{};  ///< of it and its tasks, of the last hour

  /// What holds of the connector (-1) or a task, and since when without a break.
  std::map<std::pair<ConnectFault, int32_t>, Instant> held{};

  bool had_group = false;  ///< its consumer group was there once
  std::map<std::pair<std::string, int32_t>, ConnectProgress> partitions{};  ///< of a sink
  ConnectProgress source{};
  std::deque<std::pair<MonoTime, int64_t>> dead_letters{};  ///< ends of its topic, oldest first
};

/// What analysis remembers of one Connect cluster.
struct ConnectHistory {
  Instant started{};
  std::string kafka_cluster_id{};                  ///< that the workers told; empty: none yet
  std::string group{};                             ///< of its workers, when last known
  std::string group_state{};                       ///< likewise
  std::optional<std::set<std::string>> workers{};  ///< "host:port", when the group was last at rest
  std::map<std::string, ConnectorHistory> connectors{};
};

}  // namespace klaxon
