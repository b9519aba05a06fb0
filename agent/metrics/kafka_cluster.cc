#include <cstdint>
#include <map>
#include <string>

#include <fmt/format.h>

#include "agent/base/text.h"
#include "agent/metrics/rows.h"

/// The cluster as a whole and its brokers. The first two keep kafka_exporter's names.
namespace klaxon::metrics {
namespace {

constexpr std::array<std::string_view, 1> kCluster{"cluster"};
constexpr std::array<std::string_view, 2> kClusterId{"cluster", "id"};
constexpr std::array<std::string_view, 3> kBrokerAddress{"cluster", "id", "address"};
constexpr std::array<std::string_view, 2> kClusterInfo{"cluster", "cluster_id"};
constexpr std::array<std::string_view, 2> kClusterProof{"cluster", "proof"};

bool MetadataKnown(const KafkaPart& part, Emitter& emitter) {
  return emitter.Known(part.facts.metadata, {part.section.cluster});
}

void EmitBrokers(const KafkaPart& part, Emitter& emitter) {
  if (MetadataKnown(part, emitter)) {
    emitter.Sample({part.section.cluster}, static_cast<double>(part.facts.brokers.size()));
  }
}

void EmitBrokerInfo(const KafkaPart& part, Emitter& emitter) {
  if (!MetadataKnown(part, emitter)) {
    return;
  }
  for (const BrokerFacts& broker : part.facts.brokers) {
    const std::string address =
        ToString(HostPort{.host = broker.host, .port = static_cast<uint16_t>(broker.port)});
    emitter.Sample({part.section.cluster, NumberText(broker.id), address}, 1);
  }
}

void EmitBrokerUp(const KafkaPart& part, Emitter& emitter) {
  if (!MetadataKnown(part, emitter)) {
    return;
  }
  for (const BrokerFacts& broker : part.facts.brokers) {
    emitter.Sample({part.section.cluster, NumberText(broker.id)}, broker.error ? 0 : 1);
  }
}

/// The brokers that are alive and those that partitions have replicas on.
void EmitBrokerMissing(const KafkaPart& part, Emitter& emitter) {
  if (!emitter.Known(part.facts.leadership, {part.section.cluster})) {
    return;
  }
  std::map<int32_t, bool> missing;
  for (const TopicFacts& topic : part.facts.topics) {
    for (const PartitionFacts& partition : topic.partitions) {
      for (const int32_t id : partition.replicas)
        missing.emplace(id, true);
    }
  }
  for (const BrokerFacts& broker : part.facts.brokers)
    missing.insert_or_assign(broker.id, false);
  for (const auto& [id, is_missing] : missing)
    emitter.Sample({part.section.cluster, NumberText(id)}, is_missing ? 1 : 0);
}

void EmitClusterInfo(const KafkaPart& part, Emitter& emitter) {
  if (MetadataKnown(part, emitter)) {
    emitter.Sample({part.section.cluster, part.facts.cluster_id}, 1);
  }
}

void EmitProof(const KafkaPart& part, Emitter& emitter) {
  constexpr std::array kProofs{MetadataProof::kProven, MetadataProof::kUnproven,
                               MetadataProof::kDoubtful};
  // While the quorum is silent no metadata is believed, so it ages; that it is in doubt stays true.
  if (part.facts.proof != MetadataProof::kDoubtful && !MetadataKnown(part, emitter)) {
    return;
  }
  for (const MetadataProof proof : kProofs) {
    emitter.Sample({part.section.cluster, Name(proof)}, part.facts.proof == proof ? 1 : 0);
  }
}

void EmitController(const KafkaPart& part, Emitter& emitter) {
  if (!emitter.Known(part.facts.controller_answer, {part.section.cluster})) {
    return;
  }
  emitter.Sample({part.section.cluster}, part.facts.controller.value_or(-1));
}

constexpr std::string_view kMetadata = "Metadata";

constexpr std::array kRows{
    Metric{.info = {.name = "kafka_brokers",
                    .help = "Brokers of the cluster that are alive according to its metadata",
                    .labels = kCluster,
                    .source = kMetadata},
           .emit = Each<EmitBrokers>},
    Metric{.info = {.name = "kafka_broker_info",
                    .help = "The address that a broker advertises; always 1",
                    .labels = kBrokerAddress,
                    .source = kMetadata},
           .emit = Each<EmitBrokerInfo>},
    Metric{.info = {.name = "kafka_broker_up",
                    .help = "0 if a broker that is alive according to the metadata did not answer "
                            "Klaxon's last requests, else 1",
                    .labels = kClusterId,
                    .source = kMetadata},
           .emit = Each<EmitBrokerUp>},
    Metric{.info = {.name = "kafka_broker_missing",
                    .help = "1 for a broker that is not in the cluster though partitions have "
                            "replicas on it, 0 for those that are",
                    .labels = kClusterId,
                    .source = "Metadata, proven by DescribeQuorum"},
           .emit = Each<EmitBrokerMissing>},
    Metric{.info = {.name = "kafka_cluster_info",
                    .help = "The id that the cluster gave itself; always 1",
                    .labels = kClusterInfo,
                    .source = kMetadata},
           .emit = Each<EmitClusterInfo>},
    Metric{
        .info = {.name = "kafka_cluster_metadata_proof",
                 .help = "1 for what is known of the metadata: proven (the quorum has a leader), "
                         "unproven (the cluster cannot tell), doubtful (leaders and in-sync "
                         "replicas are then not exported)",
                 .labels = kClusterProof,
                 .source = kMetadata},
        .emit = Each<EmitProof>},
    Metric{.info = {.name = "kafka_controller_id",
                    .help = "The broker or controller that is the active controller, -1 if there "
                            "is none",
                    .labels = kCluster,
                    .source = "DescribeQuorum, without KRaft Metadata"},
           .emit = Each<EmitController>},
};

}  // namespace

Table KafkaClusterRows() {
  return kRows;
}

}  // namespace klaxon::metrics
