#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/text.h"
#include "agent/config/yaml_map.h"
#include "agent/kafka/security.h"

namespace klaxon::record_samples_collector {

/// Whose records are looked at, and how many.
struct Config {
  std::vector<std::string> topics{};  ///< names; '*' stands for any letters
  Duration interval = std::chrono::minutes{1};
  size_t records = 10;     ///< the newest of each partition that is looked at
  size_t partitions = 64;  ///< looked at in one poll; topics take turns when they have more

  // The connection is that of the cluster's kafka section.
  std::vector<HostPort> bootstrap{};
  std::string client_id{};
  kafka::SecurityOptions security{};

  friend bool operator==(const Config&, const Config&) = default;
};

/// Reads `record_samples:` of a `kafka:` section. Mistakes go to the document.
Config ReadConfig(config::YamlMap& yaml);

/// Whether a topic is among those of the patterns. Internal topics ("__...") only where a pattern
/// says so.
bool IsChosen(const std::vector<std::string>& patterns, std::string_view topic);

}  // namespace klaxon::record_samples_collector
