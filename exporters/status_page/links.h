#pragma once

#include <map>
#include <string>

#include "agent/model/view.h"

namespace klaxon::status_page {

/// The name of an element of the page: letters, digits and dashes only.
std::string AnchorOf(const EntityRef& entity);  ///< of a connector
std::string AnchorOf(const ConnectPart& part);  ///< of a Connect cluster

/// HTML of links, by the group in Kafka that they stand beside: from a sink's consumer group to the
/// connector, from the workers' group to the Connect cluster.
using GroupLinks = std::map<const Entity*, std::string>;

GroupLinks LinksToConnect(const View& view);

std::string AnchorOf(const Section& section);  ///< of what a source is shown in

/// HTML of the links between Kafka clusters and what belongs to them, by the section that they
/// stand in; none where nothing is known.
using PlatformLinks = std::map<const Section*, std::string>;

PlatformLinks LinksOfPlatforms(const View& view, const Instant& now);

/// `<section id="...">` and what stands in it under the heading: the links.
std::string OpenSection(const Section& section);
std::string LinksIn(const PlatformLinks& links, const Section& section);

}  // namespace klaxon::status_page
