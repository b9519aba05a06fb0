#include "collectors/kafka/config.h"

#include <algorithm>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "agent/kafka/client_properties.h"
#include "collectors/kafka/security_section.h"
#include "collectors/shared_keys.h"

namespace klaxon::kafka_collector {

using std::chrono::hours;
using std::chrono::seconds;

Config ReadConfig(config::YamlMap& yaml) {
  Config config;
  const SecuritySection section = ReadSecuritySection(yaml);
  config.security = section.security;
  config.notice = section.notice;
  if (section.bootstrap.empty()) {
    yaml.Require("bootstrap.servers");
  }
  config.bootstrap = yaml.HostPorts("bootstrap.servers", kDefaultPort);
  if (config.bootstrap.empty()) {
    config.bootstrap = section.bootstrap;
  }
  if (std::ranges::any_of(config.bootstrap, [](const HostPort& at) { return at.port == 0; })) {
    yaml.Complain("bootstrap.servers", "port 0 is not a port that anything listens on");
  }
  config.client_id =
      yaml.String("client.id", section.client_id.empty() ? config.client_id : section.client_id);
  if (yaml.Has("client.id") && config.client_id.size() > kafka::kLongestClientId) {
    yaml.Complain("client.id", fmt::format("is longer than {} bytes", kafka::kLongestClientId));
  }
  const PollTimes times = ReadPollTimes(yaml, config.interval);
  config.interval = times.interval;
  config.request_timeout = times.request_timeout;
  const Duration slow = std::max<Duration>(config.interval, seconds{60});
  config.earliest_interval = yaml.Duration("earliest.interval", slow, {seconds{1}, hours{24}});
  if (config.earliest_interval < config.interval) {
    yaml.Complain("earliest.interval",
                  "must not be below the interval (" + FormatDuration(config.interval) + ")");
  }
  return config;
}

}  // namespace klaxon::kafka_collector
