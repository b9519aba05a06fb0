#pragma once

#include <map>
#include <optional>
#include <string>

#include "agent/kafka/wire/messages/api_versions.h"

namespace klaxon::kafka::wire {

/// What one broker speaks. Immutable.
class VersionTable {
 public:
  explicit VersionTable(const ApiVersionsResponse& response);

  /// The newest version that both sides speak; empty: none.
  std::optional<int16_t> Common(ApiKey api, VersionRange ours) const;

  /// Why there is no common version, as a predicate: "speaks OffsetFetch 0-1, Klaxon needs 2-8".
  std::string WhyNot(ApiKey api, VersionRange ours) const;

 private:
  std::map<ApiKey, VersionRange> ranges_{};
};

}  // namespace klaxon::kafka::wire
