#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/secret.h"
#include "agent/config/yaml_map.h"
#include "agent/http/client.h"
#include "agent/http/oauth_client.h"
#include "agent/http/proxy.h"
#include "agent/tls/client_options.h"

namespace klaxon {

/// How a service over HTTP is asked: what all sections with such a service have in common.
struct HttpSource {
  std::vector<std::string> urls{};  ///< of its nodes, none with a query
  tls::ClientOptions tls{};         ///< how https is trusted, and our certificate
  std::string username{};           ///< of HTTP Basic; empty: no such login
  Secret password{};
  Secret token{};            ///< a bearer's that never changes
  std::string token_file{};  ///< holds a bearer's, read again for each request
  std::optional<http::OAuthClient> oauth{};
  std::optional<http::Proxy> proxy{};
  http::HeaderList headers{};  ///< for every request; may be secrets

  friend bool operator==(const HttpSource&, const HttpSource&) = default;
};

/// What the key of the addresses is called, and what it may hold.
struct UrlKey {
  std::string_view name = "url";
  std::string_view example{};  ///< "http://connect-1:8083"
  bool required = true;
  bool more_tls = false;  ///< the section has other addresses that speak TLS, trusted likewise
};

/// Reads the addresses and everything about how they are asked. Mistakes go to the document; what
/// is returned then is of no use. Files of certificates are looked at.
HttpSource ReadHttpSource(config::YamlMap& yaml, const UrlKey& key);

/// What requests to the source carry. `subject`: who speaks in the log, e.g. "connect/etl". With
/// OAuth a thread begins to fetch tokens. `http` outlives the access.
http::ClientAccess MakeAccess(const HttpSource& source, const std::string& subject,
                              http::HttpClient& http);

}  // namespace klaxon
