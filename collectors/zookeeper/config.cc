#include "collectors/zookeeper/config.h"

#include <set>

#include <fmt/format.h>

#include "collectors/shared_keys.h"

namespace klaxon::zookeeper_collector {
namespace {

constexpr uint16_t kClientPort = 2181;
constexpr size_t kMostServers = 32;  // each is asked on a thread of its own

void CheckServers(const std::vector<HostPort>& servers, config::YamlMap& yaml) {
  if (servers.size() > kMostServers) {
    yaml.Complain("servers",
                  fmt::format("are {}; {} are read at most", servers.size(), kMostServers));
  }
  std::set<HostPort> seen;
  for (const HostPort& server : servers) {
    if (!seen.insert(server).second) {
      yaml.Complain("servers", fmt::format("name {} twice", ToString(server)));
    }
  }
}

void CheckAdmin(const Config& config, config::YamlMap& yaml) {
  if (!config.admin.urls.empty() && config.admin.urls.size() != config.servers.size()) {
    yaml.Complain("admin", fmt::format("has {} and servers has {}; give one for each server, in "
                                       "their order",
                                       config.admin.urls.size(), config.servers.size()));
  }
}

}  // namespace

Config ReadConfig(config::YamlMap& yaml) {
  Config config;
  if (yaml.Require("servers")) {
    config.servers = yaml.HostPorts("servers", kClientPort);
    CheckServers(config.servers, yaml);
  }
  config.admin = ReadHttpSource(yaml, {.name = "admin", .required = false});
  CheckAdmin(config, yaml);
  const PollTimes times = ReadPollTimes(yaml, config.interval);
  config.interval = times.interval;
  config.request_timeout = times.request_timeout;
  return config;
}

}  // namespace klaxon::zookeeper_collector
