#include "collectors/kafka/quorum.h"

#include <string>

namespace klaxon::kafka_collector {
namespace {

using kafka::wire::DescribeQuorumResponse;
using kafka::wire::ErrorCode;

Quorum Without(MetadataProof proof, Reason reason, const std::string& what) {
  return {.proof = proof, .why = Error(reason, what)};
}

Quorum Refused(ErrorCode code) {
  if (code == ErrorCode::kUnsupportedVersion) {
    return Without(MetadataProof::kUnproven, Reason::kUnsupported,
                   "the cluster does not tell about its quorum");
  }
  if (code == ErrorCode::kClusterAuthorizationFailed) {
    return Without(MetadataProof::kUnproven, Reason::kUnauthorized,
                   "not allowed to ask for the quorum: leaders and ISR are believed unproven; "
                   "grant Describe on the cluster");
  }
  return Without(MetadataProof::kDoubtful, Reason::kRefused,
                 "the controller quorum does not answer: " + Name(code) +
                     "; leaders and ISR are not known until it does");
}

}  // namespace

kafka::wire::DescribeQuorumRequest AskQuorum() {
  kafka::wire::DescribeQuorumRequest request;
  request.topics.push_back({.name = kafka::wire::kClusterMetadataTopic, .partitions = {{}}});
  return request;
}

Quorum JudgeQuorum(const Result<DescribeQuorumResponse>& answer) {
  if (!answer) {
    if (answer.error().reason() == Reason::kUnsupported) {
      return Refused(ErrorCode::kUnsupportedVersion);
    }
    return {.proof = MetadataProof::kDoubtful, .why = answer.error().In("asking for the quorum")};
  }
  if (answer->error_code != ErrorCode::kNone) {
    return Refused(answer->error_code);
  }
  if (answer->topics.empty() || answer->topics[0].partitions.empty()) {
    return Without(MetadataProof::kDoubtful, Reason::kBadAnswer,
                   "the answer about the quorum holds no partition");
  }
  const DescribeQuorumResponse::Partition& log = answer->topics[0].partitions[0];
  if (log.error_code != ErrorCode::kNone) {
    return Refused(log.error_code);
  }
  if (log.leader < 0) {
    return Without(
        MetadataProof::kDoubtful, Reason::kRefused,
        "the controller quorum has no leader; leaders and ISR are not known until it has");
  }
  return {.proof = MetadataProof::kProven, .leader = log.leader};
}

}  // namespace klaxon::kafka_collector
