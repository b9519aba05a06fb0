#pragma once

#include <string>
#include <vector>

#include "agent/base/text.h"
#include "agent/config/yaml_map.h"
#include "agent/kafka/security.h"

namespace klaxon::kafka_collector {

/// What a `kafka:` section says about security, in its own keys or in the file that
/// `command.config` names.
struct SecuritySection {
  kafka::SecurityOptions security{};
  std::vector<HostPort> bootstrap{};  ///< of that file; empty: it names none
  std::string client_id{};            ///< of that file; empty: it names none
  std::string notice{};               ///< for the log: what of that file has no effect
};

/// Reads files: that of `command.config`, and those of secrets. Mistakes go to the document.
SecuritySection ReadSecuritySection(config::YamlMap& yaml);

}  // namespace klaxon::kafka_collector
