#include <string>

#include "agent/base/duration.h"
#include "agent/metrics/rows.h"

/// What recovery thinks of connectors, and does. As old as the list of connectors that it was made
/// of.
namespace klaxon::metrics {
namespace {

constexpr std::array<std::string_view, 2> kCluster{"cluster", "connect"};
constexpr std::array<std::string_view, 3> kConnector{"cluster", "connect", "connector"};
constexpr std::array<std::string_view, 3> kBreaker{"cluster", "connect", "state"};
constexpr std::array<std::string_view, 3> kOutcome{"cluster", "connect", "outcome"};
constexpr std::array<std::string_view, 4> kState{"cluster", "connect", "connector", "state"};
constexpr std::array<std::string_view, 4> kClass{"cluster", "connect", "connector", "class"};

/// Where what is emitted belongs.
struct Scope {
  const Section& section;
  const RecoveryFacts& facts;
  Emitter& emitter;

  void Sample(std::string_view label, double value) const {
    emitter.Sample({section.cluster, section.instance, label}, value);
  }

  void Sample(std::string_view connector, std::string_view label, double value) const {
    emitter.Sample({section.cluster, section.instance, connector, label}, value);
  }
};

/// Makes a row of what one Connect cluster emits.
template <void (*kEmit)(const Scope&)>
void EachRecovery(const View& view, Emitter& emitter) {
  for (const ViewPart& part : view.parts) {
    const auto* facts = dynamic_cast<const RecoveryFacts*>(part.section->facts.get());
    if (facts != nullptr &&
        emitter.Known(facts->planned, {part.section->cluster, part.section->instance})) {
      kEmit({.section = *part.section, .facts = *facts, .emitter = emitter});
    }
  }
}

/// The same of what it emits about each decision.
template <void (*kEmit)(const Scope&, const RecoveryDecision&)>
void EachDecision(const Scope& scope) {
  for (const RecoveryDecision& decision : scope.facts.decisions) {
    kEmit(scope, decision);
  }
}

void EmitState(const Scope& scope, const RecoveryDecision& decision) {
  for (size_t i = 0; i < kRecoveryActions; ++i) {
    const auto action = static_cast<RecoveryAction>(i);
    scope.Sample(decision.connector, Name(action), action == decision.action ? 1 : 0);
  }
}

void EmitClass(const Scope& scope, const RecoveryDecision& decision) {
  if (!decision.failed.empty()) {
    scope.Sample(decision.connector, Name(decision.failure), 1);
  }
}

void EmitAttempts(const Scope& scope, const RecoveryDecision& decision) {
  scope.Sample(decision.connector, decision.attempts);
}

void EmitSeconds(const Scope& scope, const RecoveryDecision& decision) {
  if (decision.last_restart && decision.last_restart->took) {
    scope.Sample(decision.connector, Seconds(*decision.last_restart->took));
  }
}

void EmitBreaker(const Scope& scope) {
  for (size_t i = 0; i < kBreakerStates; ++i) {
    const auto state = static_cast<BreakerState>(i);
    scope.Sample(Name(state), state == scope.facts.breaker ? 1 : 0);
  }
}

void EmitSent(const Scope& scope) {
  for (size_t i = 0; i < kRestartOutcomes; ++i) {
    scope.Sample(Name(static_cast<RestartOutcome>(i)), static_cast<double>(scope.facts.sent.at(i)));
  }
}

void EmitBudget(const Scope& scope) {
  scope.emitter.Sample({scope.section.cluster, scope.section.instance},
                       static_cast<double>(scope.facts.budget_left));
}

void EmitActing(const Scope& scope) {
  scope.emitter.Sample({scope.section.cluster, scope.section.instance}, scope.facts.acts ? 1 : 0);
}

constexpr std::string_view kSource = "GET /connectors, DescribeGroups, OffsetFetch";
constexpr std::string_view kRestarts = "POST /connectors/{name}/restart";

constexpr std::array kRows{
    Metric{.info = {.name = "kafka_connect_recovery_state",
                    .help = "1 for what is to be done about a connector now, 0 for the others: "
                            "nothing, restart, wait, refuse, quarantine, lift, exhausted",
                    .labels = kState,
                    .source = kSource},
           .emit = EachRecovery<EachDecision<EmitState>>},
    Metric{.info = {.name = "kafka_connect_failure_class",
                    .help = "Kind of failure of a connector that failed, or has a task that did: "
                            "unknown, transient, dependency, configuration, authorization, "
                            "poison_record, data_loss_risk, out_of_memory, plugin_missing; always "
                            "1",
                    .labels = kClass,
                    .source = kSource},
           .emit = EachRecovery<EachDecision<EmitClass>>},
    Metric{.info = {.name = "kafka_connect_recovery_attempts",
                    .help = "Restarts of a connector, by whomever, since it last ran for long "
                            "enough",
                    .labels = kConnector,
                    .source = kSource},
           .emit = EachRecovery<EachDecision<EmitAttempts>>},
    Metric{.info = {.name = "kafka_connect_recovery_seconds",
                    .help = "Time from the failure of a connector, as seen, until all of it ran "
                            "again after the last restart by Klaxon that helped",
                    .unit = "seconds",
                    .labels = kConnector,
                    .source = kSource},
           .emit = EachRecovery<EachDecision<EmitSeconds>>},
    Metric{.info = {.name = "kafka_connect_restart_attempts_total",
                    .help = "Restarts that Klaxon sent, by what Connect answered: accepted, no_op, "
                            "conflict, unknown, denied, gone; only accepted ones count as attempts",
                    .type = MetricType::kCounter,
                    .labels = kOutcome,
                    .source = kRestarts},
           .emit = EachRecovery<EmitSent>},
    Metric{.info = {.name = "kafka_connect_recovery_budget",
                    .help = "Restarts that Klaxon may still send within this minute",
                    .labels = kCluster,
                    .source = kRestarts},
           .emit = EachRecovery<EmitBudget>},
    Metric{.info = {.name = "kafka_connect_recovery_acting",
                    .help = "1 if Klaxon restarts connectors; 0 if it only observes: by its mode, "
                            "or because its state directory cannot be used",
                    .labels = kCluster,
                    .source = kSource},
           .emit = EachRecovery<EmitActing>},
    Metric{.info = {.name = "kafka_connect_recovery_breaker_state",
                    .help = "1 for whether many failures at once, a broker or a registry have "
                            "stopped restarts, 0 for the others: closed, open, canary, spread",
                    .labels = kBreaker,
                    .source = kSource},
           .emit = EachRecovery<EmitBreaker>},
};

}  // namespace

Table RecoveryTable() {
  return kRows;
}

}  // namespace klaxon::metrics
