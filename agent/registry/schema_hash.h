#pragma once

#include <string_view>

#include "agent/model/schema_registry_facts.h"

namespace klaxon::registry {

/// Of the text as the registry gives it: nodes and endpoints of one registry give the same.
SchemaHash HashOf(std::string_view text);

}  // namespace klaxon::registry
