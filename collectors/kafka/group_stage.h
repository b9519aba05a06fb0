#pragma once

#include <vector>

#include "collectors/kafka/groups.h"
#include "collectors/kafka/round.h"

namespace klaxon::kafka_collector {

/// As many groups as one request asks for: answers stay below a few megabytes.
constexpr size_t kGroupsPerRequest = 250;

/// The third stage: state, members and committed offsets of the listed groups, in one exchange.
/// Groups whose coordinator has moved meanwhile are asked for once more where it is now.
void ReadGroups(Round& round, std::vector<GroupWork>& groups);

}  // namespace klaxon::kafka_collector
