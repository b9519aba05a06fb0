#pragma once

#include <chrono>
#include <string>

#include "agent/base/clock.h"
#include "agent/config/yaml_map.h"
#include "collectors/http_source.h"

namespace klaxon::schema_registry_collector {

/// How one schema registry is read.
struct Config {
  std::string name{};   ///< tells the registries of one Kafka cluster apart
  HttpSource source{};  ///< url: of all its nodes, which are compared
  Duration interval = std::chrono::seconds{10};
  Duration request_timeout = std::chrono::seconds{5};  ///< request.timeout: below the interval

  friend bool operator==(const Config&, const Config&) = default;
};

/// Reads one entry of `schema_registry:`. Mistakes go to the document; what is returned then is of
/// no use.
Config ReadConfig(config::YamlMap& yaml);

}  // namespace klaxon::schema_registry_collector
