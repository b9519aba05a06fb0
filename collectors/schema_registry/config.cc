#include "collectors/schema_registry/config.h"

#include "collectors/shared_keys.h"

namespace klaxon::schema_registry_collector {

Config ReadConfig(config::YamlMap& yaml) {
  Config config;
  config.name = yaml.RequiredString("name");
  config.source = ReadHttpSource(yaml, {.example = "http://registry-1:8081"});
  config.topic = yaml.String("topic", "");
  config.settings_requests = static_cast<size_t>(yaml.Integer(
      "settings.requests", static_cast<int64_t>(config.settings_requests), {2, 5'000}));
  const PollTimes times = ReadPollTimes(yaml, config.interval);
  config.interval = times.interval;
  config.request_timeout = times.request_timeout;
  return config;
}

}  // namespace klaxon::schema_registry_collector
