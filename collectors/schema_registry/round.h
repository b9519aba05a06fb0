#pragma once

#include <algorithm>
#include <cstddef>

#include "agent/registry/client.h"
#include "collectors/collector.h"

namespace klaxon::schema_registry_collector {

/// What the parts of one poll share: the node that tells the inventory, and how long it may take.
struct Round {
  const registry::RegistryClient& node;
  const PollContext& context;
  Duration request_timeout{};
  MonoTime until{};  ///< no new request after this, so that the poll ends in time

  registry::Patience Next() const {
    return {.deadline = std::min(context.deadline, context.clock.Now().mono + request_timeout),
            .stop = context.stop};
  }

  bool MayGoOn() const {
    return context.clock.Now().mono < until && !context.stop.stop_requested();
  }
};

}  // namespace klaxon::schema_registry_collector
