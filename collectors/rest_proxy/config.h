#pragma once

#include <chrono>
#include <string>

#include "agent/base/clock.h"
#include "agent/config/yaml_map.h"
#include "collectors/http_source.h"

namespace klaxon::rest_proxy_collector {

/// How one REST proxy is read.
struct Config {
  std::string name{};   ///< tells the proxies of one Kafka cluster apart
  HttpSource source{};  ///< url: of its nodes, each judged by itself; 1 to 32
  Duration interval = std::chrono::seconds{10};
  Duration request_timeout =
      std::chrono::seconds{5};  ///< request.timeout: of all requests to a node

  friend bool operator==(const Config&, const Config&) = default;
};

/// Reads one entry of `rest_proxy:`. Mistakes go to the document; what is returned then is of no
/// use.
Config ReadConfig(config::YamlMap& yaml);

}  // namespace klaxon::rest_proxy_collector
