#pragma once

#include <vector>

#include "collectors/kafka/groups.h"
#include "collectors/kafka/round.h"

namespace klaxon::kafka_collector {

/// The second stage: every broker lists the groups that it coordinates. By name. A group of the
/// poll before that is on no list is left out only if the broker that would coordinate it answered
/// and has done so since the poll before; otherwise it is carried over.
std::vector<GroupWork> ListGroups(Round& round);

}  // namespace klaxon::kafka_collector
