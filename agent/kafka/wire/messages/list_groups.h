#pragma once

#include <string>
#include <vector>

#include "agent/kafka/wire/message.h"

namespace klaxon::kafka::wire {

struct ListGroupsResponse {
  struct Group {
    std::string id{};
    std::string protocol_type{};
    std::string state{};  ///< since version 4 (2.6); empty before
    std::string type{};   ///< since version 5 (3.8): "classic", "consumer", "share", "streams"

    static void Fields(auto& self, auto& io) {
      io(self.id, self.protocol_type);
      if (io.version() >= 4) {
        io(self.state);
      }
      if (io.version() >= 5) {
        io(self.type);
      }
      io.Tags();
    }
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code{};
  std::vector<Group> groups{};

  static void Fields(auto& self, auto& io) {
    if (io.version() >= 1) {
      io(self.throttle_time_ms);
    }
    io(self.error_code, self.groups);
    io.Tags();
  }
};

/// The groups that the asked broker coordinates. Groups we may not describe are left out silently.
struct ListGroupsRequest {
  using Response = ListGroupsResponse;
  static constexpr ApiKey kApiKey = ApiKey::kListGroups;
  static constexpr VersionRange kVersions{0, 5};
  static constexpr int16_t kFlexibleSince = 3;

  std::vector<std::string> states_filter{};  ///< empty: all
  std::vector<std::string> types_filter{};   ///< empty: all

  static void Fields(auto& self, auto& io) {
    if (io.version() >= 4) {
      io(self.states_filter);
    }
    if (io.version() >= 5) {
      io(self.types_filter);
    }
    io.Tags();
  }
};

}  // namespace klaxon::kafka::wire
