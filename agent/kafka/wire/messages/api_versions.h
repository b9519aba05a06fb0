#pragma once

#include <string>
#include <vector>

#include "agent/kafka/wire/message.h"

namespace klaxon::kafka::wire {

/// What a broker can speak. A broker that does not know the version asked for answers in version 0
/// with UNSUPPORTED_VERSION (KIP-511).
struct ApiVersionsResponse {
  struct Api {
    int16_t key = 0;
    int16_t min_version = 0;
    int16_t max_version = 0;

    static void Fields(auto& self, auto& io) {
      io(self.key, self.min_version, self.max_version);
      io.Tags();
    }
  };

  ErrorCode error_code{};
  std::vector<Api> apis{};
  int32_t throttle_time_ms = 0;

  static void Fields(auto& self, auto& io) {
    io(self.error_code, self.apis);
    if (io.version() >= 1) {
      io(self.throttle_time_ms);
    }
    io.Tags();
  }
};

struct ApiVersionsRequest {
  using Response = ApiVersionsResponse;
  static constexpr ApiKey kApiKey = ApiKey::kApiVersions;
  static constexpr VersionRange kVersions{0, 3};
  static constexpr int16_t kFlexibleSince = 3;

  std::string client_software_name{};     ///< letters, digits, '-' and '.'; the broker checks it
  std::string client_software_version{};  ///< likewise

  static void Fields(auto& self, auto& io) {
    if (io.version() >= 3) {
      io(self.client_software_name, self.client_software_version);
    }
    io.Tags();
  }
};

}  // namespace klaxon::kafka::wire
