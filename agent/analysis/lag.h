#pragma once

#include "agent/base/clock.h"
#include "agent/model/kafka_facts.h"
#include "agent/model/view.h"

namespace klaxon::analysis {

/// Lag of every committed partition of a group: end of the log minus committed offset.
///
/// Collectors read commits before ends, so a commit beyond the end is real (recreated topic, lost
/// data) and not a race; where the end is older than the commit, the lag is not known.
GroupLag LagOf(const GroupFacts& group, const KafkaFacts& facts, const Instant& now);

}  // namespace klaxon::analysis
