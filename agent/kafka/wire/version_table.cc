#include "agent/kafka/wire/version_table.h"

#include <algorithm>

#include <fmt/format.h>

namespace klaxon::kafka::wire {

VersionTable::VersionTable(const ApiVersionsResponse& response) {
  for (const auto& api : response.apis) {
    ranges_[static_cast<ApiKey>(api.key)] = {.min = api.min_version, .max = api.max_version};
  }
}

std::optional<int16_t> VersionTable::Common(ApiKey api, VersionRange ours) const {
  const auto theirs = ranges_.find(api);
  if (theirs == ranges_.end()) {
    return std::nullopt;
  }
  const int16_t newest = std::min(ours.max, theirs->second.max);
  if (newest < ours.min || newest < theirs->second.min) {
    return std::nullopt;
  }
  return newest;
}

std::string VersionTable::WhyNot(ApiKey api, VersionRange ours) const {
  const auto theirs = ranges_.find(api);
  if (theirs == ranges_.end()) {
    return fmt::format("does not speak {}", Name(api));
  }
  return fmt::format("speaks {} {}-{}, Klaxon needs {}-{}", Name(api), theirs->second.min,
                     theirs->second.max, ours.min, ours.max);
}

}  // namespace klaxon::kafka::wire
