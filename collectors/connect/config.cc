#include "collectors/connect/config.h"

#include <chrono>

#include "collectors/shared_keys.h"

namespace klaxon::connect_collector {

Config ReadConfig(config::YamlMap& yaml) {
  Config config;
  config.name = yaml.RequiredString("name");
  config.source = ReadHttpSource(yaml, {.example = "http://connect-1:8083"});
  const PollTimes times = ReadPollTimes(yaml, config.interval);
  config.interval = times.interval;
  config.request_timeout = times.request_timeout;
  config.compare = yaml.Bool("compare", config.compare);
  config.offsets_interval = yaml.Duration("offsets.interval", {}, {{}, std::chrono::hours{1}});
  if (config.offsets_interval > Duration{} && config.offsets_interval < std::chrono::seconds{10}) {
    yaml.Complain("offsets.interval",
                  "must be at least 10s, because each costs the herder's thread; 0s: never");
  }
  return config;
}

}  // namespace klaxon::connect_collector
