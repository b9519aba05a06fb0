#include <array>
#include <span>
#include <string>
#include <string_view>

#include "agent/base/duration.h"
#include "agent/metrics/rows.h"

/// ZooKeeper by ensemble: what its servers amount to, and what Kafka keeps there.
namespace klaxon::metrics {
namespace {

constexpr std::array<std::string_view, 1> kEnsemble{"cluster"};
constexpr std::array<std::string_view, 2> kEnsembleState{"cluster", "state"};
constexpr std::array<std::string_view, 4> kMigrations{"none", "prepared", "dual_write",
                                                      "brokers_gone"};
constexpr std::array<std::string_view, 5> kEnsembleStates{"led", "standalone", "leader_unseen",
                                                          "not_serving", "disagreeing"};

void EmitEnsembleState(const ZookeeperPart& part, Emitter& emitter) {
  const std::string& cluster = part.section.cluster;
  const EnsembleState state = EnsembleOf(part.facts, part.derived, emitter.now()).state;
  if (state == EnsembleState::kUnknown) {
    emitter.Unknown(nullptr, {cluster});
    return;
  }
  EmitStates(kEnsembleStates, Name(state),
             [&](std::string_view word, double value) { emitter.Sample({cluster, word}, value); });
}

void EmitLeaders(const ZookeeperPart& part, Emitter& emitter) {
  const ZookeeperEnsemble ensemble = EnsembleOf(part.facts, part.derived, emitter.now());
  const bool hidden = ensemble.leaders == 0 && ensemble.silent > 0;
  if (ensemble.state == EnsembleState::kUnknown || hidden) {
    emitter.Unknown(nullptr, {part.section.cluster});
    return;
  }
  emitter.Sample({part.section.cluster}, static_cast<double>(ensemble.leaders));
}

void EmitElections(const ZookeeperPart& part, Emitter& emitter) {
  if (SeenEnsemble(part.facts, emitter.now()).state == EnsembleState::kUnknown) {
    emitter.Unknown(nullptr, {part.section.cluster});
    return;
  }
  emitter.Sample({part.section.cluster}, static_cast<double>(part.derived.elections));
}

/// Unknown while nobody can tell whether somebody leads.
void EmitLeaderless(const ZookeeperPart& part, Emitter& emitter) {
  const EnsembleState state = SeenEnsemble(part.facts, emitter.now()).state;
  const bool led = state == EnsembleState::kLed || state == EnsembleState::kStandalone;
  if (!led && (state != EnsembleState::kNotServing || !part.derived.leaderless_at)) {
    emitter.Unknown(nullptr, {part.section.cluster});
    return;
  }
  const Duration since =
      led ? Duration::zero() : emitter.now().mono - part.derived.leaderless_at->mono;
  emitter.Sample({part.section.cluster}, Seconds(since));
}

/// Whether what Kafka keeps there may be emitted; not if it keeps nothing there.
bool KafkaKnown(const ZookeeperPart& part, Emitter& emitter) {
  return emitter.Known(part.facts.kafka_read, {part.section.cluster}) &&
         !part.facts.kafka.cluster_id.empty();
}

void EmitKafkaBrokers(const ZookeeperPart& part, Emitter& emitter) {
  if (KafkaKnown(part, emitter)) {
    emitter.Sample({part.section.cluster}, static_cast<double>(part.facts.kafka.brokers.size()));
  }
}

void EmitMigration(const ZookeeperPart& part, Emitter& emitter) {
  if (KafkaKnown(part, emitter)) {
    EmitStates(kMigrations, Name(MigrationOf(part.facts.kafka)),
               [&](std::string_view state, double value) {
                 emitter.Sample({part.section.cluster, state}, value);
               });
  }
}

void EmitMigrationWritten(const ZookeeperPart& part, Emitter& emitter) {
  if (KafkaKnown(part, emitter) && part.facts.kafka.migration_written) {
    emitter.Sample({part.section.cluster},
                   Seconds(part.facts.kafka.migration_written->time_since_epoch()));
  }
}

void EmitServers(const ZookeeperPart& part, Emitter& emitter) {
  emitter.Sample({part.section.cluster}, static_cast<double>(part.facts.servers.size()));
}

constexpr std::string_view kServersPoll = "poll of a server";
constexpr std::string_view kNodes = "Kafka's nodes";

/// A row with one series an ensemble, or one a state.
constexpr Metric Of(std::string_view name, std::string_view help, std::string_view source,
                    void (*emit)(const View&, Emitter&), std::string_view unit = "") {
  const bool states = name.ends_with("_state");
  return {.info = {.name = name,
                   .help = help,
                   .type = name.ends_with("_total") ? MetricType::kCounter : MetricType::kGauge,
                   .unit = unit,
                   .labels = states ? std::span<const std::string_view>(kEnsembleState) : kEnsemble,
                   .source = source},
          .emit = emit};
}

constexpr std::array kEnsembleRows{
    Of("zookeeper_ensemble_state",
       "1 for what the servers amount to: led by exactly one, standalone, leader_unseen (followers "
       "serve, no server that answers leads), not_serving (none serves more than reads), "
       "disagreeing (several lead, or a follower is of a later epoch than its leader, in two polls "
       "in a row); no series while no server answers",
       kServersPoll, Each<EmitEnsembleState>),
    Of("zookeeper_ensemble_leaders",
       "Servers that say they lead; no series if none does and a server is silent", kServersPoll,
       Each<EmitLeaders>),
    Of("zookeeper_ensemble_elections_total",
       "Elections that ended since Klaxon started, by the epoch of the leader where it is told, "
       "else by the leaders that were seen",
       kServersPoll, Each<EmitElections>),
    Of("zookeeper_ensemble_leaderless_seconds",
       "Since when nobody leads, as Klaxon saw it; 0 while somebody does", kServersPoll,
       Each<EmitLeaderless>, "seconds"),
    Of("zookeeper_ensemble_servers", "Servers in the configuration of Klaxon", kServersPoll,
       Each<EmitServers>),
    Of("zookeeper_kafka_brokers", "Brokers that live and are registered in ZooKeeper", kNodes,
       Each<EmitKafkaBrokers>),
    Of("zookeeper_kafka_migration_state",
       "1 for how far a migration of Kafka to KRaft has come: none, prepared (it has left its "
       "mark, KRaft does not lead), dual_write (KRaft leads and writes to ZooKeeper too), "
       "brokers_gone (it leads, and no broker is registered in ZooKeeper any more)",
       kNodes, Each<EmitMigration>),
    Of("zookeeper_kafka_migration_written_timestamp_seconds",
       "When KRaft last wrote to ZooKeeper that it migrates; no series if it never did", kNodes,
       Each<EmitMigrationWritten>, "seconds"),
};

}  // namespace

Table ZookeeperEnsembleRows() {
  return kEnsembleRows;
}

}  // namespace klaxon::metrics
