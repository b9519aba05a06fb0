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

/// Kafka's name for it, as the TLS keys have.
bool ReadSecured(config::YamlMap& yaml) {
  const std::string protocol = yaml.String("security.protocol", "PLAINTEXT");
  if (protocol != "PLAINTEXT" && protocol != "SSL") {
    yaml.Complain("security.protocol",
                  "expected PLAINTEXT, or SSL if the client ports speak TLS (secureClientPort)");
  }
  return protocol == "SSL";
}

/// Part of zookeeper.connect behind the servers.
std::string ReadChroot(config::YamlMap& yaml) {
  std::string chroot = yaml.String("chroot", "/");
  const bool good = chroot.starts_with('/') && chroot.find("//") == std::string::npos &&
                    (chroot == "/" || !chroot.ends_with('/'));
  if (!good) {
    yaml.Complain("chroot", "expected a path such as /kafka");
  }
  return chroot == "/" ? "" : chroot;
}

}  // namespace

Config ReadConfig(config::YamlMap& yaml) {
  Config config;
  if (yaml.Require("servers")) {
    config.servers = yaml.HostPorts("servers", kClientPort);
    CheckServers(config.servers, yaml);
  }
  config.secured = ReadSecured(yaml);
  config.admin =
      ReadHttpSource(yaml, {.name = "admin", .required = false, .more_tls = config.secured});
  config.chroot = ReadChroot(yaml);
  config.session = yaml.Bool("session", true);
  CheckAdmin(config, yaml);
  const PollTimes times = ReadPollTimes(yaml, config.interval);
  config.interval = times.interval;
  config.request_timeout = times.request_timeout;
  return config;
}

}  // namespace klaxon::zookeeper_collector
