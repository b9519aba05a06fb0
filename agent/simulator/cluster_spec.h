#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/kafka/wire/types.h"
#include "agent/simulator/login.h"
#include "agent/simulator/record_batch.h"
#include "agent/tls/server_options.h"

/// Everything a simulated cluster is made of, as plain values: what to build, not how it behaves.
namespace klaxon::simulator {

/// What is in a record; the same whenever it is read.
using MakeRecord = RecordContent (*)(int32_t partition, int64_t offset);

struct TopicSpec {
  std::string name{};
  int partitions = 1;
  int replication = 1;  ///< at most the count of brokers is used
  int min_in_sync = 1;  ///< min.insync.replicas
  double rate = 10;     ///< records a second over all partitions; varies by 40 % around it
  bool internal = false;
  MakeRecord record = nullptr;  ///< null: a line of text
};

enum class GroupKind {
  kClassic,   ///< join and sync by the clients (protocol type "consumer")
  kConsumer,  ///< KIP-848: assigned by the coordinator; DescribeGroups does not know it
  kShare,     ///< KIP-932: listed only, commits nothing that OffsetFetch tells
  kConnect,   ///< the workers of a Connect cluster: protocol type "connect", no topics
};

struct GroupSpec {
  std::string name{};
  GroupKind kind = GroupKind::kClassic;
  std::vector<std::string> topics{};
  int partitions = 0;  ///< reads at most so many of the topics' partitions, in order; 0: all
  /// Members are called this and their number from 0, as Connect's consumers; empty: by the group's
  /// name and from 1.
  std::string client_prefix{};
  int members = 1;   ///< 0: state Empty; what was committed stays
  double speed = 3;  ///< records read per record produced at most; 0: stuck, below 1: falls behind
  int64_t initial_lag = 0;  ///< records a partition, at the start
  int never_committed = 0;  ///< the last so many of its partitions were never committed
  bool beyond_end = false;  ///< its first partition is committed 1,000 records beyond the log's end
};

/// How long the controller takes to notice things. Kafka's own defaults are in the comments.
struct ClusterTimings {
  Duration session_timeout = std::chrono::seconds{2};  ///< dead broker is fenced after; Kafka: 9 s
  Duration rejoin = std::chrono::milliseconds{500};    ///< started broker registers after
  Duration catch_up = std::chrono::seconds{2};         ///< registered broker is in sync again after
  Duration commit_interval = std::chrono::seconds{5};  ///< auto.commit.interval.ms; Kafka: 5 s
  Duration leader_balance = std::chrono::seconds{20};  ///< preferred leaders; Kafka: 300 s
  /// Offsets move in such steps; 0: they never move, for repeatable measurements.
  Duration step = std::chrono::milliseconds{250};
};

struct ClusterSpec {
  std::string name = "simulated";
  std::string cluster_id = "S1mulat0rOfKlaxonAgent";
  int brokers = 1;          ///< ids 1 to n; the first three are the controllers' voters too
  uint16_t first_port = 0;  ///< broker n listens on first_port + n - 1; 0: on free ports
  /// How all brokers listen: TLS if there is a certificate, with a login if there are mechanisms.
  tls::ServerOptions tls{};
  LoginRules login{};
  std::vector<TopicSpec> topics{};
  std::vector<GroupSpec> groups{};
  int offsets_topic_partitions = 50;  ///< of __consumer_offsets: decides who coordinates a group
  bool lists_offsets_topic = true;    ///< false: it works but no Metadata shows it (round numbers)
  uint64_t seed = 1;
  ClusterTimings timings{};
  /// Newest version offered of an API, to play an old broker or ZooKeeper mode; -1: not at all.
  std::map<kafka::wire::ApiKey, int16_t> newest{};
};

/// A cluster by numbers alone: topics "topic-0001", groups "group-0001", and so on.
struct ClusterSize {
  int brokers = 1;
  int topics = 10;
  int partitions = 10;  ///< a topic
  int replication = 1;
  int groups = 10;
  int partitions_per_group = 10;
};

ClusterSpec Sized(const ClusterSize& size, uint64_t seed = 1);

/// The size that performance is measured at: 1,000 topics x 10 partitions, 1,000 groups x 100
/// partitions.
ClusterSpec SizeL(int brokers = 1);

/// A small shop that a newcomer understands at once: orders, payments, shipments, ... on 3 brokers.
ClusterSpec ShopCluster();

}  // namespace klaxon::simulator
