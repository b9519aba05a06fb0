#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/kafka/doctor/finding.h"
#include "agent/kafka/permissions.h"
#include "agent/kafka/wire/messages/api_versions.h"
#include "agent/kafka/wire/messages/describe_quorum.h"

namespace klaxon::kafka {

/// What an examination learned of a cluster. All judgements on it are pure.
struct ClusterSigns {
  bool metadata = false;                                         ///< it was read
  std::array<std::optional<bool>, kPermissions.size()> held{};   ///< in the order of kPermissions
  std::optional<Result<wire::DescribeQuorumResponse>> quorum{};  ///< empty: not asked
  Instant quorum_asked{};
  Instant quorum_answered{};
  std::vector<int32_t> unreachable{};  ///< brokers that did not answer at their advertised address

  std::optional<bool> Held(Permission permission) const {
    return held[static_cast<size_t>(permission)];
  }
};

/// Whether a broker speaks all that we need.
Finding JudgeVersions(const std::string& subject, const wire::ApiVersionsResponse& versions);

/// The active controller and its quorum.
Finding JudgeQuorum(const ClusterSigns& signs);

/// One finding a permission.
Findings JudgePermissions(const ClusterSigns& signs);

/// The clock of the active controller against ours: it tells the time of its answer in its own line
/// of the quorum (LeaderState.describeQuorum of apache/kafka; since DescribeQuorum 1).
Finding JudgeClock(const ClusterSigns& signs);

/// What Klaxon will and will not be able to show.
Findings JudgeShown(const ClusterSigns& signs);

}  // namespace klaxon::kafka
