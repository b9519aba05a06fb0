#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/text.h"
#include "agent/config/yaml_map.h"
#include "agent/kafka/security.h"

namespace klaxon::connect_status_collector {

/// How the topics of one Connect cluster are followed.
struct Config {
  std::string name{};    ///< of the Connect cluster, as its entry in `connect` has it
  std::string status{};  ///< status.storage.topic of its workers
  std::string config{};  ///< their config.storage.topic; empty: not followed

  // The connection is that of the cluster's kafka section.
  std::vector<HostPort> bootstrap{};
  std::string client_id{};
  kafka::SecurityOptions security{};

  friend bool operator==(const Config&, const Config&) = default;
};

/// Between two looks at what came. A new state waits for half of it on average.
inline constexpr Duration kInterval = std::chrono::milliseconds{400};

/// Reads one entry of `connect_topics:`. Mistakes go to the document.
Config ReadConfig(config::YamlMap& yaml);

}  // namespace klaxon::connect_status_collector
