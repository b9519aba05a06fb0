#include "collectors/connect/config.h"

#include "collectors/shared_keys.h"

namespace klaxon::connect_collector {

Config ReadConfig(config::YamlMap& yaml) {
  Config config;
  config.name = yaml.RequiredString("name");
  config.source = ReadHttpSource(yaml, {.example = "http://connect-1:8083"});
  const PollTimes times = ReadPollTimes(yaml, config.interval);
  config.interval = times.interval;
  config.request_timeout = times.request_timeout;
  return config;
}

}  // namespace klaxon::connect_collector
