#pragma once

#include "collectors/kafka/round.h"

namespace klaxon::kafka_collector {

/// Once a minute, and when a list has changed its length as it would by a permission that came or
/// went: what we may see. Brokers leave out of their lists the topics and the groups that
/// we may not describe, silently; so that has to be said.
void ReadPermissions(Round& round);

}  // namespace klaxon::kafka_collector
