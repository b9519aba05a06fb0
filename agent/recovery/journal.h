#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/recovery/items.h"
#include "agent/recovery/world.h"

/// What recovery remembers of a Connect cluster from one poll to the next.
namespace klaxon::recovery {

/// A restart of ours of which it is not known yet what became of it.
struct UnderWay {
  int64_t id = 0;  ///< in the ledger
  Instant at{};    ///< when Connect answered: what it told before may be of before the restart
  std::optional<Instant> failed_since{};
  Failures items{};           ///< that were to be restarted; empty: not known, all of it
  uint64_t failed_polls = 0;  ///< answers from after it in which one of these was FAILED
  std::optional<Instant> running_since{};
  uint64_t running_polls = 0;
  bool changed = false;  ///< its configuration, since: Connect has restarted it for that, too
};

/// Lines of Subject::place.
using Places = std::set<std::string, std::less<>>;

struct ConnectorMemory {
  uint64_t life = 0;      ///< Subject::life
  bool restored = false;  ///< from the disk: it has no life yet, and may have failed long ago
  std::optional<Instant> absent_since{};  ///< it is missing in the list of connectors
  uint64_t config_hash = 0;
  uint64_t changed_in = 0;   ///< Journal::polls when its configuration was seen to change; 0: never
  bool quarantined = false;  ///< the last plan said so, or that it was exhausted
  bool lifted = false;       ///< it was, until its configuration changed in this poll
  std::string lifted_by{};   ///< of `lifted`: the person who did; empty: nobody

  uint32_t forgiven = 0;  ///< times that a changed configuration let it begin anew, of late
  std::optional<Instant> forgiven_at{};

  // Of the failure that lasts:
  uint64_t failed_polls = 0;              ///< in which it was seen; 0: it does not last
  std::optional<Instant> failed_since{};  ///< seen first

  Broken broken{};                   ///< since all of it ran last
  std::optional<Instant> fell_at{};  ///< it was seen to begin to fail last; kept when it runs

  std::optional<Instant> running_since{};  ///< all of it
  uint64_t runs_for = 0;                   ///< polls in a row in which all of it ran

  // Since it last ran for long enough:
  uint32_t attempts = 0;                  ///< restarts, anybody's
  std::optional<Instant> last_attempt{};  ///< or when it was noticed
  uint64_t asked = 0;                     ///< Subject::asked, as last seen
  /// A restart by others was counted when the config topic told it; it may show in states, too.
  std::optional<Instant> asked_at{};
  std::optional<Instant> asked_shown{};  ///< it did, first then
  std::string last_cause{};              ///< of the last failure: a line, and Subject::place
  Places stood{};  ///< of `last_cause`: where it stood at the failure before, too
  /// Where it stood when it failed again and again by the same cause; empty: it did not, or
  /// has failed elsewhere since.
  std::string poison{};

  uint32_t misses = 0;                  ///< restarts in a row that were no attempts
  std::optional<Instant> held_until{};  ///< because of these
  std::string held_why{};
  std::optional<UnderWay> under_way{};
  Failures left{};  ///< that were FAILED at our last restart, which did not get to them
  std::optional<RestartReport> last_restart{};  ///< ours
};

/// Somebody wants nothing to be restarted.
struct Pause {
  std::string who{};
  std::string why{};
  WallTime at{};

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

/// Restarts of ours count in the budget for so long.
inline constexpr auto kBudgetWindow = std::chrono::minutes{1};

struct Journal {
  uint64_t polls = 0;  ///< answers followed
  AnswerRef followed{};
  Duration gap{};  ///< between the last answer that was followed and the one before
  /// The first that was told, this time or before the last end of the agent: whatever is remembered
  /// is of it, and it changes only if a person says so.
  std::string cluster_id{};
  std::map<std::string, ConnectorMemory, std::less<>> connectors{};
  std::deque<MonoTime> restarts{};         ///< ours of kBudgetWindow, oldest first
  std::optional<MonoTime> last_restart{};  ///< ours; before the last start: if it is in `restarts`
  BreakerMemory breaker{};
  std::map<std::string, Pause, std::less<>> pauses{};  ///< by connector; "": all of them
  std::vector<Verified> verified{};                    ///< found by the last Follow
  std::string denied{};                                ///< why Connect refused a restart of ours
  std::optional<Instant> denied_until{};      ///< so long none is sent to the whole cluster
  std::string unanswered{};                   ///< whose restart had the outcome kUnknown
  std::optional<Instant> unanswered_until{};  ///< so long none is sent to the whole cluster
};

/// Whether another Kafka cluster stands behind the address than before: nothing that it tells
/// belongs to what is remembered.
bool IsAnother(const World& world, const Journal& journal);

/// The pause that holds for a connector; null: none.
const Pause* PauseOf(const Journal& journal, std::string_view connector);

/// What holds a connector back is forgotten.
void Forgive(uint64_t poll, ConnectorMemory& memory);

/// Takes what a new answer tells: failures that begin and end, restarts of others, configurations
/// that changed. Nothing is taken from an answer that is stale, was taken already, or is of another
/// Kafka cluster.
void Follow(const World& world, const Policy& policy, const Instant& now, Journal& journal);

/// What an answer tells of a restart of ours.
struct Followed {
  bool failed_again = false;  ///< a restart of ours was surely done, and did not help
};

/// Follows a restart that is under way; what became of it goes to `journal.verified`. REQUIRES: the
/// answer is news.
Followed FollowRestart(const World& world, const Subject& subject, const Instant& now,
                       ConnectorMemory& memory, std::vector<Verified>& verified);

/// A restart of ours was sent.
void CountSent(MonoTime now, Journal& journal);

/// A restart of ours, with what Connect answered or that it did not.
struct RestartReply {
  RestartReport report{};
  Instant at{};    ///< when the answer came: a busy worker takes seconds to look and to answer
  int64_t id = 0;  ///< in the ledger
  std::vector<int32_t> restarted{};  ///< items, by Item::id; empty: all that was FAILED
};

/// Remembers what Connect answered to a restart that was counted as an attempt before; `before` is
/// what was remembered then. kAccepted and kUnknown are under way from now on, the others are no
/// attempts. After kDenied and kUnknown the whole cluster is left alone for a while, of kUnknown no
/// longer than the cluster's own verify.timeout. REQUIRES: the journal knows the subject.
void TakeAnswer(const RestartReply& reply, const Subject& subject, const Policy& policy,
                const ConnectorMemory& before, Journal& journal);

/// Remembers that it was not sent after all, and why: it spends nothing, and is tried again later.
/// After kDenied the whole cluster is left alone for a while. REQUIRES: as above; CountSent was not
/// called.
void TakeUnsent(const RestartReport& report, const Subject& subject, const ConnectorMemory& before,
                Journal& journal);

/// Whether it was decided without knowing how the connector is: a quarantine goes on all the while.
bool SaysNothing(const RecoveryDecision& decision);

/// Remembers what was decided.
void Note(const std::vector<RecoveryDecision>& decisions, Journal& journal);

/// The wait after the n-th restart (n >= 1); the same each time it is asked for.
Duration BackoffOf(const Settings& settings, uint32_t attempts, std::string_view connector);

/// Moves the breaker. `found`: connectors that were FAILED when Klaxon looked for the first time,
/// if that was now.
void FollowBreaker(const World& world, const Policy& policy, size_t found, const Instant& now,
                   Journal& journal);

}  // namespace klaxon::recovery
