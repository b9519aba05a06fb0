#pragma once

#include <optional>

#include "agent/base/result.h"
#include "agent/kafka/wire/messages/describe_quorum.h"
#include "agent/model/kafka_facts.h"

namespace klaxon::kafka_collector {

/// What DescribeQuorum says about the broker that answered it.
struct Quorum {
  MetadataProof proof = MetadataProof::kDoubtful;
  std::optional<int32_t> leader{};  ///< the active controller; only when kProven
  std::optional<Error> why{};       ///< why it is not kProven
};

/// The question: the one partition of the metadata log.
kafka::wire::DescribeQuorumRequest AskQuorum();

/// Judges an answer. A broker that cannot or may not tell (ZooKeeper mode, old, no DESCRIBE on the
/// cluster) is kUnproven; one whose quorum has no leader, or that cannot reach it in time, is
/// kDoubtful: it goes on answering Metadata with the state of long ago.
Quorum JudgeQuorum(const Result<kafka::wire::DescribeQuorumResponse>& answer);

}  // namespace klaxon::kafka_collector
