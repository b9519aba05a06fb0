#pragma once

#include <vector>

#include "agent/model/connect_facts.h"
#include "agent/model/entity.h"
#include "collectors/connect/worker.h"

/// What workers that should be one cluster say against each other. Pure.
namespace klaxon::connect_collector {

/// What workers tell differently of connectors and tasks; `tellings` are parallel to workers.
std::vector<ConnectDisagreement> Compare(const std::vector<Telling>& tellings,
                                         EntityTable& entities);

}  // namespace klaxon::connect_collector
