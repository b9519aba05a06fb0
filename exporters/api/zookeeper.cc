#include <fmt/format.h>

#include "exporters/api/documents.h"
#include "exporters/api/json.h"

namespace klaxon::api {
namespace {

Json NumberOrNull(std::optional<double> number) {
  return number ? Json(*number) : Json(nullptr);
}

Json Stats(const ZookeeperStats& stats) {
  return {{"mode", Text(stats.mode)},
          {"version", Text(stats.version)},
          {"zxid", stats.zxid ? Json(fmt::format("{:#x}", *stats.zxid)) : Json(nullptr)},
          {"latency_avg_seconds", NumberOrNull(stats.latency_avg)},
          {"latency_max_seconds", NumberOrNull(stats.latency_max)},
          {"outstanding_requests", NumberOrNull(stats.outstanding)},
          {"connections", NumberOrNull(stats.connections)},
          {"znodes", NumberOrNull(stats.znodes)}};
}

Json Settings(const ZookeeperSettings& settings) {
  return {{"id", NumberOrNull(settings.id)},
          {"tick_seconds", NumberOrNull(settings.tick)},
          {"init_limit_seconds", NumberOrNull(settings.init_limit)},
          {"sync_limit_seconds", NumberOrNull(settings.sync_limit)},
          {"session_timeout_min_seconds", NumberOrNull(settings.session_timeout_min)},
          {"session_timeout_max_seconds", NumberOrNull(settings.session_timeout_max)},
          {"max_connections_per_client", NumberOrNull(settings.max_connections)},
          {"data_dir", TextOrNull(settings.data_dir)},
          {"log_dir", TextOrNull(settings.log_dir)},
          {"data_dir_bytes", NumberOrNull(settings.data_bytes)},
          {"log_dir_bytes", NumberOrNull(settings.log_bytes)}};
}

Json YesOrNo(const AnswerRef& answer, std::optional<bool> yes, const Instant& now) {
  return IfFresh(answer, now, [&] { return yes ? Json(*yes) : Json(nullptr); });
}

Json Server(const ZookeeperServerFacts& server, const Instant& now) {
  const bool serves = server.Serves(now);
  const bool known = server.state != ZookeeperState::kUnknown && IsFresh(server.polled, now);
  return {{"server", Text(server.entity->name)},
          {"state", known ? Json(Name(server.state)) : Json(nullptr)},
          {"why", server.why.empty() ? Json(nullptr) : Text(server.why)},
          {"alive", YesOrNo(server.polled, server.alive, now)},
          {"read_only", YesOrNo(server.polled, server.read_only, now)},
          {"refused_words", server.refused},
          {"as_of", AsOf(server.told, now)},
          {"stats",
           serves ? IfFresh(server.told, now, [&] { return Stats(server.stats); }) : Json(nullptr)},
          {"settings", IfFresh(server.configured, now, [&] { return Settings(server.settings); })}};
}

Json Kafka(const ZookeeperKafka& kafka) {
  const bool begun = kafka.migration_written.has_value();
  return {{"cluster_id", TextOrNull(kafka.cluster_id)},
          {"controller", kafka.controller ? Json(*kafka.controller) : Json(nullptr)},
          {"controller_is_kraft", kafka.kraft},
          {"registered_brokers", kafka.brokers},
          {"migration", Name(MigrationOf(kafka))},
          {"migration_written_at",
           begun ? Json(FormatWallTime(*kafka.migration_written)) : Json(nullptr)},
          {"migration_offset", begun ? Json(kafka.migration_offset) : Json(nullptr)}};
}

Json Since(const std::optional<Instant>& at) {
  return at ? Json(FormatWallTime(at->wall)) : Json(nullptr);
}

Json Ensemble(const ZookeeperPart& part, const Instant& now) {
  const ZookeeperEnsemble ensemble = EnsembleOf(part.facts, part.derived, now);
  const bool known = ensemble.state != EnsembleState::kUnknown;
  Json servers = Json::array();
  for (const ZookeeperServerFacts& server : part.facts.servers) {
    servers.push_back(Server(server, now));
  }
  return {{"cluster", Text(part.section.cluster)},
          {"state", known ? Json(Name(ensemble.state)) : Json(nullptr)},
          {"leader", ensemble.leaders == 1 ? Text(part.derived.leader) : Json(nullptr)},
          {"leaderless_since", Since(part.derived.leaderless_at)},
          {"elected_at", Since(part.derived.elected_at)},
          {"elections", part.derived.elections},
          {"disagreement", TextOrNull(part.derived.disagreement)},
          {"voters", known ? Json(ensemble.voters) : Json(nullptr)},
          {"in_sync", known ? Json(ensemble.in_sync) : Json(nullptr)},
          {"kafka", IfFresh(part.facts.kafka_read, now, [&] { return Kafka(part.facts.kafka); })},
          {"kafka_as_of", AsOf(part.facts.kafka_read, now)},
          {"servers", std::move(servers)}};
}

}  // namespace

std::string ZookeeperDocument(const View& view, const Instant& now,
                              const std::optional<std::string>& cluster) {
  const std::vector<PlatformLink> links = PlatformLinksOf(view, now);
  Json ensembles = Json::array();
  for (const ZookeeperPart& part : ZookeeperParts(view)) {
    if (!cluster || *cluster == part.section.cluster) {
      ensembles.push_back(Ensemble(part, now));
      ensembles.back()["kafka_cluster"] = KafkaOf(links, part.section);
    }
  }
  return Dump({{"ensembles", std::move(ensembles)}});
}

}  // namespace klaxon::api
