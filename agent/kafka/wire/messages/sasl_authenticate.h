#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "agent/kafka/wire/message.h"

namespace klaxon::kafka::wire {

struct SaslAuthenticateResponse {
  ErrorCode error_code{};
  std::optional<std::string> error_message{};
  Bytes auth_bytes{};
  /// After this long the broker takes nothing on the connection but a new login (KIP-368); 0: no
  /// limit.
  int64_t session_lifetime_ms = 0;

  static void Fields(auto& self, auto& io) {
    io(self.error_code, self.error_message, self.auth_bytes);
    if (io.version() >= 1) {
      io(self.session_lifetime_ms);
    }
    io.Tags();
  }
};

/// One message of a SASL mechanism.
struct SaslAuthenticateRequest {
  using Response = SaslAuthenticateResponse;
  static constexpr ApiKey kApiKey = ApiKey::kSaslAuthenticate;
  static constexpr VersionRange kVersions{0, 2};
  static constexpr int16_t kFlexibleSince = 2;

  Bytes auth_bytes{};

  static void Fields(auto& self, auto& io) {
    io(self.auth_bytes);
    io.Tags();
  }
};

}  // namespace klaxon::kafka::wire
