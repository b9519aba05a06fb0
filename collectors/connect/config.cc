#include "collectors/connect/config.h"

#include "collectors/security_keys.h"
#include "collectors/shared_keys.h"

namespace klaxon::connect_collector {

Config ReadConfig(config::YamlMap& yaml) {
  Config config;
  config.name = yaml.RequiredString("name");
  if (yaml.Require("url")) {
    config.urls = yaml.StringList("url");
    if (config.urls.empty()) {
      yaml.Complain("url", "is empty; give the address of a worker, e.g. http://connect-1:8083");
    }
  }
  config.tls = ReadTlsKeys(yaml, CheckUrls(config.urls, "url", yaml));
  config.username = yaml.String("username", "");
  config.password = yaml.Secret("password");
  if (config.username.empty() != config.password.empty()) {
    yaml.Complain(config.username.empty() ? "password" : "username",
                  "username and password belong together; give both or none");
  }
  if (config.username.find(':') != std::string::npos) {
    yaml.Complain("username", "must not hold a colon (RFC 7617)");
  }
  const PollTimes times = ReadPollTimes(yaml, config.interval);
  config.interval = times.interval;
  config.request_timeout = times.request_timeout;
  return config;
}

}  // namespace klaxon::connect_collector
