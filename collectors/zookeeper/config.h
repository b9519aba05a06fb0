#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/text.h"
#include "agent/config/yaml_map.h"
#include "collectors/http_source.h"

namespace klaxon::zookeeper_collector {

/// How one ZooKeeper ensemble is read.
struct Config {
  std::vector<HostPort> servers{};  ///< client ports, each once; 1 to 32
  bool secured = false;             ///< the client ports speak TLS, trusted as `admin` says
  HttpSource admin{};               ///< AdminServer of each server, in their order; or none
  std::string chroot{};             ///< where Kafka keeps its nodes, "/kafka"; empty: at the root
  bool session = true;              ///< Kafka's nodes are read, which takes a session
  Duration interval = std::chrono::seconds{10};
  Duration request_timeout =
      std::chrono::seconds{5};  ///< request.timeout: of all words to a server

  friend bool operator==(const Config&, const Config&) = default;
};

/// Reads `zookeeper:` of a cluster. Mistakes go to the document; what is returned then is of no
/// use.
Config ReadConfig(config::YamlMap& yaml);

}  // namespace klaxon::zookeeper_collector
