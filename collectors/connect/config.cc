#include "collectors/connect/config.h"

#include <algorithm>

#include "agent/base/duration.h"
#include "agent/http/url.h"
#include "collectors/security_keys.h"

namespace klaxon::connect_collector {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

Config ReadConfig(config::YamlMap& yaml) {
  Config config;
  config.name = yaml.RequiredString("name");
  if (yaml.Require("url")) {
    config.urls = yaml.StringList("url");
    if (config.urls.empty()) {
      yaml.Complain("url", "is empty; give the address of a worker, e.g. http://connect-1:8083");
    }
  }
  bool https = false;
  for (const std::string& url : config.urls) {
    const Result<http::Url> parsed = http::ParseUrl(url);
    https = https || (parsed && parsed->scheme == "https");
    if (!parsed) {
      yaml.Complain("url", parsed.error().message());
    } else if (!parsed->query.empty()) {
      yaml.Complain("url", "must not have a query (what comes after '?')");
    }
  }
  config.tls = ReadTlsKeys(yaml, https);
  config.username = yaml.String("username", "");
  config.password = yaml.Secret("password");
  if (config.username.empty() != config.password.empty()) {
    yaml.Complain(config.username.empty() ? "password" : "username",
                  "username and password belong together; give both or none");
  }
  if (config.username.find(':') != std::string::npos) {
    yaml.Complain("username", "must not hold a colon (RFC 7617)");
  }
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

}  // namespace klaxon::connect_collector
