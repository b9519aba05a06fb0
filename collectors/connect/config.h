#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/secret.h"
#include "agent/config/yaml_map.h"
#include "agent/tls/client_options.h"

namespace klaxon::connect_collector {

/// How one Kafka Connect cluster is read.
struct Config {
  std::string name{};               ///< tells the Connect clusters of one Kafka cluster apart
  std::vector<std::string> urls{};  ///< url: of its workers; one is asked, the next if it fails
  Duration interval = std::chrono::seconds{5};
  Duration request_timeout =
      std::chrono::milliseconds{2500};  ///< request.timeout: below the interval

  std::string username{};  ///< of HTTP Basic; empty: no login
  Secret password{};
  tls::ClientOptions tls{};  ///< how https is trusted

  friend bool operator==(const Config&, const Config&) = default;
};

/// Reads one entry of `connect:`. Mistakes go to the document; what is returned then is of no use.
Config ReadConfig(config::YamlMap& yaml);

}  // namespace klaxon::connect_collector
