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

}  // namespace klaxon::status_page
