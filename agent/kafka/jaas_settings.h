#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace klaxon::kafka {

/// A value of sasl.jaas.config in the names of SecurityKeys().
struct JaasSettings {
  std::vector<std::pair<std::string, std::string>> settings{};
  std::vector<std::string> without_effect{};  ///< names of options that we have no use for
  std::vector<std::string> mistakes{};        ///< none holds a value
};

/// Takes PlainLoginModule, ScramLoginModule and OAuthBearerLoginModule (with clientId,
/// clientSecret, scope, extension_NAME and ssl.truststore.* of the token endpoint). `mechanism`:
/// sasl.mechanism, which the module has to fit; empty: not given.
JaasSettings ReadJaasSettings(std::string_view jaas, std::string_view mechanism);

}  // namespace klaxon::kafka
