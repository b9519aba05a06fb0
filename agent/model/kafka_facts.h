#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/model/answer.h"
#include "agent/model/entity.h"
#include "agent/model/section.h"
#include "agent/model/worker_group_facts.h"

/// What a Kafka cluster says of itself. The words are the protocol's.
namespace klaxon {

struct BrokerFacts {
  int32_t id = -1;
  std::string host{};  ///< as advertised
  int32_t port = 0;
  std::string rack{};  ///< empty: none
  std::optional<Error>
      error{};  ///< why it does not answer us; empty: it does, or was not asked yet
};

/// An offset and where it came from. Unknown while `answer` is null.
struct OffsetFact {
  int64_t offset = -1;
  AnswerRef answer{};
};

struct PartitionFacts {
  int32_t partition = 0;
  int32_t leader = -1;  ///< broker id; -1: the cluster says that there is none
  int32_t leader_epoch = -1;
  std::vector<int32_t> replicas{};  ///< broker ids, the preferred leader first
  std::vector<int32_t> in_sync{};   ///< ISR
  std::vector<int32_t> offline{};   ///< replicas on dead brokers or disks
  OffsetFact earliest{};            ///< log start offset
  OffsetFact latest{};              ///< high watermark: the offset of the next record
};

using TopicId = std::array<uint8_t, 16>;  ///< all zero: the broker is too old to tell (before 2.8)

struct TopicFacts {
  EntityRef entity{};
  TopicId id{};
  bool internal = false;
  std::optional<Error> error{};              ///< the cluster knows it but cannot describe it
  std::vector<PartitionFacts> partitions{};  ///< ascending
};

/// The partition of that number; nullptr if the topic has none. REQUIRES: ascending partitions.
const PartitionFacts* FindPartition(const TopicFacts& topic, int32_t partition);

/// KIP-848 and KIP-932 gave the group types; `kClassic` is the JoinGroup protocol.
enum class GroupKind { kClassic, kConsumer, kShare, kStreams, kUnknown };

std::string_view Name(GroupKind kind);  ///< "classic", "consumer", ...

struct MemberFacts {
  std::string client_id{};
  std::string client_host{};
};

struct CommitFacts {
  int32_t partition = 0;
  int64_t offset = 0;  ///< the next offset the group will read; never negative
};

struct GroupTopicFacts {
  EntityRef topic{};
  int32_t topic_index = -1;            ///< in KafkaFacts::topics; -1: the topic is not there
  std::vector<CommitFacts> commits{};  ///< ascending; partitions never committed are not in here
};

struct GroupFacts {
  EntityRef entity{};
  GroupKind kind = GroupKind::kClassic;
  std::string protocol_type{};  ///< "consumer", "connect", ...; empty: commits only ("simple")
  int32_t coordinator = -1;     ///< broker id

  AnswerRef listed{};  ///< the group exists

  std::string state{};                     ///< "Stable", "Empty", ...; the broker's own word
  std::vector<MemberFacts> members{};      ///< see members_unknown
  std::optional<Error> members_unknown{};  ///< why `members` is not the truth
  /// What its members told each other, if it is one of Connect's workers or of registry nodes;
  /// else null.
  std::shared_ptr<const ConnectGroupFacts> connect{};
  std::shared_ptr<const RegistryGroupFacts> registry{};
  AnswerRef described{};  ///< of state, members and what they told; null: unknown

  std::vector<GroupTopicFacts> topics{};  ///< by topic name
  AnswerRef committed{};                  ///< of `topics`; null: unknown
};

/// Can the metadata be believed? A broker cut off from its quorum goes on answering with the state
/// of long ago, so DescribeQuorum must confirm it in the same poll.
enum class MetadataProof {
  kProven,    ///< the quorum has a leader
  kUnproven,  ///< the cluster cannot or will not tell (ZooKeeper mode, old broker, no permission)
  kDoubtful,  ///< no quorum leader, or no answer: leaders and ISR are not known now
};

std::string_view Name(MetadataProof proof);  ///< "proven", "unproven", "doubtful"

struct KafkaFacts final : Facts {
  std::string cluster_id{};

  std::vector<BrokerFacts> brokers{};  ///< ascending by id; those alive according to `metadata`
  std::vector<TopicFacts> topics{};    ///< by name
  /// Of brokers and topics, their names and numbers. Ages while `proof` is kDoubtful, as leadership
  /// does: what a cut-off broker lists is of long ago too.
  AnswerRef metadata{};

  /// Of leader, replicas, in_sync and offline of every partition: the last answer that was not in
  /// doubt. It ages while `proof` is kDoubtful; null: there was none yet, leaders are unknown.
  AnswerRef leadership{};
  MetadataProof proof = MetadataProof::kUnproven;

  std::optional<int32_t> controller{};  ///< the active controller's id
  AnswerRef controller_answer{};

  std::vector<GroupFacts> groups{};  ///< by name
  /// Every broker's list of groups, so that "no groups" can be told from "not asked". Parallel to
  /// `brokers`; null: that broker never gave one.
  std::vector<AnswerRef> group_lists{};
};

}  // namespace klaxon
