#pragma once

#include <string>
#include <vector>

#include "agent/kafka/wire/message.h"

namespace klaxon::kafka::wire {

struct SaslHandshakeResponse {
  ErrorCode error_code{};
  std::vector<std::string> mechanisms{};  ///< those that are enabled on the listener

  static void Fields(auto& self, auto& io) {
    io(self.error_code, self.mechanisms);
    io.Tags();
  }
};

/// Names the mechanism of a login. From version 1 on its messages follow in SaslAuthenticate; in
/// version 0 they would follow without any frame, which nobody needs since 1.0.
struct SaslHandshakeRequest {
  using Response = SaslHandshakeResponse;
  static constexpr ApiKey kApiKey = ApiKey::kSaslHandshake;
  static constexpr VersionRange kVersions{1, 1};
  static constexpr int16_t kFlexibleSince = 99;  // never, so far

  std::string mechanism{};

  static void Fields(auto& self, auto& io) {
    io(self.mechanism);
    io.Tags();
  }
};

}  // namespace klaxon::kafka::wire
