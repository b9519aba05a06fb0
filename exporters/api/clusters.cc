#include <algorithm>

#include "exporters/api/documents.h"
#include "exporters/api/json.h"

namespace klaxon::api {
namespace {

Json Polling(const Section& section) {
  Json problems = Json::array();
  for (const Problem& problem : section.status.problems) {
    problems.push_back({{"scope", Text(problem.scope)},
                        {"reason", Name(problem.error.reason())},
                        {"message", Text(problem.error.message())}});
  }
  return {{"collector", section.Title()},
          {"interval_seconds", Seconds(section.status.interval)},
          {"polls", section.status.polls},
          {"missed", section.status.missed},
          {"took_seconds", Seconds(section.status.took)},
          {"finished_at", FormatWallTime(section.status.finished_at.wall)},
          {"problems", std::move(problems)}};
}

Json Brokers(const KafkaFacts& facts) {
  Json brokers = Json::array();
  for (const BrokerFacts& broker : facts.brokers) {
    brokers.push_back({{"id", broker.id},
                       {"host", Text(broker.host)},
                       {"port", broker.port},
                       {"rack", broker.rack.empty() ? Json(nullptr) : Text(broker.rack)},
                       {"error", ErrorOrNull(broker.error)}});
  }
  return brokers;
}

struct Counts {
  size_t partitions = 0;
  size_t leaderless = 0;
  size_t under_replicated = 0;
};

Counts Count(const KafkaFacts& facts) {
  Counts counts;
  for (const TopicFacts& topic : facts.topics) {
    counts.partitions += topic.partitions.size();
    for (const PartitionFacts& partition : topic.partitions) {
      counts.leaderless += partition.leader < 0 ? 1U : 0U;
      counts.under_replicated += partition.in_sync.size() < partition.replicas.size() ? 1U : 0U;
    }
  }
  return counts;
}

/// How many groups there are; null unless every list of a broker is fresh.
Json Groups(const KafkaFacts& facts, const Instant& now) {
  const bool known = !facts.group_lists.empty() &&
                     std::ranges::all_of(facts.group_lists,
                                         [&](const AnswerRef& list) { return IsFresh(list, now); });
  return known ? Json(facts.groups.size()) : Json(nullptr);
}

Json Cluster(const KafkaPart& part, const Instant& now) {
  const KafkaFacts& facts = part.facts;
  const Counts counts = Count(facts);
  const auto known = [&](const AnswerRef& answer, size_t count) {
    return IfFresh(answer, now, [&] { return count; });
  };
  return {{"name", Text(part.section.cluster)},
          {"cluster_id", Text(facts.cluster_id)},
          {"metadata_proof", Name(facts.proof)},
          {"as_of", AsOf(facts.metadata, now)},
          {"brokers", IfFresh(facts.metadata, now, [&] { return Brokers(facts); })},
          {"topics", known(facts.metadata, facts.topics.size())},
          {"partitions", known(facts.metadata, counts.partitions)},
          {"controller",
           IfFresh(facts.controller_answer, now,
                   [&] { return facts.controller ? Json(*facts.controller) : Json(nullptr); })},
          {"leadership",
           {{"as_of", AsOf(facts.leadership, now)},
            {"leaderless_partitions", known(facts.leadership, counts.leaderless)},
            {"under_replicated_partitions", known(facts.leadership, counts.under_replicated)}}},
          {"groups", Groups(facts, now)}};
}

}  // namespace

std::string ClustersDocument(const View& view, const Instant& now) {
  const std::vector<PlatformLink> links = PlatformLinksOf(view, now);
  Json clusters = Json::array();
  for (const KafkaPart& part : KafkaParts(view)) {
    clusters.push_back(Cluster(part, now));
    clusters.back()["platforms"] = PlatformsOf(links, part.section);
  }
  Json polling = Json::array();
  for (const ViewPart& part : view.parts) {
    polling.push_back(Polling(*part.section));
  }
  return Dump({{"clusters", std::move(clusters)}, {"polling", std::move(polling)}});
}

}  // namespace klaxon::api
