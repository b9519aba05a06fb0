#pragma once

#include <string>

#include "agent/recovery/journal.h"

/// Which record a connector fails at again and again.
namespace klaxon::recovery {

/// A line for the cause, then Subject::place. Empty: where it stands is not known. REQUIRES: it
/// failed.
std::string CauseOf(const Subject& subject);

/// It failed anew: by the same cause at the same place, the record there is the cause. What else it
/// reads may have moved on meanwhile; then a partition must have stood still over two restarts, for
/// another one may only be slow to move. REQUIRES: it failed.
void TakeFailure(const Subject& subject, ConnectorMemory& memory);

}  // namespace klaxon::recovery
