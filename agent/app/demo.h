#pragma once

#include "agent/app/agent_config.h"
#include "agent/simulator/estate.h"

namespace klaxon::app {

/// Makes `quick` say where everything of the estate is, and which records to look at. REQUIRES: it
/// has a cluster.
void PointAt(const simulator::Estate& estate, QuickStart& quick);

}  // namespace klaxon::app
