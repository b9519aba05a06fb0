#pragma once

#include <optional>
#include <vector>

#include "agent/base/result.h"
#include "agent/model/connect_facts.h"
#include "agent/model/entity.h"
#include "collectors/connect/worker.h"

/// What workers that should be one cluster say against each other. Pure.
namespace klaxon::connect_collector {

/// Why the living workers cannot all be the Connect cluster of `before` (null: none is known): they
/// belong to several Kafka clusters, or to another one than before. What was known for so long that
/// it is stale is no reason any more: the cluster has moved.
std::optional<Error> ForeignCluster(const std::vector<ConnectWorkerFacts>& workers,
                                    const ConnectFacts* before, const Instant& now);

/// What workers tell differently of connectors and tasks; `tellings` are parallel to workers.
std::vector<ConnectDisagreement> Compare(const std::vector<Telling>& tellings,
                                         EntityTable& entities);

}  // namespace klaxon::connect_collector
