#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/recovery/world.h"

/// What recovery remembers of a Connect cluster from one poll to the next.
namespace klaxon::recovery {

struct ConnectorMemory {
  uint64_t life = 0;  ///< Subject::life; another one: all below is forgotten
  uint64_t config_hash = 0;
  uint64_t changed_in = 0;   ///< Journal::polls when its configuration was seen to change; 0: never
  bool quarantined = false;  ///< the last plan said so, or that it was exhausted
  bool lifted = false;       ///< it was, and the configuration changed in this poll

  // Of the failure that lasts:
  uint64_t failed_polls = 0;              ///< in which it was seen; 0: it does not last
  std::optional<Instant> failed_since{};  ///< seen first
  uint64_t failures = 0;                  ///< of its items together, as last seen

  std::optional<Instant> running_since{};  ///< all of it
  uint64_t runs_for = 0;                   ///< polls in a row in which all of it ran

  // Since it last ran for long enough:
  uint32_t attempts = 0;                  ///< restarts, anybody's
  std::optional<Instant> last_attempt{};  ///< or when it was noticed
  std::string last_cause{};               ///< fingerprint and place of the last failure
  /// Where it stood when it failed twice by the same cause at the same place; empty: it did not.
  std::string poison{};
};

struct BreakerMemory {
  BreakerState state = BreakerState::kClosed;
  Instant since{};       ///< in this state; of kOpen: since it was last hit
  std::string why{};     ///< what tripped it
  std::string canary{};  ///< of kCanary: the connector that was restarted; empty: none yet
};

struct Journal {
  uint64_t polls = 0;  ///< answers followed
  AnswerRef followed{};
  std::string cluster_id{};  ///< the first that was told: it never changes
  std::map<std::string, ConnectorMemory, std::less<>> connectors{};
  std::deque<MonoTime> restarts{};  ///< ours of the last minute, oldest first
  BreakerMemory breaker{};
};

/// Takes what a new answer tells: failures that begin and end, restarts of others, configurations
/// that changed. Nothing is taken from an answer that is stale, or was taken already.
void Follow(const World& world, const Policy& policy, const Instant& now, Journal& journal);

/// Remembers what was decided.
void Note(const std::vector<RecoveryDecision>& decisions, Journal& journal);

/// The wait after the n-th restart (n >= 1); the same each time it is asked for.
Duration BackoffOf(const Settings& settings, uint32_t attempts, std::string_view connector);

/// Moves the breaker. `failed_now`: connectors that were not failed in the poll before.
void FollowBreaker(const World& world, const Policy& policy, size_t failed_now, const Instant& now,
                   Journal& journal);

}  // namespace klaxon::recovery
