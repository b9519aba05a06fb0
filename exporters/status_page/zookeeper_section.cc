#include "exporters/status_page/zookeeper_section.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "agent/base/text.h"
#include "exporters/status_page/html.h"

namespace klaxon::status_page {
namespace {

std::string_view KindOf(ZookeeperState state) {
  switch (state) {
    case ZookeeperState::kServing:
      return "good";
    case ZookeeperState::kNotServing:
    case ZookeeperState::kUnreachable:
      return "bad";
    case ZookeeperState::kUnknown:
      return "unknown";
  }
  std::abort();
}

std::string_view WordOf(ZookeeperState state) {
  switch (state) {
    case ZookeeperState::kServing:
      return "serving";
    case ZookeeperState::kNotServing:
      return "not serving";
    case ZookeeperState::kUnreachable:
      return "unreachable";
    case ZookeeperState::kUnknown:
      return "unknown";
  }
  std::abort();
}

/// A server cut off from its quorum may go on to serve whoever only reads.
std::string WordOf(const ZookeeperEnsemble& ensemble) {
  if (ensemble.state == EnsembleState::kNotServing && ensemble.serving > 0) {
    return "serving readers only";
  }
  std::string word(Name(ensemble.state));
  std::ranges::replace(word, '_', ' ');
  return word;
}

/// " by zk-2:2181 in epoch 5, elected 3 min ago".
std::string LedBy(const ZookeeperPart& part, const ZookeeperEnsemble& ensemble,
                  const Instant& now) {
  const ZookeeperDerived& derived = part.derived;
  if (ensemble.state != EnsembleState::kLed || derived.leader.empty()) {
    return "";
  }
  std::string words = " by " + Escape(derived.leader);
  words += derived.epoch ? fmt::format(" in epoch {}", *derived.epoch) : "";
  if (derived.elected_at) {
    words += fmt::format(", elected {} ago", FormatAge(now.mono - derived.elected_at->mono));
  }
  return words;
}

std::string Count(std::optional<double> number) {
  constexpr double kMost = 1e15;  // beyond it doubles are no counts
  return number && *number < kMost ? Grouped(static_cast<int64_t>(*number)) : std::string(kNone);
}

std::string Milliseconds(std::optional<double> seconds) {
  constexpr double kThousand = 1000;
  return seconds ? fmt::format("{:.4g} ms", *seconds * kThousand) : std::string(kNone);
}

std::string StateCell(const ZookeeperServerFacts& server, const Instant& now) {
  if (!IsFresh(server.polled, now)) {
    return UnknownValue(server.polled);
  }
  const bool readers = server.state == ZookeeperState::kServing && server.read_only.value_or(false);
  std::string html = readers ? Badge("warn", "serving readers only")
                             : Badge(KindOf(server.state), WordOf(server.state));
  if (!server.why.empty()) {
    html += fmt::format("<div class=\"why\">{}</div>", Escape(server.why));
  } else if (!server.refused.empty() && server.monitored == nullptr) {
    html +=
        "<div class=\"why\">it does not permit mntr; add it to 4lw.commands.whitelist for syncs, "
        "watches and files</div>";
  }
  return html;
}

/// "3.2 MB".
std::string Bytes(double bytes) {
  constexpr double kStep = 1000;
  constexpr std::array<std::string_view, 5> kUnits{"B", "kB", "MB", "GB", "TB"};
  size_t unit = 0;
  while (bytes >= kStep && unit + 1 < kUnits.size()) {
    bytes /= kStep;
    ++unit;
  }
  return fmt::format("{:.3g} {}", bytes, kUnits[unit]);
}

/// Its address, and where it keeps what.
std::string ServerCell(const ZookeeperServerFacts& server, const Instant& now) {
  std::string html = fmt::format("<code>{}</code>", Escape(server.entity->name));
  const ZookeeperSettings& settings = server.settings;
  if (!IsFresh(server.configured, now) || !settings.id) {
    return html;
  }
  html += fmt::format("<div class=\"why\">id {:.0f}", *settings.id);
  if (settings.data_bytes) {
    html += fmt::format(", {} in {}", Bytes(*settings.data_bytes), Escape(settings.data_dir));
  }
  if (settings.log_bytes && settings.log_dir != settings.data_dir) {
    html += fmt::format(", {} in {}", Bytes(*settings.log_bytes), Escape(settings.log_dir));
  }
  return html + "</div>";
}

std::string Row(const ZookeeperServerFacts& server, const Instant& now) {
  const bool serves = server.Serves(now) && IsFresh(server.told, now);
  const auto told = [&](const std::string& html) {
    return serves ? html : UnknownValue(server.told);
  };
  const ZookeeperStats& stats = server.stats;
  return "<tr>" + Cell("Server", ServerCell(server, now)) + Cell("State", StateCell(server, now)) +
         Cell("Mode", told(Escape(stats.mode))) +
         Cell("Latency, mean / max",
              told(Milliseconds(stats.latency_avg) + " / " + Milliseconds(stats.latency_max))) +
         Cell("Waiting", told(Count(stats.outstanding))) +
         Cell("Connections", told(Count(stats.connections))) +
         Cell("Nodes", told(Count(stats.znodes))) + Cell("Version", told(Escape(stats.version))) +
         Cell("Age", AgeOf(server.told, now)) + "</tr>\n";
}

/// How far a migration has come, in words; empty: there is none.
std::string MigrationInWords(const ZookeeperKafka& kafka) {
  switch (MigrationOf(kafka)) {
    case MigrationState::kNone:
      return "";
    case MigrationState::kPrepared:
      return "KRaft has left its mark here, but does not lead: a migration that has not begun, or "
             "was taken back";
    case MigrationState::kDualWrite:
      return fmt::format(
          "migration to KRaft: controller {} leads and writes to ZooKeeper too; {} registered in "
          "ZooKeeper",
          kafka.controller.value_or(-1), Counted(kafka.brokers.size(), "broker"));
    case MigrationState::kBrokersGone:
      return "migration to KRaft: no broker is registered in ZooKeeper any more; finish it by "
             "starting the controllers without zookeeper.metadata.migration.enable, or, if that is "
             "done, this ensemble is not needed";
  }
  std::abort();
}

std::string KafkaLine(const ZookeeperPart& part, const Instant& now) {
  const ZookeeperKafka& kafka = part.facts.kafka;
  if (part.facts.kafka_read == nullptr) {
    return "";
  }
  if (!IsFresh(part.facts.kafka_read, now)) {
    return fmt::format("<p>Kafka's nodes: {}</p>\n", UnknownValue(part.facts.kafka_read));
  }
  if (kafka.cluster_id.empty()) {
    return "<p class=\"quiet\">No Kafka keeps its nodes here; is <code>chroot</code> right?</p>\n";
  }
  std::string html = fmt::format("<p>Kafka <code>{}</code>", Escape(kafka.cluster_id));
  if (!kafka.kraft) {
    html += fmt::format(", {} registered, {}", Counted(kafka.brokers.size(), "broker"),
                        kafka.controller ? fmt::format("controller {}", *kafka.controller)
                                         : std::string("no controller"));
  }
  const std::string migration = MigrationInWords(kafka);
  if (!migration.empty()) {
    html += fmt::format("<br>{} {}", Badge("warn", "migrating"), migration);
  }
  if (kafka.migration_written) {
    html += fmt::format(" <span class=\"quiet\">last written {}</span>",
                        FormatWallTime(*kafka.migration_written));
  }
  return html + " " + AgeOf(part.facts.kafka_read, now) + "</p>\n";
}

}  // namespace

std::string ZookeeperSection(const ZookeeperPart& part, const PlatformLinks& links,
                             const Instant& now) {
  const ZookeeperEnsemble ensemble = EnsembleOf(part.facts, part.derived, now);
  std::string html = fmt::format(
      "{}<h2>{} <span class=\"quiet\">ZooKeeper, {}</span></h2>\n{}{}"
      "<table><thead><tr><th>Server</th><th>State</th><th>Mode</th><th>Latency, mean / max</th>"
      "<th>Waiting</th><th>Connections</th><th>Nodes</th><th>Version</th><th>Age</th></tr></thead>"
      "<tbody>\n",
      OpenSection(part.section), Escape(part.section.cluster),
      WordOf(ensemble) + LedBy(part, ensemble, now), LinksIn(links, part.section),
      KafkaLine(part, now));
  std::vector<const ZookeeperServerFacts*> order;
  order.reserve(part.facts.servers.size());
  for (const ZookeeperServerFacts& server : part.facts.servers) {
    order.push_back(&server);
  }
  std::ranges::stable_partition(
      order, [&](const ZookeeperServerFacts* server) { return !server->Serves(now); });
  for (const ZookeeperServerFacts* server : order) {
    html += Row(*server, now);
  }
  return html + "</tbody></table>\n</section>\n";
}

}  // namespace klaxon::status_page
