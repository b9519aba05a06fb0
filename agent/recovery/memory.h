#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/model/recovery_facts.h"
#include "agent/recovery/items.h"
#include "agent/recovery/position.h"

/// What recovery remembers of a Connect cluster from one poll to the next. What moves it is in
/// journal.h; what of it outlives the agent, in the ledger.
namespace klaxon::recovery {

/// Something that lasts from poll to poll.
struct Stretch {
  uint64_t polls = 0;              ///< in a row in which it was seen; 0: it does not last
  std::optional<Instant> since{};  ///< seen first
};

/// Its configuration, and that changes of it let it begin anew.
struct ConfigurationMemory {
  uint64_t hash = 0;                    ///< Connector::config_hash; 0: not told yet
  uint32_t changes = 0;                 ///< of late: less than an hour after each other
  std::optional<Instant> changed_at{};  ///< last; with `changes`
};

/// Whether it is given up.
struct QuarantineMemory {
  bool holds = false;       ///< the last plan said so, or that it was exhausted
  bool lifted = false;      ///< it held until this poll, in which it began anew
  std::string lifted_by{};  ///< of `lifted`: the person who did; empty: its configuration changed
};

/// Restarts since it last ran for long enough, anybody's.
struct Attempts {
  uint32_t count = 0;
  std::optional<Instant> last{};       ///< or when it was noticed
  std::optional<MonoTime> shown_at{};  ///< an item that somebody else restarted was seen to start
};

/// Requests to restart it in Connect's config topic.
struct RequestMemory {
  uint64_t newest = 0;  ///< Connector::asked, as last seen
  /// The last that was counted as an attempt when the topic held it; it may show in states, too.
  std::optional<Instant> counted_at{};
  std::optional<Instant> shown_at{};  ///< it did, first then
};

/// What tells a failure from others: an item, unless it is a sink's, and the fingerprint of its
/// trace; and where the connector stood.
struct FailureMark {
  std::string cause{};  ///< empty: this, or where it stood, is not known
  Positions positions{};
};

/// Whether one record fails it again and again. Of failures since it last ran for long enough.
struct PoisonMemory {
  FailureMark last{};
  Positions stood{};  ///< of `last`: where it stood at the failure before, too
  /// Where it stood when it failed again and again by the same cause; empty: it did not, or
  /// has failed elsewhere since.
  Positions found{};
};

/// So long it is not restarted, whatever its back-off: the last restart was no attempt, had no
/// answer, or its configuration changes again and again.
struct Hold {
  uint32_t misses = 0;  ///< restarts in a row that were no attempts
  std::optional<Instant> until{};
  std::string why{};
};

/// A restart of ours of which it is not known yet what became of it.
struct UnderWay {
  int64_t id = 0;         ///< in the ledger
  Instant answered_at{};  ///< by Connect: what it told before may be of before the restart
  std::optional<Instant> failed_since{};
  Failures items{};           ///< that were to be restarted; empty: not known, all of it
  uint64_t failed_polls = 0;  ///< answers from after it in which one of these was FAILED
  Stretch running{};
  bool changed = false;  ///< its configuration, since: Connect has restarted it for that, too
};

/// Restarts that Klaxon sent.
struct OwnRestarts {
  std::optional<UnderWay> under_way{};
  Failures left{};  ///< that were FAILED at the last, which did not get to them
  std::optional<RestartReport> last{};
};

struct ConnectorMemory {
  uint64_t life = 0;      ///< Connector::life
  bool restored = false;  ///< from the disk: it has no life yet, and may have failed long ago
  std::optional<Instant> absent_since{};  ///< it is missing in the list of connectors
  ConfigurationMemory configuration{};
  QuarantineMemory quarantine{};
  uint64_t began_anew = 0;           ///< Journal::polls when Forgive was called last; 0: never
  Stretch failing{};                 ///< any of it
  Stretch running{};                 ///< all of it
  Broken broken{};                   ///< since all of it ran last
  std::optional<Instant> fell_at{};  ///< it was seen to begin to fail last; kept when it runs
  Attempts attempts{};
  RequestMemory requests{};
  PoisonMemory poison{};
  Hold hold{};
  OwnRestarts own{};
};

/// Somebody wants nothing to be restarted.
struct Pause {
  std::string who{};
  std::string why{};
  WallTime since{};

  friend bool operator==(const Pause&, const Pause&) = default;
};

struct BreakerMemory {
  BreakerState state = BreakerState::kClosed;
  Instant since{};    ///< in this state; of kOpen: since it was last hit
  std::string why{};  ///< what tripped it
  /// When it was hit last, by this process's clock: what failed later is another matter. Empty: it
  /// was before the last end of the agent.
  std::optional<Instant> hit{};
  std::string canary{};  ///< of kCanary: the connector that was restarted; empty: none yet
};

/// What became of a restart of ours.
struct Verified {
  std::string connector{};
  int64_t id = 0;  ///< in the ledger
  RestartReport report{};
};

/// Connect, or a gateway in front of it, does not let one connector be restarted.
struct Refusal {
  Instant until{};      ///< so long it is not asked again
  std::string words{};  ///< of the answer
};

/// Restarts of ours count in the budget for so long.
inline constexpr auto kBudgetWindow = std::chrono::minutes{1};

/// All that is remembered of a Connect cluster.
struct Journal {
  uint64_t polls = 0;  ///< answers followed
  AnswerRef followed{};
  Duration gap{};  ///< between the last answer that was followed and the one before
  /// The first that was told, this time or before the last end of the agent: whatever is remembered
  /// is of it, and it changes only if a person says so.
  std::string cluster_id{};
  std::map<std::string, ConnectorMemory, std::less<>> connectors{};
  std::deque<MonoTime> restarts{};         ///< ours of kBudgetWindow, oldest first
  std::optional<MonoTime> last_restart{};  ///< ours, also before the last start
  BreakerMemory breaker{};
  std::map<std::string, Pause, std::less<>> pauses{};  ///< by connector; "": all of them
  std::vector<Verified> verified{};                    ///< found by the last Follow
  /// By connector: the last restart of it was refused, and not those of all. Kept when it is over,
  /// until one is let through.
  std::map<std::string, Refusal, std::less<>> refused{};
  std::optional<MonoTime> let_through{};      ///< when Connect last took a restart of ours
  std::string denied{};                       ///< why Connect refused a restart of ours
  std::optional<Instant> denied_until{};      ///< so long none is sent to the whole cluster
  std::string unanswered{};                   ///< whose restart had the outcome kUnknown
  std::optional<Instant> unanswered_until{};  ///< so long none is sent to the whole cluster
};

}  // namespace klaxon::recovery
