#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/text.h"
#include "agent/config/yaml_map.h"
#include "agent/kafka/security.h"
#include "collectors/http_source.h"

namespace klaxon::schema_registry_collector {

/// How one schema registry is read.
struct Config {
  std::string name{};   ///< tells the registries of one Kafka cluster apart
  HttpSource source{};  ///< url: of all its nodes, which are compared
  /// The topic that it keeps everything in, to be followed: "_schemas"; empty: it is not.
  std::string topic{};
  /// settings.requests: a poll, for the levels and modes of subjects, two each; not if a topic
  /// tells them.
  size_t settings_requests = 14;
  Duration interval = std::chrono::seconds{10};
  Duration request_timeout = std::chrono::seconds{5};  ///< request.timeout: below the interval

  // The connection of the cluster's kafka section; empty: there is none.
  std::vector<HostPort> bootstrap{};
  std::string client_id{};
  kafka::SecurityOptions security{};

  friend bool operator==(const Config&, const Config&) = default;
};

/// Between two looks at what came in the topic. A change waits for half of it on average.
inline constexpr Duration kTailInterval = std::chrono::milliseconds{400};

/// Reads one entry of `schema_registry:`. Mistakes go to the document; what is returned then is of
/// no use.
Config ReadConfig(config::YamlMap& yaml);

}  // namespace klaxon::schema_registry_collector
