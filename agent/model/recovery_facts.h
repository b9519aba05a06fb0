#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/clock.h"
#include "agent/model/answer.h"
#include "agent/model/event.h"
#include "agent/model/recovery_order.h"
#include "agent/model/section.h"

/// What recovery thinks of the connectors of one Connect cluster: for each, what would be done, and
/// why. Recovery publishes it as a section of its own.
namespace klaxon {

/// What a stack trace says about whether a restart can help.
enum class FailureClass : uint8_t {
  kUnknown,        ///< no pattern knows it; never a guess
  kTransient,      ///< passes by itself: a rebalance, a fenced epoch, a lock
  kDependency,     ///< something that it needs does not answer: database, broker, registry, store
  kConfiguration,  ///< somebody has to change its configuration, or what it points to
  kAuthorization,  ///< it is not let in; trying again may lock the account
  kPoisonRecord,   ///< one record that cannot be read or written
  kDataLossRisk,   ///< the place that it would go on from is gone
  kOutOfMemory,    ///< of its worker, which other connectors share
  kPluginMissing,  ///< a class is not there, or of another version
};

constexpr size_t kFailureClasses = 9;

/// "unknown", "transient", "dependency", "configuration", "authorization", "poison_record",
/// "data_loss_risk", "out_of_memory", "plugin_missing".
std::string_view Name(FailureClass failure);

enum class RecoveryMode : uint8_t {
  kOff,      ///< not even looked at
  kObserve,  ///< decided and shown, never done
  kAct,      ///< done, if nothing hinders: RecoveryFacts::hindrance
};

std::string_view Name(RecoveryMode mode);  ///< "off", "observe", "act"

/// What is to be done about a connector now.
enum class RecoveryAction : uint8_t {
  kNothing,     ///< it runs, or is not meant to
  kRestart,     ///< restart what failed of it
  kWait,        ///< a restart is due later
  kRefuse,      ///< it failed, and something forbids a restart for now
  kQuarantine,  ///< a restart does not help; its configuration must change first
  kLift,        ///< it was in quarantine; its configuration has changed, or somebody lifted it
  kExhausted,   ///< restarted as often as is allowed, and it failed again
};

constexpr size_t kRecoveryActions = 7;

/// "nothing", "restart", "wait", "refuse", "quarantine", "lift", "exhausted".
std::string_view Name(RecoveryAction action);

/// What Connect answered to a restart of ours.
enum class RestartOutcome : uint8_t {
  kAccepted,  ///< it restarts something, or has: an attempt
  kNoOp,      ///< nothing of it is restarted, or had failed any more
  kConflict,  ///< not now: a rebalance, or it was not sent at all
  kUnknown,   ///< no answer, or none that tells: it may have been done
  kDenied,    ///< not allowed, or not Connect's address
  kGone,      ///< there is no such connector
};

constexpr size_t kRestartOutcomes = 6;

/// "accepted", "no_op", "conflict", "unknown", "denied", "gone".
std::string_view Name(RestartOutcome outcome);

/// What became of an accepted restart.
enum class RestartVerdict : uint8_t {
  kPending,      ///< not known yet
  kRecovered,    ///< all of it runs on living workers, and its data moves, or nobody can tell
  kNoProgress,   ///< it runs, but its data did not move in time
  kFailedAgain,  ///< something of it is FAILED again, or still
  kStuck,        ///< neither RUNNING nor FAILED in time
};

constexpr size_t kRestartVerdicts = 5;

/// "pending", "recovered", "no_progress", "failed_again", "stuck".
std::string_view Name(RestartVerdict verdict);

/// One restart by Klaxon.
struct RestartReport {
  Instant sent_at{};
  RestartOutcome outcome = RestartOutcome::kUnknown;
  std::string words{};  ///< Connect's own, or why there are none; one line
  RestartVerdict verdict = RestartVerdict::kPending;
  std::string evidence{};          ///< of the verdict, one line
  std::optional<Duration> took{};  ///< from its failure, as seen, until all of it ran
};

/// "restarted 12 s ago: accepted; recovered 8 s after it failed: its data moves".
std::string InWords(const RestartReport& report, const Instant& now);

/// Something that recovery did or found, for the list of events.
struct RecoveryNews {
  EventKind kind = EventKind::kRecoveryRestart;
  std::string connector{};
  std::string words{};
};

/// One condition of a restart.
struct RecoveryGate {
  std::string_view name{};  ///< "fresh", "cluster_id", "worker_group", ...
  bool open = false;
  bool seen = true;     ///< false: nobody can tell
  std::string value{};  ///< what it was judged by, one line
};

struct RecoveryDecision {
  std::string connector{};
  RecoveryMode mode = RecoveryMode::kObserve;
  RecoveryAction action = RecoveryAction::kNothing;
  FailureClass failure = FailureClass::kUnknown;  ///< of what failed worst; see `failed`
  std::string root_cause{};                       ///< one line; empty unless it failed
  std::vector<int32_t> failed{};                  ///< tasks, -1: the connector itself
  std::string why{};                              ///< one line for people
  /// What decided before the gates: "debounce", "back_off", ...; empty: nothing did.
  std::string_view rule{};
  std::string way_out{};         ///< what a person may try; may be empty
  std::optional<Instant> due{};  ///< of kWait: when it is looked at again
  uint32_t attempts = 0;         ///< restarts that did not help so far, anybody's
  uint32_t attempts_allowed = 0;
  /// In the order in which they are asked, `rule` first. Empty: nothing failed, so none was.
  std::vector<RecoveryGate> gates{};
  bool acted = false;                           ///< of kRestart: it was sent; see `last_restart`
  std::optional<RestartReport> last_restart{};  ///< by Klaxon; empty: none is remembered
};

/// Whether many failures at once have stopped all restarts of the cluster.
enum class BreakerState : uint8_t {
  kClosed,  ///< restarts are allowed
  kOpen,    ///< none is
  kCanary,  ///< one is, to see whether it helps
  kSpread,  ///< it did: the others, one after the other
};

constexpr size_t kBreakerStates = 4;

std::string_view Name(BreakerState state);  ///< "closed", "open", "canary", "spread"

struct RecoveryFacts final : Facts {
  RecoveryMode mode = RecoveryMode::kObserve;  ///< of the cluster; a connector may have another
  /// One a connector, by name; of connectors whose mode is off too.
  std::vector<RecoveryDecision> decisions{};
  /// The answer that the decisions were made of: they are as old as it is. Null: Connect has not
  /// listed its connectors yet.
  AnswerRef planned{};
  BreakerState breaker = BreakerState::kClosed;
  std::string breaker_why{};
  /// Why nothing is restarted although some connector's mode is kAct; empty: nothing hinders.
  std::string hindrance{};
  bool acts = false;                    ///< the mode of some connector is kAct, and nothing hinders
  std::vector<RecoveryPause> pauses{};  ///< by connector
  int64_t budget_left = 0;              ///< restarts that may still be sent in this minute
  /// Restarts sent since the start of the process, by RestartOutcome.
  std::array<uint64_t, kRestartOutcomes> sent{};
  std::vector<RecoveryNews> news{};  ///< of this step alone
};

/// "would be restarted now: transient: restart 1 of 5": what is shown to people; "restarted: ..."
/// when it was. Empty for kNothing.
std::string InWords(const RecoveryDecision& decision);

/// Null: there is no decision about it.
const RecoveryDecision* DecisionFor(const RecoveryFacts* facts, std::string_view connector);

}  // namespace klaxon
