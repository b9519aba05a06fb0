#include "collectors/connect_status/config.h"

namespace klaxon::connect_status_collector {

Config ReadConfig(config::YamlMap& yaml) {
  Config config;
  config.name = yaml.RequiredString("name");
  config.status = yaml.RequiredString("status");
  config.config = yaml.String("config", "");
  if (!config.config.empty() && config.config == config.status) {
    yaml.Complain("config",
                  "names the same topic as status; give config.storage.topic of the workers");
  }
  return config;
}

}  // namespace klaxon::connect_status_collector
