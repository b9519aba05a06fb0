#include "agent/metrics/rows.h"

/// What recovery thinks of connectors. As old as the list of connectors that it was made of.
namespace klaxon::metrics {
namespace {

constexpr std::array<std::string_view, 4> kState{"cluster", "connect", "connector", "state"};
constexpr std::array<std::string_view, 4> kClass{"cluster", "connect", "connector", "class"};
constexpr std::array<std::string_view, 3> kConnector{"cluster", "connect", "connector"};
constexpr std::array<std::string_view, 3> kBreaker{"cluster", "connect", "state"};

/// Makes a row of what one Connect cluster emits.
template <void (*kEmit)(const Section&, const RecoveryFacts&, Emitter&)>
void EachRecovery(const View& view, Emitter& emitter) {
  for (const ViewPart& part : view.parts) {
    const auto* facts = dynamic_cast<const RecoveryFacts*>(part.section->facts.get());
    if (facts != nullptr &&
        emitter.Known(facts->planned, {part.section->cluster, part.section->instance})) {
      kEmit(*part.section, *facts, emitter);
    }
  }
}

void EmitState(const Section& section, const RecoveryFacts& facts, Emitter& emitter) {
  for (const RecoveryDecision& decision : facts.decisions) {
    for (size_t i = 0; i < kRecoveryActions; ++i) {
      const auto action = static_cast<RecoveryAction>(i);
      emitter.Sample({section.cluster, section.instance, decision.connector, Name(action)},
                     action == decision.action ? 1 : 0);
    }
  }
}

void EmitClass(const Section& section, const RecoveryFacts& facts, Emitter& emitter) {
  for (const RecoveryDecision& decision : facts.decisions) {
    if (!decision.failed.empty()) {
      emitter.Sample(
          {section.cluster, section.instance, decision.connector, Name(decision.failure)}, 1);
    }
  }
}

void EmitAttempts(const Section& section, const RecoveryFacts& facts, Emitter& emitter) {
  for (const RecoveryDecision& decision : facts.decisions) {
    emitter.Sample({section.cluster, section.instance, decision.connector}, decision.attempts);
  }
}

void EmitBreaker(const Section& section, const RecoveryFacts& facts, Emitter& emitter) {
  for (size_t i = 0; i < kBreakerStates; ++i) {
    const auto state = static_cast<BreakerState>(i);
    emitter.Sample({section.cluster, section.instance, Name(state)},
                   state == facts.breaker ? 1 : 0);
  }
}

constexpr std::string_view kSource = "GET /connectors, DescribeGroups, OffsetFetch";

constexpr std::array kRows{
    Metric{.info = {.name = "kafka_connect_recovery_state",
                    .help = "1 for what is to be done about a connector now, 0 for the others: "
                            "nothing, restart, wait, refuse, quarantine, lift, exhausted; nothing "
                            "is restarted by Klaxon yet",
                    .labels = kState,
                    .source = kSource},
           .emit = EachRecovery<EmitState>},
    Metric{.info = {.name = "kafka_connect_failure_class",
                    .help = "Kind of failure of a connector that failed, or has a task that did: "
                            "unknown, transient, dependency, configuration, authorization, "
                            "poison_record, data_loss_risk, out_of_memory, plugin_missing; always "
                            "1",
                    .labels = kClass,
                    .source = kSource},
           .emit = EachRecovery<EmitClass>},
    Metric{.info = {.name = "kafka_connect_recovery_attempts",
                    .help = "Restarts of a connector, by whomever, since it last ran for long "
                            "enough",
                    .labels = kConnector,
                    .source = kSource},
           .emit = EachRecovery<EmitAttempts>},
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
