#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "agent/model/connect_facts.h"

namespace klaxon::connect {

/// Takes a connector's configuration, one key after the other in any order, and leaves what may be
/// kept of it. Values may be hostile.
class ConfigReader {
 public:
  void Add(std::string_view key, std::string_view value);

  /// `type`: "source" or "sink".
  ConnectorConfig Finish(std::string_view name, std::string_view type);

 private:
  void TakeTopics(std::string_view value);

  ConnectorConfig config_{};
  std::string group_{};  // consumer.override.group.id
  uint64_t sum_ = 0;
  bool any_ = false;
};

}  // namespace klaxon::connect
