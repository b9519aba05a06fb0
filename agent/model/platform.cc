#include "agent/model/platform.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>

namespace klaxon {
namespace {

struct ToldId {
  std::string id{};
  AnswerRef answer{};
  bool by_all = true;  ///< every node that serves told it
};

ToldId IdOf(const ConnectFacts& facts) {
  return {.id = facts.kafka_cluster_id, .answer = facts.root};
}

/// Nodes that tell different ids tell none together.
ToldId IdOf(const RestProxyFacts& facts, const Instant& now) {
  ToldId told;
  bool by_all = true;
  for (const RestProxyNodeFacts& node : facts.nodes) {
    if (!node.Serves(now)) {
      continue;
    }
    if (!IsFresh(node.identified, now) || node.cluster_id.empty()) {
      by_all = false;
    } else if (told.id.empty()) {
      told = {.id = node.cluster_id, .answer = node.identified};
    } else if (told.id != node.cluster_id) {
      return {};
    }
  }
  told.by_all = by_all;
  return told;
}

ToldId IdOf(const SchemaRegistryFacts& facts) {
  return {facts.kafka_cluster_id, facts.identified};
}

ToldId IdOf(const ZookeeperFacts& facts) {
  return {.id = facts.kafka.cluster_id, .answer = facts.kafka_read};
}

/// What a platform tells of its Kafka; nullopt: the section is of no platform, or never answered.
std::optional<ToldId> ToldBy(const ViewPart& part, const Instant& now) {
  const Facts* facts = part.section->facts.get();
  ToldId told;
  if (const auto* connect = dynamic_cast<const ConnectFacts*>(facts)) {
    told = IdOf(*connect);
  } else if (const auto* proxy = dynamic_cast<const RestProxyFacts*>(facts)) {
    told = IdOf(*proxy, now);
  } else if (const auto* ensemble = dynamic_cast<const ZookeeperFacts*>(facts)) {
    told = IdOf(*ensemble);
  } else if (const auto* registry = dynamic_cast<const SchemaRegistryFacts*>(facts)) {
    told = IdOf(*registry);
  } else {
    return std::nullopt;
  }
  return IsFresh(told.answer, now) ? told : ToldId{};
}

/// The cluster whose id the platform tells, or, if it tells none, that of the same configuration.
const KafkaPart* KafkaOf(const Section& platform, const ToldId& told,
                         const std::vector<KafkaPart>& clusters, const Instant& now) {
  const auto found = std::ranges::find_if(clusters, [&](const KafkaPart& each) {
    const std::string& id = each.facts.cluster_id;
    const bool known = !id.empty() && IsFresh(each.facts.metadata, now);
    const bool same = each.section.cluster == platform.cluster;
    return known && (told.id.empty() ? same : id == told.id);
  });
  return found == clusters.end() ? nullptr : &*found;
}

/// REQUIRES: the platform tells an id, or there is a cluster.
PlatformLink LinkBetween(const Section& platform, const ToldId& told, const KafkaPart* kafka) {
  const bool tells = !told.id.empty();
  return {.platform = &platform,
          .kafka = kafka != nullptr ? &kafka->section : nullptr,
          .cluster_id = tells ? told.id : kafka->facts.cluster_id,
          .by = tells ? LinkedBy::kClusterId : LinkedBy::kConfiguration,
          .answer = tells ? told.answer : kafka->facts.metadata};
}

}  // namespace

std::string_view Name(LinkedBy by) {
  switch (by) {
    case LinkedBy::kClusterId:
      return "cluster_id";
    case LinkedBy::kConfiguration:
      return "configuration";
  }
  std::abort();
}

std::vector<PlatformLink> PlatformLinksOf(const View& view, const Instant& now) {
  const std::vector<KafkaPart> clusters = KafkaParts(view);
  std::vector<PlatformLink> links;
  for (const ViewPart& part : view.parts) {
    std::optional<ToldId> told = ToldBy(part, now);
    if (!told) continue;
    const KafkaPart* kafka = KafkaOf(*part.section, *told, clusters, now);
    if (!told->by_all) {
      // What one node says and others do not moves no platform away from where it is configured.
      const KafkaPart* const own = KafkaOf(*part.section, {}, clusters, now);
      told = own == nullptr || own == kafka ? told : ToldId{};
      kafka = own == nullptr ? kafka : own;
    }
    if (!told->id.empty() || kafka != nullptr) {
      links.push_back(LinkBetween(*part.section, *told, kafka));
    }
  }
  return links;
}

}  // namespace klaxon
