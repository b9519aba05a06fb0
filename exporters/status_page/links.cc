#include "exporters/status_page/links.h"

#include <fmt/format.h>

#include "exporters/status_page/html.h"

namespace klaxon::status_page {
namespace {

std::string Link(const std::string& anchor, std::string_view text) {
  return fmt::format("<a href=\"#{}\">{}</a>", anchor, Escape(text));
}

}  // namespace

std::string AnchorOf(const EntityRef& entity) {
  return fmt::format("connector-{}", entity->id);
}

std::string AnchorOf(const ConnectPart& part) {
  std::string anchor = "connect-";
  for (const char c : part.section.cluster + "-" + part.section.instance) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    anchor += plain ? std::string(1, c) : fmt::format("_{:x}", static_cast<unsigned char>(c));
  }
  return anchor;
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

}  // namespace klaxon::status_page
