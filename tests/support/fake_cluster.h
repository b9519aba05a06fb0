#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/clock.h"
#include "agent/kafka/cluster_client.h"
#include "agent/kafka/wire/messages/metadata.h"

namespace klaxon::testing {

/// The state of a Kafka cluster that a test makes up, and what its brokers answer to each request:
/// through the real encoding and decoding, without a socket. Confined to one thread.
struct FakeCluster {
  struct Broker {
    int32_t port = 9092;       ///< as it advertises it
    bool silent = false;       ///< misses every deadline
    bool unreachable = false;  ///< refuses connections
    bool loading = false;      ///< its coordinator has not read its log yet
    bool cut_off = false;      ///< without its quorum: answers everything but DescribeQuorum
    std::map<kafka::wire::ApiKey, int16_t> newest{};  ///< versions below ours; -1: not at all
  };

  struct Partition {
    int32_t leader = 1;
    int32_t epoch = 0;
    std::vector<int32_t> replicas = {1};
    std::vector<int32_t> in_sync = {1};
    int64_t earliest = 0;
    int64_t latest = 0;
    kafka::wire::ErrorCode error{};  ///< of ListOffsets
  };

  struct Topic {
    kafka::wire::Uuid id{};
    std::vector<Partition> partitions{};
  };

  struct Group {
    int32_t coordinator = 1;
    std::string protocol_type = "consumer";
    std::string type = "Classic";
    std::string state = "Stable";
    int members = 1;
    std::vector<std::string> metadata{};    ///< of each member; fewer: the rest has none
    std::vector<std::string> assignment{};  ///< likewise
    std::map<std::string, std::map<int32_t, int64_t>> commits{};
    kafka::wire::ErrorCode error{};  ///< of DescribeGroups and OffsetFetch
    bool listed = true;              ///< false: left out of ListGroups though it is there
  };

  std::map<int32_t, Broker> brokers{};
  std::map<std::string, Topic> topics{};
  std::map<std::string, Group> groups{};
  std::string cluster_id = "cluster-1";
  int32_t quorum_leader = 1;
  kafka::wire::ErrorCode quorum_error{};
  int32_t metadata_controller = 2;
  int32_t operations = 1 << 8;      ///< what we may do with the cluster
  bool may_describe_topics = true;  ///< whatever their names are
  bool may_describe_groups = true;

  /// Runs before an answer to that API is made: a test changes the cluster in the middle of a poll.
  std::map<kafka::wire::ApiKey, std::function<void()>> before{};

  FakeCluster& AddBrokers(int count);
  /// Leaders go round the brokers; `latest` records in every partition.
  FakeCluster& AddTopic(const std::string& name, int partitions, int64_t latest);
  FakeCluster& AddGroup(const std::string& name, const std::string& topic, int64_t committed);
};

/// Answers from a FakeCluster that the test goes on changing.
class FakeClusterClient final : public kafka::ClusterClient {
 public:
  FakeClusterClient(FakeCluster& cluster, Clock& clock) : cluster_(cluster), clock_(clock) {}

  void Exchange(std::span<kafka::Call* const> calls, MonoTime deadline,
                const std::stop_token& stop) override;
  void SetBrokers(std::vector<kafka::BrokerAddress> brokers) override;
  std::optional<int16_t> VersionAt(int32_t broker, kafka::wire::ApiKey api,
                                   kafka::wire::VersionRange ours) const override;

  /// Requests of each API since the last call of this.
  std::map<kafka::wire::ApiKey, int> TakeCounts() { return std::exchange(counts_, {}); }

  size_t exchanges() const { return exchanges_; }

 private:
  void Serve(kafka::Call& call);
  int32_t Route(int32_t broker) const;

  FakeCluster& cluster_;
  Clock& clock_;
  std::set<int32_t> known_{};  ///< by SetBrokers
  std::map<kafka::wire::ApiKey, int> counts_{};
  size_t exchanges_ = 0;
};

}  // namespace klaxon::testing
