#include "collectors/record_samples/config.h"

#include <algorithm>
#include <string>

namespace klaxon::record_samples_collector {
namespace {

/// Whether `text` is what `pattern` says; '*' stands for any letters, also none.
bool Matches(std::string_view pattern, std::string_view text) {
  size_t at = 0;
  size_t in = 0;
  size_t star = std::string_view::npos;  // the last one met, and where its letters ended
  size_t resume = 0;
  while (in < text.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      resume = in;
    } else if (at < pattern.size() && pattern[at] == text[in]) {
      ++at;
      ++in;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      in = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

}  // namespace

bool IsChosen(const std::vector<std::string>& patterns, std::string_view topic) {
  constexpr std::string_view kInternal = "__";
  return std::ranges::any_of(patterns, [&](const std::string& pattern) {
    return (!topic.starts_with(kInternal) || pattern.starts_with(kInternal)) &&
           Matches(pattern, topic);
  });
}

Config ReadConfig(config::YamlMap& yaml) {
  using std::chrono::hours;
  using std::chrono::seconds;
  Config config;
  if (yaml.Require("topics")) {
    config.topics = yaml.StringList("topics");
    const bool blank = std::ranges::any_of(config.topics, &std::string::empty);
    if (config.topics.empty() || blank) {
      yaml.Complain("topics", std::string(blank ? "holds an empty name" : "is empty") +
                                  "; give topics or patterns, such as orders-*");
    }
  }
  config.interval = yaml.Duration("interval", config.interval, {seconds{5}, hours{24}});
  config.records =
      static_cast<size_t>(yaml.Integer("records", static_cast<int64_t>(config.records), {1, 1000}));
  config.partitions = static_cast<size_t>(
      yaml.Integer("partitions", static_cast<int64_t>(config.partitions), {1, 1000}));
  return config;
}

}  // namespace klaxon::record_samples_collector
