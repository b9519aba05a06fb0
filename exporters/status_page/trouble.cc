#include "exporters/status_page/trouble.h"

#include <algorithm>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "exporters/status_page/connect_section.h"
#include "exporters/status_page/html.h"
#include "exporters/status_page/records_section.h"
#include "exporters/status_page/registry_section.h"
#include "exporters/status_page/rest_proxy_section.h"
#include "exporters/status_page/zookeeper_section.h"

namespace klaxon::status_page {
namespace {

using Troubles = std::vector<Trouble>;

void AddPartitions(const KafkaPart& part, Troubles& troubles) {
  size_t leaderless = 0;
  size_t under_replicated = 0;
  for (const TopicFacts& topic : part.facts.topics) {
    for (const PartitionFacts& partition : topic.partitions) {
      const PartitionHealth health = HealthOf(partition);
      leaderless += health.leaderless ? 1 : 0;
      under_replicated += health.under_replicated && !health.leaderless ? 1 : 0;
    }
  }
  if (leaderless > 0) {
    troubles.push_back(
        {.severity = Severity::kBroken,
         .where = part.section.cluster,
         .what = fmt::format("{} without a leader", Counted(leaderless, "partition")),
         .why = "nobody can write to or read from them",
         .answer = part.facts.leadership});
  }
  if (under_replicated > 0) {
    troubles.push_back({.severity = Severity::kAtRisk,
                        .where = part.section.cluster,
                        .what = fmt::format("{} with replicas out of sync",
                                            Counted(under_replicated, "partition")),
                        .why = "one more broker lost may lose data",
                        .answer = part.facts.leadership});
  }
}

void AddKafka(const KafkaPart& part, const Instant& now, Troubles& troubles) {
  if (IsFresh(part.facts.leadership, now)) {
    AddPartitions(part, troubles);
  } else {
    const AnswerRef& answer = part.facts.leadership;
    troubles.push_back({.severity = Severity::kUnknown,
                        .where = part.section.cluster,
                        .what = "leaders and in-sync replicas are not known",
                        .why = answer != nullptr && answer->error ? answer->error->message() : "",
                        .answer = answer});
  }
}

void AddPolling(const Section& section, Troubles& troubles) {
  for (const Problem& problem : section.status.problems) {
    troubles.push_back({.severity = Severity::kUnknown,
                        .where = section.Title(),
                        .what = problem.scope,
                        .why = problem.error.message(),
                        .answer = nullptr});
  }
}

}  // namespace

PartitionHealth HealthOf(const PartitionFacts& partition) {
  return {.leaderless = partition.leader < 0,
          .under_replicated = partition.in_sync.size() < partition.replicas.size(),
          .offline_replicas = !partition.offline.empty()};
}

std::vector<Trouble> TroublesIn(const View& view, const Instant& now) {
  Troubles troubles;
  for (const KafkaPart& part : KafkaParts(view)) {
    AddKafka(part, now, troubles);
  }
  for (const ConnectPart& part : ConnectParts(view)) {
    std::ranges::move(ConnectTroubles(part, now), std::back_inserter(troubles));
  }
  for (const SchemaRegistryPart& part : SchemaRegistryParts(view)) {
    std::ranges::move(RegistryTroubles(part, now), std::back_inserter(troubles));
  }
  for (const RestProxyPart& part : RestProxyParts(view)) {
    std::ranges::move(RestProxyTroubles(part, now), std::back_inserter(troubles));
  }
  for (const ZookeeperPart& part : ZookeeperParts(view)) {
    std::ranges::move(ZookeeperTroubles(part, now), std::back_inserter(troubles));
  }
  for (const RecordSamplesPart& part : RecordSamplesParts(view)) {
    std::ranges::move(RecordsTroubles(part, now), std::back_inserter(troubles));
  }
  for (const ViewPart& part : view.parts) {
    AddPolling(*part.section, troubles);
  }
  std::ranges::stable_sort(troubles, {}, &Trouble::severity);
  return troubles;
}

}  // namespace klaxon::status_page
