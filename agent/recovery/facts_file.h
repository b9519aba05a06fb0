#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "agent/recovery/policy.h"
#include "agent/recovery/world.h"

/// Deciding about facts that somebody has kept, to try a policy out.
namespace klaxon::recovery {

/// A Connect cluster as it is in a document of facts.
struct FiledCluster {
  std::string cluster{};
  std::string connect{};
  Policy policy{};
  World world{};
  std::map<std::string, uint32_t, std::less<>> attempts{};  ///< restarts that did not help so far
};

using PolicyOf = std::function<Policy(const std::string& cluster, const std::string& connect)>;

/// Reads what /api/klaxon/v1/connectors answers, as if Connect had just told it. What the document
/// does not have is taken for well: dependencies, pauses, keys in connectors' own configurations
/// and where they stand, so that poison is not found. A connector whose state was not fresh has
/// none. Error: kInvalid, no such document.
Result<std::vector<FiledCluster>> ReadFacts(std::string_view json, const PolicyOf& policy_of,
                                            const Instant& now);

/// What is decided when Connect tells the same facts every 5 s for so long.
std::vector<RecoveryDecision> DecideAfter(FiledCluster& filed, Duration time, Instant now);

}  // namespace klaxon::recovery
