#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/model/answer.h"
#include "agent/model/entity.h"
#include "agent/model/section.h"

/// What the servers of a ZooKeeper ensemble say of themselves. An empty number was not told: never
/// asked for, not in this version or mode, or not a number.
namespace klaxon {

enum class ZookeeperState : uint8_t {
  kUnknown,      ///< it answers, but not what was asked
  kServing,      ///< it serves clients, if only for reading
  kNotServing,   ///< it says that it serves nobody: no quorum, or it is starting
  kUnreachable,  ///< no connection, or no answer in time
};

/// "unknown", "serving", "not_serving", "unreachable".
std::string_view Name(ZookeeperState state);

/// What the word `srvr` tells; counted since the server started or was told to forget.
struct ZookeeperStats {
  std::string mode{};              ///< "leader", "follower", "observer", "standalone", "read-only"
  std::string version{};           ///< "3.8.4"
  std::optional<uint64_t> zxid{};  ///< of the last transaction: epoch << 32 | counter
  std::optional<double> latency_min{};  ///< seconds, as the next two
  std::optional<double> latency_avg{};
  std::optional<double> latency_max{};
  std::optional<double> packets_received{};
  std::optional<double> packets_sent{};
  std::optional<double> connections{};
  std::optional<double> outstanding{};  ///< requests that wait for their answer
  std::optional<double> znodes{};
};

/// What the word `mntr` tells besides.
struct ZookeeperMonitor {
  std::optional<double> watches{};
  std::optional<double> ephemerals{};
  std::optional<double> sessions{};    ///< of the whole ensemble
  std::optional<double> data_bytes{};  ///< about
  std::optional<double> open_files{};
  std::optional<double> max_files{};
  std::optional<double> uptime{};        ///< seconds
  std::optional<double> voters{};        ///< servers that vote, this one included
  std::optional<double> elections{};     ///< times it looked for a leader
  std::optional<double> election_sum{};  ///< seconds in elections, over election_count of them
  std::optional<double> election_count{};
  std::optional<double> fsync_sum{};  ///< seconds spent in fsync_count calls
  std::optional<double> fsync_count{};
  std::optional<double> fsync_max{};  ///< seconds; not told with the Prometheus provider
  // Of leaders only.
  std::optional<double> learners{};
  std::optional<double> synced_followers{};
  std::optional<double> synced_observers{};
  std::optional<double> pending_syncs{};
};

/// How a server is configured, by the word `conf`. Paths are told, secrets are not among it.
struct ZookeeperSettings {
  std::optional<double> id{};          ///< its number in the ensemble, "myid"; 0: it stands alone
  std::optional<double> tick{};        ///< seconds, as the next four
  std::optional<double> init_limit{};  ///< a follower may take to connect and sync at the start
  std::optional<double> sync_limit{};  ///< a follower may lag behind; both not told if it is alone
  std::optional<double> session_timeout_min{};
  std::optional<double> session_timeout_max{};
  std::optional<double> max_connections{};  ///< of one client address; 0: no limit
  std::optional<double> data_bytes{};       ///< size of the folder of snapshots
  std::optional<double> log_bytes{};        ///< size of the folder of the transaction log
  std::string data_dir{};                   ///< may be empty, as the next
  std::string log_dir{};
};

struct ZookeeperServerFacts {
  EntityRef entity{};  ///< its address as configured, "zk-1:2181"
  ZookeeperState state = ZookeeperState::kUnknown;
  std::string why{};  ///< one line, unless it serves
  /// It serves, and only readers: it is cut off from its quorum. Empty: not known.
  std::optional<bool> read_only{};
  /// A ZooKeeper answers there, whether it serves or not; empty: something answers, maybe another.
  std::optional<bool> alive{};
  AnswerRef polled{};  ///< of all above: every poll brings one, also of a server that is silent

  ZookeeperStats stats{};
  AnswerRef told{};  ///< of `stats`

  ZookeeperMonitor monitor{};
  AnswerRef monitored{};  ///< of `monitor`

  ZookeeperSettings settings{};
  AnswerRef configured{};  ///< of `settings`; asked for rarely, so it is good for long

  /// Words that it does not answer, because its 4lw.commands.whitelist lacks them.
  std::vector<std::string> refused{};

  /// It served in the last poll, and that was not too long ago: what it told then may be shown.
  bool Serves(const Instant& now) const {
    return state == ZookeeperState::kServing && IsFresh(polled, now);
  }
};

/// What Kafka keeps in ZooKeeper of the cluster as a whole, read over a session.
struct ZookeeperKafka {
  std::string cluster_id{};  ///< as Kafka's metadata has it; empty: no Kafka is kept there
  std::optional<int32_t> controller{};  ///< the id of the active controller; none has registered
  bool kraft = false;                   ///< that controller is one of KRaft: it migrates
  std::vector<int32_t> brokers{};  ///< ids of those that live and register in ZooKeeper, ascending
  /// Left by a migration: when KRaft wrote to it last, and the offset of its metadata then.
  std::optional<WallTime> migration_written{};
  int64_t migration_offset = -1;  ///< -1: none yet
};

/// How far a migration to KRaft has come, as ZooKeeper sees it.
enum class MigrationState : uint8_t {
  kNone,       ///< Kafka runs on ZooKeeper, and no migration was begun
  kPrepared,   ///< KRaft has left its mark, but does not lead: not yet, or no longer
  kDualWrite,  ///< KRaft leads and writes to ZooKeeper too: brokers still run on it
  /// KRaft leads and no broker registers here any more: what is left is to finish it, or ZooKeeper
  /// is only remembered.
  kBrokersGone,
};

/// "none", "prepared", "dual_write", "brokers_gone".
std::string_view Name(MigrationState state);

MigrationState MigrationOf(const ZookeeperKafka& kafka);

struct ZookeeperFacts final : Facts {
  std::vector<ZookeeperServerFacts> servers{};  ///< in the order of the configuration
  ZookeeperKafka kafka{};
  AnswerRef kafka_read{};  ///< of `kafka`; null: never read
};

/// Settings that all servers of an ensemble should have in common and that differ between those
/// that serve, a line each: "tickTime is 2000 ms at zk-1:2181 and 3000 ms at zk-2:2181". Pure.
std::vector<std::string> DifferingSettings(const ZookeeperFacts& facts, const Instant& now);

}  // namespace klaxon
