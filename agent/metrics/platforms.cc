#include <algorithm>
#include <string>
#include <vector>

#include "agent/metrics/rows.h"
#include "agent/model/platform.h"

/// Which platform belongs to which Kafka cluster: what queries go along from a broker to a
/// connector. `kafka_name` is the name of that cluster in the configuration, empty if it is not
/// watched.
namespace klaxon::metrics {
namespace {

constexpr std::array<std::string_view, 5> kConnectLabels{"cluster", "connect", "kafka_name",
                                                         "kafka_cluster_id", "known_by"};
constexpr std::array<std::string_view, 5> kRegistryLabels{"cluster", "registry", "kafka_name",
                                                          "kafka_cluster_id", "known_by"};
constexpr std::array<std::string_view, 5> kProxyLabels{"cluster", "proxy", "kafka_name",
                                                       "kafka_cluster_id", "known_by"};
constexpr std::array<std::string_view, 4> kEnsembleLabels{"cluster", "kafka_name",
                                                          "kafka_cluster_id", "known_by"};

bool IdKnown(const ViewPart& kafka, const Instant& now) {
  const auto* facts = dynamic_cast<const KafkaFacts*>(kafka.section->facts.get());
  return facts != nullptr && IsFresh(facts->metadata, now);
}

/// Whether something that is not known now could tell more of a platform's Kafka than `link` does.
/// All kinds tell the id themselves, as a rule; of registries Confluent's alone.
bool MayBeMore(const PlatformLink& link, const View& view, const Instant& now) {
  if (link.by == LinkedBy::kConfiguration) {
    const auto* registry = dynamic_cast<const SchemaRegistryFacts*>(link.platform->facts.get());
    return registry == nullptr || !registry->kafka_cluster_id.empty();
  }
  return link.kafka == nullptr && std::ranges::any_of(view.parts, [&](const ViewPart& part) {
           return part.section->collector == kKafkaCollector && !IdKnown(part, now);
         });
}

/// Emits what is known of one kind, and says of the others that it is not.
template <const std::string_view& kCollector>
void EmitLinks(const View& view, Emitter& emitter) {
  const std::vector<PlatformLink> links = PlatformLinksOf(view, emitter.now());
  for (const ViewPart& part : view.parts) {
    const Section& section = *part.section;
    if (section.collector != kCollector) {
      continue;
    }
    const bool named = section.collector != kZookeeperCollector;
    const auto link = std::ranges::find(links, &section, &PlatformLink::platform);
    if (link == links.end() || MayBeMore(*link, view, emitter.now())) {
      if (named) {
        emitter.Unknown(nullptr, {section.cluster, section.instance});
      } else {
        emitter.Unknown(nullptr, {section.cluster});
      }
    }
    if (link == links.end()) {
      continue;
    }
    const std::string_view kafka =
        link->kafka == nullptr ? std::string_view() : link->kafka->cluster;
    if (named) {
      emitter.Sample({section.cluster, section.instance, kafka, link->cluster_id, Name(link->by)},
                     1);
    } else {
      emitter.Sample({section.cluster, kafka, link->cluster_id, Name(link->by)}, 1);
    }
  }
}

constexpr std::string_view kSources = "the platform, else Metadata";

constexpr std::array kPlatformRows{
    Metric{.info = {.name = "kafka_connect_kafka_info",
                    .help = "The Kafka cluster that a Connect cluster works on; always 1",
                    .labels = kConnectLabels,
                    .source = kSources},
           .emit = EmitLinks<kConnectCollector>},
    Metric{.info = {.name = "kafka_schema_registry_kafka_info",
                    .help = "The Kafka cluster that a schema registry stands beside; always 1",
                    .labels = kRegistryLabels,
                    .source = kSources},
           .emit = EmitLinks<kSchemaRegistryCollector>},
    Metric{.info = {.name = "kafka_rest_proxy_kafka_info",
                    .help = "The Kafka cluster that a REST proxy leads to; always 1",
                    .labels = kProxyLabels,
                    .source = kSources},
           .emit = EmitLinks<kRestProxyCollector>},
    Metric{.info = {.name = "zookeeper_kafka_info",
                    .help = "The Kafka cluster that keeps its nodes in a ZooKeeper ensemble; "
                            "always 1",
                    .labels = kEnsembleLabels,
                    .source = kSources},
           .emit = EmitLinks<kZookeeperCollector>},
};

}  // namespace

Table PlatformTable() {
  return kPlatformRows;
}

}  // namespace klaxon::metrics
