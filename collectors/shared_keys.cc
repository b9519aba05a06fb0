#include "collectors/shared_keys.h"

#include <algorithm>

#include "agent/base/duration.h"
#include "agent/http/url.h"

namespace klaxon {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

Duration DefaultRequestTimeout(Duration interval) {
  return std::min<Duration>(interval / 2, seconds{5});
}

PollTimes ReadPollTimes(config::YamlMap& yaml, Duration default_interval) {
  PollTimes times;
  times.interval = yaml.Duration("interval", default_interval, {seconds{1}, hours{1}});
  times.request_timeout = yaml.Duration("request.timeout", DefaultRequestTimeout(times.interval),
                                        {milliseconds{100}, minutes{1}});
  if (times.request_timeout >= times.interval) {
    yaml.Complain("request.timeout",
                  "must be below the interval (" + FormatDuration(times.interval) + ")");
  }
  return times;
}

bool CheckUrls(const std::vector<std::string>& urls, std::string_view key, config::YamlMap& yaml) {
  bool https = false;
  for (const std::string& url : urls) {
    const Result<http::Url> parsed = http::ParseUrl(url);
    https = https || (parsed && parsed->scheme == "https");
    if (!parsed) {
      yaml.Complain(key, parsed.error().message());
    } else if (!parsed->query.empty()) {
      yaml.Complain(key, "must not have a query (what comes after '?')");
    }
  }
  return https;
}

}  // namespace klaxon
