#pragma once

#include "collectors/kafka/round.h"

namespace klaxon::kafka_collector {

/// Once a minute: what we may see. Brokers leave out of their lists the topics and the groups that
/// we may not describe, silently; so that has to be said.
void ReadPermissions(Round& round);

}  // namespace klaxon::kafka_collector
