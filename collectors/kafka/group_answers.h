#pragma once

#include "agent/kafka/wire/messages/describe_groups.h"
#include "agent/kafka/wire/messages/offset_fetch.h"
#include "collectors/kafka/groups.h"
#include "collectors/kafka/round.h"

namespace klaxon::kafka_collector {

/// Takes what DescribeGroups says of one group.
void TakeDescription(Round& round, GroupWork& group,
                     wire::DescribeGroupsResponse::Group&& described, const AnswerRef& answer);

/// Takes what OffsetFetch says of one group. Partitions that were never committed are left out.
void TakeCommits(Round& round, GroupWork& group, wire::OffsetFetchResponse::Group&& fetched,
                 const AnswerRef& answer);

/// Whether the code means: ask somebody else.
bool HasMoved(wire::ErrorCode code);

/// Sets what can only be said once both answers are there. Brokers before 3.8 do not tell a group's
/// kind: one that they describe as dead although it has commits is of a kind that we do not read.
void JudgeKind(GroupWork& group);

}  // namespace klaxon::kafka_collector
