#pragma once

#include <span>
#include <string>
#include <string_view>

#include "agent/kafka/security.h"
#include "agent/kafka/security_settings.h"

// The inside of ReadSecurity.

namespace klaxon::kafka {

/// What has to be chosen for a key to have an effect.
enum class KeyUse {
  kAlways,
  kTls,    ///< security.protocol SSL or SASL_SSL
  kSasl,   ///< SASL_PLAINTEXT or SASL_SSL
  kLogin,  ///< a mechanism with a user and a password
  kOAuth,  ///< OAUTHBEARER
  kOidc,   ///< OAUTHBEARER with tokens from an endpoint
};

/// One key: puts a value into the options and returns what is wrong with it, or "".
struct KeyRow {
  SecurityKey key{};
  KeyUse use = KeyUse::kAlways;
  std::string (*put)(SecurityOptions& options, const std::string& value) = nullptr;
};

/// One row for each of SecurityKeys().
std::span<const KeyRow> KeyRows();

/// REQUIRES: `value` is one of the enumeration.
std::string_view Name(SecurityProtocol value);
std::string_view Name(SaslMechanism value);

}  // namespace klaxon::kafka
