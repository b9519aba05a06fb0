#pragma once

#include "collectors/kafka/round.h"

namespace klaxon::kafka_collector {

/// Once a minute: what we may do with the cluster. Without DESCRIBE on it brokers leave out the
/// groups that we may not see, silently; so that has to be said.
void ReadPermissions(Round& round);

}  // namespace klaxon::kafka_collector
