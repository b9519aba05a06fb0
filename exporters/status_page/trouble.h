#pragma once

#include <string>
#include <vector>

#include "agent/model/view.h"

namespace klaxon::status_page {

enum class Severity {
  kBroken,   ///< data is not served, or a connector stands still
  kAtRisk,   ///< one more failure and it is
  kUnknown,  ///< we cannot tell
};

/// One line of what somebody on call has to know first.
struct Trouble {
  Severity severity = Severity::kUnknown;
  std::string where{};  ///< "main", "main / etl"; for people
  std::string what{};   ///< one sentence
  std::string why{};    ///< what is known of the cause, or what to try; may be empty
  AnswerRef answer{};   ///< what it was read from; null: from the polling itself
};

/// Everything in a view that is wrong or unknown, the worst first. Pure.
std::vector<Trouble> TroublesIn(const View& view, const Instant& now);

/// How a partition fares, by what the cluster says.
struct PartitionHealth {
  bool leaderless = false;
  bool under_replicated = false;  ///< fewer in sync than replicas
  bool offline_replicas = false;
};

PartitionHealth HealthOf(const PartitionFacts& partition);

inline bool InTrouble(const PartitionHealth& health) {
  return health.leaderless || health.under_replicated || health.offline_replicas;
}

}  // namespace klaxon::status_page
