#pragma once

#include <string_view>

#include "agent/simulator/cluster_state.h"
#include "agent/simulator/connect_state.h"

namespace klaxon::simulator {

/// Makes the workers' group of a cluster agree with what a Connect cluster tells over REST: a
/// member for each worker that something is on, with just that. Nothing happens without such a
/// group.
void JoinWorkers(const ConnectState& connect, ClusterState& cluster, std::string_view group);

}  // namespace klaxon::simulator
