#include "collectors/zookeeper/config.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "agent/http/url.h"
#include "collectors/security_keys.h"

namespace klaxon::zookeeper_collector {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

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

/// Whether one of them is https.
bool CheckAdmin(const Config& config, config::YamlMap& yaml) {
  bool https = false;
  for (const std::string& url : config.admin) {
    const Result<http::Url> parsed = http::ParseUrl(url);
    https = https || (parsed && parsed->scheme == "https");
    if (!parsed) {
      yaml.Complain("admin", parsed.error().message());
    } else if (!parsed->query.empty()) {
      yaml.Complain("admin", "must not have a query (what comes after '?')");
    }
  }
  if (!config.admin.empty() && config.admin.size() != config.servers.size()) {
    yaml.Complain("admin", fmt::format("has {} and servers has {}; give one for each server, in "
                                       "their order",
                                       config.admin.size(), config.servers.size()));
  }
  return https;
}

}  // namespace

Config ReadConfig(config::YamlMap& yaml) {
  Config config;
  if (yaml.Require("servers")) {
    config.servers = yaml.HostPorts("servers", kClientPort);
    CheckServers(config.servers, yaml);
  }
  config.admin = yaml.StringList("admin");
  config.tls = ReadTlsKeys(yaml, CheckAdmin(config, yaml));
  config.interval = yaml.Duration("interval", config.interval, {seconds{1}, hours{1}});
  const Duration sensible = std::min<Duration>(config.interval / 2, seconds{5});
  config.request_timeout =
      yaml.Duration("request.timeout", sensible, {milliseconds{100}, minutes{1}});
  if (config.request_timeout >= config.interval) {
    yaml.Complain("request.timeout",
                  "must be below the interval (" + FormatDuration(config.interval) + ")");
  }
  return config;
}

}  // namespace klaxon::zookeeper_collector
