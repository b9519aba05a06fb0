#pragma once

#include <chrono>
#include <string>

#include "agent/base/clock.h"
#include "agent/config/yaml_map.h"
#include "collectors/http_source.h"

namespace klaxon::connect_collector {

/// How one Kafka Connect cluster is read.
struct Config {
  std::string name{};   ///< tells the Connect clusters of one Kafka cluster apart
  HttpSource source{};  ///< url: of its workers; one lists, the next if it fails
  Duration interval = std::chrono::seconds{5};
  Duration request_timeout =
      std::chrono::milliseconds{2500};  ///< request.timeout: below the interval

  /// compare: lists of all workers are read, and what they tell differently is kept.
  bool compare = false;
  /// offsets.interval: how often the offsets of one running source are asked for; 0: never.
  Duration offsets_interval{};

  friend bool operator==(const Config&, const Config&) = default;
};

/// Reads one entry of `connect:`. Mistakes go to the document; what is returned then is of no use.
Config ReadConfig(config::YamlMap& yaml);

}  // namespace klaxon::connect_collector
