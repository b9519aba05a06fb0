#pragma once

#include <string>
#include <vector>

#include "agent/analysis/changes.h"
#include "agent/model/connect_configs.h"

namespace klaxon::analysis {

/// What somebody changed between two looks at a config topic; nothing of what it held already when
/// Klaxon began to read. `before` may be null. Pure.
std::vector<Change> ConfigChanges(const ConnectConfigFacts* before, const ConnectConfigFacts& now,
                                  const std::string& connect);

}  // namespace klaxon::analysis
