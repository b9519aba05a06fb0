#include "exporters/status_page/page.h"

#include <algorithm>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "agent/base/text.h"
#include "exporters/status_page/connect_section.h"
#include "exporters/status_page/html.h"
#include "exporters/status_page/kafka_section.h"
#include "exporters/status_page/links.h"
#include "exporters/status_page/notify_section.h"
#include "exporters/status_page/records_section.h"
#include "exporters/status_page/registry_section.h"
#include "exporters/status_page/rest_proxy_section.h"
#include "exporters/status_page/rules_section.h"
#include "exporters/status_page/trouble.h"
#include "exporters/status_page/zookeeper_section.h"

namespace klaxon::status_page {
namespace {

constexpr int kRefreshSeconds = 5;
constexpr size_t kEventsShown = 15;

std::string Head(const PageOptions& options, std::string_view title) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n{}"
      "<title>{}</title>\n<link rel=\"stylesheet\" href=\"style.css\">\n"
      "<link rel=\"icon\" href=\"data:,\">\n</head>\n<body>\n",
      options.refresh
          ? fmt::format("<meta http-equiv=\"refresh\" content=\"{}\">\n", kRefreshSeconds)
          : "",
      title);
}

std::string_view KindOf(Severity severity) {
  switch (severity) {
    case Severity::kBroken:
      return "bad";
    case Severity::kAtRisk:
      return "warn";
    case Severity::kUnknown:
      return "unknown";
  }
  std::abort();
}

std::string_view WordOf(Severity severity) {
  switch (severity) {
    case Severity::kBroken:
      return "broken";
    case Severity::kAtRisk:
      return "at risk";
    case Severity::kUnknown:
      return "unknown";
  }
  std::abort();
}

std::string TroubleList(const std::vector<Trouble>& troubles, const Instant& now) {
  std::string html = "<section class=\"troubles\" aria-label=\"What is wrong\">\n<ul>\n";
  for (const Trouble& trouble : troubles) {
    html += fmt::format(
        "<li class=\"{}\">{} <span class=\"where\">{}</span> <strong>{}</strong> {}{}</li>\n",
        KindOf(trouble.severity), Badge(KindOf(trouble.severity), WordOf(trouble.severity)),
        Escape(trouble.where), Escape(trouble.what),
        trouble.answer == nullptr ? "" : AgeOf(trouble.answer, now),
        trouble.why.empty() ? "" : fmt::format("<div class=\"why\">{}</div>", Escape(trouble.why)));
  }
  return html + "</ul>\n</section>\n";
}

std::string EventInWords(const Event& event) {
  switch (event.kind) {
    case EventKind::kBrokerGone:
      return fmt::format("broker {} left the cluster", event.subject);
    case EventKind::kBrokerBack:
      return fmt::format("broker {} is in the cluster", event.subject);
    case EventKind::kTopicCreated:
      return fmt::format("topic {} was created", event.subject);
    case EventKind::kTopicDeleted:
      return fmt::format("topic {} was deleted", event.subject);
    case EventKind::kGroupCreated:
      return fmt::format("group {} appeared", event.subject);
    case EventKind::kGroupDeleted:
      return fmt::format("group {} is gone", event.subject);
    case EventKind::kConnectorCreated:
      return fmt::format("connector {} was created", event.subject);
    case EventKind::kConnectorDeleted:
      return fmt::format("connector {} was deleted", event.subject);
    case EventKind::kConnectorState:
      return fmt::format("{}: {}", event.subject, event.detail);
    case EventKind::kConnectorFailed:
      return fmt::format("{} FAILED{}{}", event.subject, event.detail.empty() ? "" : ": ",
                         event.detail);
    case EventKind::kWorkerJoined:
      return fmt::format("worker {} joined", event.subject);
    case EventKind::kWorkerLeft:
      return fmt::format("worker {} left", event.subject);
    case EventKind::kRebalanceBegan:
      return fmt::format("{} rebalances ({})", event.subject, event.detail);
    case EventKind::kRebalanceEnded:
      return fmt::format("{} is Stable again", event.subject);
    case EventKind::kConnectMoved:
      return fmt::format("{}: {}", event.subject, event.detail);
    case EventKind::kElectionBegan:
      return fmt::format("ZooKeeper looks for a leader; {}", event.detail);
    case EventKind::kLeaderElected:
      return fmt::format("ZooKeeper server {} leads {}", event.subject, event.detail);
    case EventKind::kZookeeperServer:
      return fmt::format("ZooKeeper server {}: {}", event.subject, event.detail);
    case EventKind::kSubjectCreated:
      return fmt::format("subject {} was created", event.subject);
    case EventKind::kSubjectDeleted:
      return fmt::format("subject {} was deleted softly", event.subject);
    case EventKind::kSubjectGone:
      return fmt::format("subject {} was deleted for good", event.subject);
    case EventKind::kSchemaRegistered:
      return fmt::format("a schema was registered in {}", event.subject);
    case EventKind::kSchemaDeleted:
      return fmt::format("a schema of {} was deleted softly", event.subject);
    case EventKind::kSchemaRestored:
      return fmt::format("a schema of {} is back", event.subject);
    case EventKind::kSchemaGone:
      return fmt::format("a schema of {} was deleted for good", event.subject);
    case EventKind::kCompatibilityChanged:
      return fmt::format("compatibility of {} changed",
                         event.subject.empty() ? "the schema registry" : event.subject);
    case EventKind::kRegistryModeChanged:
      return fmt::format("mode of {} changed",
                         event.subject.empty() ? "the schema registry" : event.subject);
    case EventKind::kRegistryLeader:
      return "another node of the schema registry leads";
    case EventKind::kRegistryDamaged:
      return "the schema registry is damaged";
    case EventKind::kRegistryReplaced:
      return "another schema registry answers";
    case EventKind::kConnectorConfigured:
      return fmt::format("connector {} was configured anew", event.subject);
    case EventKind::kConnectorTargetState:
      return fmt::format("connector {} was told another target state", event.subject);
    case EventKind::kConnectorTasks:
      return fmt::format("tasks of connector {} were configured anew", event.subject);
    case EventKind::kConnectorRestart:
      return fmt::format("a restart of connector {} was asked for", event.subject);
    case EventKind::kRecoveryRestart:
      return fmt::format("recovery restarted connector {}", event.subject);
    case EventKind::kRecoveryVerdict:
      return fmt::format("recovery of connector {}", event.subject);
    case EventKind::kRecoveryGivenUp:
      return fmt::format("recovery leaves connector {} alone", event.subject);
    case EventKind::kRecoveryHindered:
      return fmt::format("recovery of Connect cluster {}", event.subject);
    case EventKind::kRecoveryOrder:
      return fmt::format("somebody asked recovery for {}", event.subject);
  }
  std::abort();
}

/// What changed in a registry or a configuration, line by line; other events have it in their
/// words.
std::string Detail(const Event& event) {
  std::string html;
  if (event.kind < EventKind::kSubjectCreated) {
    return html;
  }
  for (const std::string_view line : Split(event.detail, '\n')) {
    html += fmt::format("<div class=\"why\">{}</div>", Escape(line));
  }
  return html;
}

std::string Events(const EventRing& events, const Instant& now) {
  if (events.empty()) {
    return "";
  }
  std::string html = "<section>\n<h2>Events</h2>\n<ul class=\"events\">\n";
  const size_t first = events.size() - std::min(events.size(), kEventsShown);
  for (size_t i = events.size(); i-- > first;) {
    const Event& event = events[i];
    html += fmt::format("<li><span class=\"age\" title=\"{}\">{} ago</span> {}: {}{}</li>\n",
                        FormatWallTime(event.at.wall), FormatAge(now.mono - event.at.mono),
                        Escape(event.cluster), Escape(EventInWords(event)), Detail(event));
  }
  return html + "</ul>\n</section>\n";
}

/// The first thing on the page, and the title of the tab.
std::string Verdict(const View& view, const std::vector<Trouble>& troubles, size_t sources) {
  if (view.parts.size() < sources) {
    return fmt::format("waiting for {}", Counted(sources - view.parts.size(), "source"));
  }
  if (sources == 0) {
    return "nothing to watch";
  }
  return troubles.empty() ? "all well" : Counted(troubles.size(), "problem");
}

/// A source whose facts never came: what is known of it is in its problems.
std::string Waiting(const Section& section) {
  return fmt::format("<section>\n<h2>{}</h2>\n<p>{}</p>\n</section>\n", Escape(section.Title()),
                     UnknownValue("it has not answered since Klaxon started"));
}

std::string Sources(const View& view, const PlatformLinks& links, const Instant& now) {
  std::string html;
  for (const ConnectPart& part : ConnectParts(view)) {
    html += ConnectSection(part, links, now);
  }
  for (const SchemaRegistryPart& part : SchemaRegistryParts(view)) {
    html += RegistrySection(part, links, now);
  }
  for (const RestProxyPart& part : RestProxyParts(view)) {
    html += RestProxySection(part, links, now);
  }
  for (const ZookeeperPart& part : ZookeeperParts(view)) {
    html += ZookeeperSection(part, links, now);
  }
  for (const RecordSamplesPart& part : RecordSamplesParts(view)) {
    html += RecordsSection(part, now);
  }
  for (const ViewPart& part : view.parts) {
    if (part.section->facts == nullptr) {
      html += Waiting(*part.section);
    }
  }
  return html;
}

}  // namespace

std::string RenderPage(const View& view, const Instant& now, const PageOptions& options) {
  const std::vector<Trouble> troubles = TroublesIn(view, now);
  const std::string verdict = Verdict(view, troubles, options.sources);
  std::string html = Head(options, fmt::format("{} \u00B7 Klaxon", verdict));
  html += fmt::format(
      "<header>\n<h1>Klaxon</h1>\n<p class=\"verdict\">{}</p>\n<p class=\"quiet\">{} \u00B7 "
      "<a href=\"{}\">{}</a> \u00B7 <a href=\"metrics\">metrics</a></p>\n</header>\n<main>\n",
      verdict, FormatWallTime(now.wall), options.refresh ? "?refresh=off" : "./",
      options.refresh ? "stop refreshing" : "refresh by itself");
  html += troubles.empty() ? "" : TroubleList(troubles, now);
  html += options.rules == nullptr ? "" : RulesSection(*options.rules, now);
  html += NotifySection(options.notify, now);
  const GroupLinks links = LinksToConnect(view);
  const PlatformLinks platforms = LinksOfPlatforms(view, now);
  for (const KafkaPart& part : KafkaParts(view)) {
    html += KafkaSection(part, links, platforms, now);
  }
  html += Sources(view, platforms, now);
  html += Events(*view.events, now);
  return html +
         fmt::format("</main>\n<footer class=\"quiet\">Klaxon {}</footer>\n</body>\n</html>\n",
                     Escape(options.version));
}

}  // namespace klaxon::status_page
