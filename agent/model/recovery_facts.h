#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/clock.h"
#include "agent/model/answer.h"
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
};

std::string_view Name(RecoveryMode mode);  ///< "off", "observe"

/// What is to be done about a connector now.
enum class RecoveryAction : uint8_t {
  kNothing,     ///< it runs, or is not meant to
  kRestart,     ///< restart what failed of it
  kWait,        ///< a restart is due later
  kRefuse,      ///< it failed, and something forbids a restart for now
  kQuarantine,  ///< a restart does not help; its configuration must change first
  kLift,        ///< it was in quarantine, and its configuration has changed
  kExhausted,   ///< restarted as often as is allowed, and it failed again
};

constexpr size_t kRecoveryActions = 7;

/// "nothing", "restart", "wait", "refuse", "quarantine", "lift", "exhausted".
std::string_view Name(RecoveryAction action);

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
  std::string way_out{};                          ///< what a person may try; may be empty
  std::optional<Instant> due{};                   ///< of kWait: when it is looked at again
  uint32_t attempts = 0;                          ///< restarts that did not help so far, anybody's
  uint32_t attempts_allowed = 0;
  std::vector<RecoveryGate> gates{};  ///< in the order in which they are asked; empty: none was
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
};

/// "would be restarted now: transient: restart 1 of 5": what is shown to people. Empty for
/// kNothing.
std::string InWords(const RecoveryDecision& decision);

/// Null: there is no decision about it.
const RecoveryDecision* DecisionFor(const RecoveryFacts* facts, std::string_view connector);

}  // namespace klaxon
