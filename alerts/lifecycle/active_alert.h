#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/clock.h"
#include "agent/series/labels.h"
#include "alerts/model/alert.h"

namespace klaxon::alerts {

enum class Phase : uint8_t {
  kPending,   ///< its `for` has not passed yet
  kFiring,    ///< people are told
  kResolved,  ///< it fired, and does no more; Prometheus calls it inactive
};

std::string_view Name(Phase phase);  ///< "pending", "firing", "inactive"

/// How long an alert is remembered after its end, so that whoever missed the news is told
/// (prometheus/rules/alerting.go).
inline constexpr std::chrono::minutes kResolvedRetention{15};

/// An alert of a rule from its first sight to 15 minutes after its end.
struct ActiveAlert {
  series::Labels labels{};
  series::Labels annotations{};
  double value = 0;
  Phase phase = Phase::kPending;
  /// Since when the expression gives it. Moves on while its facts are unknown and it is pending.
  WallTime active_since{};
  std::optional<WallTime> fired_at{};
  std::optional<WallTime> resolved_at{};
  std::optional<WallTime> keep_firing_since{};  ///< the expression does not give it any more
  /// Nobody can tell from then on whether it is right: it stays as it was.
  std::optional<WallTime> unknown_since{};
  std::string unknown_why{};  ///< for people; empty: it is known
  /// Begin of the outage that lasts; `unknown_since` may be that of one before it, when its rule
  /// had not seen enough again in between.
  std::optional<WallTime> outage_since{};
  /// Known again, but until then its rule may not see enough of it.
  std::optional<WallTime> settles_until{};
  /// So much of what its rule had seen before `outage_since` is gone as well: after a restart.
  Duration forgotten{};
};

/// By labels.
using ActiveAlerts = std::map<series::Labels, ActiveAlert>;

/// As receivers are told. Nothing for one that is pending.
std::optional<Alert> AsAlert(const ActiveAlert& active, const std::string& generator_address);

/// Which rule an alert belongs to, over restarts and reloads: as in Prometheus an edit of the
/// expression changes nothing, another name or other labels make another rule.
struct RuleIdentity {
  std::string file{};
  std::string group{};
  std::string rule{};      ///< its name
  std::string labels{};    ///< as they stand in the file, in one text
  int64_t occurrence = 0;  ///< among rules of the group that are the same in all of this

  friend bool operator==(const RuleIdentity&, const RuleIdentity&) = default;
  friend auto operator<=>(const RuleIdentity&, const RuleIdentity&) = default;
};

struct SavedAlert {
  RuleIdentity rule{};
  ActiveAlert alert{};
};

/// All that a restart has to know. Made after an evaluation, stored in one transaction with what
/// receivers are to be told.
struct SavedAlerts {
  WallTime at{};  ///< of the evaluation
  std::vector<SavedAlert> alerts{};
};

}  // namespace klaxon::alerts
