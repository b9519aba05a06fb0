#include "collectors/rest_proxy/config.h"

#include <fmt/format.h>

#include "collectors/shared_keys.h"

namespace klaxon::rest_proxy_collector {
namespace {

constexpr size_t kMostNodes = 32;  // each is asked on a thread of its own

}  // namespace

Config ReadConfig(config::YamlMap& yaml) {
  Config config;
  config.name = yaml.RequiredString("name");
  config.source = ReadHttpSource(yaml, {.example = "http://rest-proxy-1:8082"});
  if (config.source.urls.size() > kMostNodes) {
    yaml.Complain("url", fmt::format("has {} addresses; {} are read at most",
                                     config.source.urls.size(), kMostNodes));
  }
  const PollTimes times = ReadPollTimes(yaml, config.interval);
  config.interval = times.interval;
  config.request_timeout = times.request_timeout;
  return config;
}

}  // namespace klaxon::rest_proxy_collector
