#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/text.h"
#include "agent/kafka/wire/types.h"
#include "agent/simulator/cluster_spec.h"

/// A Kafka cluster as data. Functions on it are pure: they ask no clock and touch nothing else.
namespace klaxon::simulator {

struct Partition {
  double end = 0;        ///< records ever written; the log end offset is its whole part
  double weight = 0;     ///< share of the topic's rate
  double kept = 0;       ///< records that retention keeps
  int64_t start = 0;     ///< first offset kept
  int64_t hung_at = -1;  ///< last stable offset while a transaction hangs; -1: none does
  int32_t leader = -1;
  int32_t leader_epoch = 0;
  int32_t stuck_replica = -1;  ///< a replica that does not follow, as on a broken disk; -1: none
  std::vector<int32_t> replicas{};
  std::vector<int32_t> in_sync{};

  int64_t End() const { return static_cast<int64_t>(end); }

  int64_t LastStable() const { return hung_at < 0 ? End() : hung_at; }
};

struct Topic {
  std::string name{};
  kafka::wire::Uuid id{};
  bool internal = false;
  int min_in_sync = 1;
  bool deleted = false;  ///< its place is kept, so that indices stay valid
  double rate = 0;       ///< records a second
  double phase = 0;      ///< 0 to 1: where in its ups and downs it starts
  MakeRecord record = nullptr;
  std::vector<Partition> partitions{};
};

struct GroupPartition {
  uint32_t topic = 0;  ///< index into ClusterState::topics
  int32_t partition = 0;
  double position = -1;    ///< what the members have read; -1: never assigned
  int64_t committed = -1;  ///< -1: never
};

/// A worker of a Connect cluster, as a member of the workers' group.
struct WorkerLoad {
  std::string worker_id{};  ///< "host:port" of its REST
  /// Connectors with their tasks; task -1 is the connector itself.
  std::vector<std::pair<std::string, std::vector<int32_t>>> work{};
};

struct Group {
  std::string name{};
  GroupKind kind = GroupKind::kClassic;
  int members = 0;
  bool rebalancing = false;  ///< members are joining: nobody reads
  double speed = 0;
  int32_t coordinator_partition = 0;  ///< of __consumer_offsets
  int32_t epoch = 1;
  double phase = 0;  ///< 0 to 1: when within the interval its members commit
  std::vector<GroupPartition> partitions{};  ///< those of one topic stand together, in order
  std::string client_prefix{};               ///< of its members' client ids; empty: its name
  std::vector<WorkerLoad>
      workers{};         ///< of kConnect: one a member; fewer: the rest carries nothing
  int32_t delay_ms = 0;  ///< of kConnect: so long lost work is kept for its worker
};

struct Broker {
  int32_t id = 0;
  HostPort listening{};           ///< where it can be reached
  std::string advertised_host{};  ///< what it tells clients
  std::string rack{};
  bool alive = true;    ///< its process runs and sends heartbeats
  bool fenced = false;  ///< what the controller thinks: no leader, not in Metadata
  bool caught_up = true;
  MonoTime alive_changed{};
};

/// The controllers: brokers 1 to min(n, 3) vote, as in a small combined-mode cluster.
struct Quorum {
  int32_t leader = 1;
  int32_t epoch = 1;
  bool cut = false;  ///< lost by a switch, whoever is alive
  double metadata_offset = 1000;
};

struct ClusterState {
  std::string name{};
  std::string cluster_id{};
  ClusterTimings timings{};
  uint64_t seed = 1;
  bool lists_offsets_topic = true;
  Instant started{};
  Instant now{};
  std::vector<Broker> brokers{};
  std::vector<Topic> topics{};  ///< topics[0] is __consumer_offsets
  std::vector<Group> groups{};
  std::unordered_map<std::string, uint32_t> topic_index{};
  std::unordered_map<std::string, uint32_t> group_index{};
  Quorum quorum{};
  MonoTime leaders_balanced{};
  uint64_t version = 0;  ///< grows with every change
};

/// The cluster of a specification at `now`: some history lies behind it, so nothing starts at zero.
ClusterState Build(const ClusterSpec& spec, Instant now);

/// Lets time pass up to `now`: records are produced, groups read and commit, dead brokers are
/// fenced and returned ones come back into sync. Nothing happens if `now` is not later than the
/// last time.
void Advance(ClusterState& state, Instant now);

/// nullptr if there is none. Pointers hold until topics or groups are created or deleted.
Broker* FindBroker(ClusterState& state, int32_t id);
const Broker* FindBroker(const ClusterState& state, int32_t id);
const Topic* FindTopic(const ClusterState& state, std::string_view name);
Topic* FindTopic(ClusterState& state, std::string_view name);
const Group* FindGroup(const ClusterState& state, std::string_view name);
Group* FindGroup(ClusterState& state, std::string_view name);

/// The broker that answers for a group, by name alone (a group need not exist); -1: nobody now.
int32_t CoordinatorOf(const ClusterState& state, std::string_view group);

/// The partition of __consumer_offsets whose leader coordinates a group.
int32_t CoordinatorPartition(const ClusterState& state, std::string_view group);

/// The voters are brokers 1 to this.
size_t VoterCount(const ClusterState& state);

/// Whether most voters are alive. Without them nothing about topics and brokers changes any more.
bool HasQuorum(const ClusterState& state);

/// As ListGroups tells it: "Stable", "Empty", "PreparingRebalance" or, of KIP-848, "Reconciling".
std::string_view StateName(const Group& group);

/// "classic", "consumer" or "share".
std::string_view TypeName(GroupKind kind);

/// "consumer", "connect" or "share".
std::string_view ProtocolType(GroupKind kind);

// --- what people and controllers do ---

/// The broker's process goes away or comes back; the controller notices in its own time (Advance).
void SetAlive(ClusterState& state, int32_t broker, bool alive);

/// The partition's last replica stops following its leader, or follows again, at once.
/// False if there is no such partition or it has one replica only.
bool SetReplicaStuck(ClusterState& state, std::string_view topic, int32_t partition, bool stuck);

/// Replaces a topic of this name. False if there is no quorum.
bool CreateTopic(ClusterState& state, const TopicSpec& spec);

/// Its groups' commits go with it, as in Kafka. False if there is no quorum or no such topic.
bool DeleteTopic(ClusterState& state, std::string_view name);

/// Deletes and creates at once: a new id, offsets from 0, commits of groups left as they were, as
/// consumers do that commit again what they had read.
bool RecreateTopic(ClusterState& state, std::string_view name);

/// Replaces a group of this name. Topics that do not exist are left out.
void CreateGroup(ClusterState& state, const GroupSpec& spec);

bool DeleteGroup(ClusterState& state, std::string_view name);

}  // namespace klaxon::simulator
