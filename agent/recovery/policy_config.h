#pragma once

#include "agent/config/yaml_map.h"
#include "agent/recovery/policy.h"

namespace klaxon::recovery {

/// Reads `recovery:` of a Connect cluster. Mistakes go to the document; what is returned then is of
/// no use.
Policy ReadPolicy(config::YamlMap& yaml);

/// The keys that may differ from connector to connector, over `settings`.
Settings ReadSettings(config::YamlMap& yaml, Settings settings);

}  // namespace klaxon::recovery
