#pragma once

#include <string>
#include <utility>
#include <vector>

#include "agent/base/secret.h"
#include "agent/tls/client_options.h"

namespace klaxon::http {

/// What the user calls the keys of an OAuthClient, for what is to be checked.
struct OAuthKeyNames {
  std::string url = "token.url";
  std::string id = "client.id";
  std::string secret = "client.secret";
  std::string scope = "scope";

  friend bool operator==(const OAuthKeyNames&, const OAuthKeyNames&) = default;
};

/// A client of a token endpoint that gets tokens for itself: the client credentials grant
/// (RFC 6749 section 4.4).
struct OAuthClient {
  std::string token_url{};  ///< http or https
  std::string id{};
  Secret secret{};
  std::string scope{};  ///< empty: none is asked for
  /// Further fields of the form, e.g. "audience".
  std::vector<std::pair<std::string, std::string>> parameters{};
  /// Id and secret are form-encoded before they become a login, as RFC 6749 section 2.3.1 has it.
  /// Java's Kafka clients and librdkafka do not unless they are told to.
  bool encode_login = true;
  tls::ClientOptions tls{};  ///< how an endpoint with https is trusted, and our certificate there
  OAuthKeyNames keys{};

  friend bool operator==(const OAuthClient&, const OAuthClient&) = default;
};

}  // namespace klaxon::http
