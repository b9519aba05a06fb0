#pragma once

#include <cstdint>

#include "agent/recovery/memory.h"
#include "agent/recovery/world.h"

/// Which record a connector fails at again and again.
namespace klaxon::recovery {

/// Empty: where it stands is not known. REQUIRES: it failed.
FailureMark MarkOf(const Connector& connector);

/// It failed anew: by the same cause at the same place, the record there is the cause. What else it
/// reads may have moved on meanwhile; then a partition must have stood still over two restarts, for
/// another one may only be slow to move. `attempts`: restarts of it before; 0 also if it may have
/// failed long ago. REQUIRES: it failed.
void TakeFailure(const Connector& connector, uint32_t attempts, PoisonMemory& memory);

}  // namespace klaxon::recovery
