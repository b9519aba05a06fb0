#include "collectors/connect_status/config.h"

namespace klaxon::connect_status_collector {

Config ReadConfig(config::YamlMap& yaml) {
  Config config;
  config.name = yaml.RequiredString("name");
  config.status = yaml.RequiredString("status");
  config.config = yaml.String("config", "");
  return config;
}

}  // namespace klaxon::connect_status_collector
