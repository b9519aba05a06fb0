#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/kafka/wire/message.h"

namespace klaxon::kafka::wire {

/// Until version 3 the answer holds one coordinator and no key; `coordinators` has one item then.
struct FindCoordinatorResponse {
  struct Coordinator {
    std::string key{};
    int32_t node_id = -1;
    std::string host{};
    int32_t port = 0;
    ErrorCode error_code{};
    std::optional<std::string> error_message{};

    static void Fields(auto& self, auto& io) {
      io(self.key, self.node_id, self.host, self.port, self.error_code, self.error_message);
      io.Tags();
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<Coordinator> coordinators = std::vector<Coordinator>(1);

  static void Fields(auto& self, auto& io) {
    if (io.version() >= 1) {
      io(self.throttle_time_ms);
    }
    if (io.version() >= 4) {
      io(self.coordinators);
    } else {
      auto& only = self.coordinators.at(0);
      io(only.error_code);
      if (io.version() >= 1) {
        io(only.error_message);
      }
      io(only.node_id, only.host, only.port);
    }
    io.Tags();
  }
};

/// Who coordinates a group. Until version 3 one key a request: only keys[0] is sent.
struct FindCoordinatorRequest {
  using Response = FindCoordinatorResponse;
  static constexpr ApiKey kApiKey = ApiKey::kFindCoordinator;
  static constexpr VersionRange kVersions{0, 4};
  static constexpr int16_t kFlexibleSince = 3;
  static constexpr int16_t kManyKeysSince = 4;

  int8_t key_type = 0;  ///< 0: group, 1: transaction
  std::vector<std::string> keys = std::vector<std::string>(1);

  static void Fields(auto& self, auto& io) {
    if (io.version() < kManyKeysSince) {
      io(self.keys.at(0));
    }
    if (io.version() >= 1) {
      io(self.key_type);
    }
    if (io.version() >= kManyKeysSince) {
      io(self.keys);
    }
    io.Tags();
  }
};

}  // namespace klaxon::kafka::wire
