#include "exporters/status_page/links.h"

#include <fmt/format.h>

#include "agent/model/platform.h"
#include "exporters/status_page/html.h"

namespace klaxon::status_page {
namespace {

std::string Link(const std::string& anchor, std::string_view text) {
  return fmt::format("<a href=\"#{}\">{}</a>", anchor, Escape(text));
}

/// "Connect etl", "schema registry main".
std::string WordOf(const Section& section) {
  const std::string name = section.instance.empty() ? "" : " " + section.instance;
  if (section.collector == "connect") {
    return "Connect" + name;
  }
  if (section.collector == "schema_registry") {
    return "schema registry" + name;
  }
  return (section.collector == "rest_proxy" ? "REST proxy" : "ZooKeeper") + name;
}

}  // namespace

std::string AnchorOf(const EntityRef& entity) {
  return fmt::format("connector-{}", entity->id);
}

std::string AnchorOf(const Section& section) {
  std::string anchor = section.collector + "-";
  for (const char c : section.cluster + "-" + section.instance) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    anchor += plain ? std::string(1, c) : fmt::format("_{:x}", static_cast<unsigned char>(c));
  }
  return anchor;
}

std::string AnchorOf(const ConnectPart& part) {
  return AnchorOf(part.section);
}

GroupLinks LinksToConnect(const View& view) {
  GroupLinks links;
  for (const ConnectPart& part : ConnectParts(view)) {
    if (const EntityRef& group = part.derived.workers.entity; group != nullptr) {
      links[group.get()] = Link(AnchorOf(part), "workers of Connect " + part.section.instance);
    }
    for (size_t i = 0; i < part.facts.connectors.size(); ++i) {
      if (const EntityRef& group = part.derived.connectors[i].group; group != nullptr) {
        const EntityRef& connector = part.facts.connectors[i].entity;
        links[group.get()] = Link(AnchorOf(connector), "connector " + connector->name);
      }
    }
  }
  return links;
}

PlatformLinks LinksOfPlatforms(const View& view, const Instant& now) {
  PlatformLinks links;
  for (const PlatformLink& link : PlatformLinksOf(view, now)) {
    const std::string how =
        link.by == LinkedBy::kClusterId ? "" : " <span class=\"quiet\">by configuration</span>";
    if (link.kafka == nullptr) {
      links[link.platform] =
          fmt::format("Kafka <code>{}</code>, which is not watched", Escape(link.cluster_id));
      continue;
    }
    links[link.platform] = "Kafka " + Link(AnchorOf(*link.kafka), link.kafka->cluster) + how;
    std::string& back = links[link.kafka];
    back +=
        (back.empty() ? "" : " \u00B7 ") + Link(AnchorOf(*link.platform), WordOf(*link.platform));
  }
  return links;
}

std::string OpenSection(const Section& section) {
  return fmt::format("<section id=\"{}\">\n", AnchorOf(section));
}

std::string LinksIn(const PlatformLinks& links, const Section& section) {
  const auto found = links.find(&section);
  return found == links.end() ? "" : fmt::format("<p class=\"platforms\">{}</p>\n", found->second);
}

}  // namespace klaxon::status_page
