#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/text.h"
#include "agent/config/yaml_map.h"
#include "agent/kafka/security.h"

namespace klaxon::kafka_collector {

/// How one Kafka cluster is read. Keys carry librdkafka's names where it has the same thing.
struct Config {
  std::vector<HostPort> bootstrap{};  ///< bootstrap.servers
  std::string client_id = "klaxon";   ///< client.id: as broker logs and quotas show us
  Duration interval = std::chrono::seconds{10};
  /// request.timeout: a broker that takes longer for one request counts as silent. Below the
  /// interval.
  Duration request_timeout = std::chrono::seconds{5};
  Duration earliest_interval = std::chrono::seconds{60};  ///< earliest.interval: of log starts
  kafka::SecurityOptions security{};
  /// For the log: what stands in the file that command.config names and has no effect. Empty:
  /// nothing.
  std::string notice{};

  friend bool operator==(const Config&, const Config&) = default;
};

constexpr uint16_t kDefaultPort = 9092;

/// Reads a `kafka:` section. Mistakes go to the document; what is returned then is of no use.
Config ReadConfig(config::YamlMap& yaml);

}  // namespace klaxon::kafka_collector
