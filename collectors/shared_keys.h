#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/base/clock.h"
#include "agent/config/yaml_map.h"

/// Keys that several kinds of sources have, read in one way. Mistakes go to the document.
namespace klaxon {

/// When a source is polled.
struct PollTimes {
  Duration interval{};
  Duration request_timeout{};  ///< of one request; below the interval
};

/// The longest sensible wait for one request: half the interval, at most 5 s.
Duration DefaultRequestTimeout(Duration interval);

/// Reads `interval` and `request.timeout`.
PollTimes ReadPollTimes(config::YamlMap& yaml, Duration default_interval);

/// Complains of what is no URL of a server, or has a query. True: one of them is https.
bool CheckUrls(const std::vector<std::string>& urls, std::string_view key, config::YamlMap& yaml);

}  // namespace klaxon
