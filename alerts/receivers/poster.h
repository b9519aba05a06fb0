#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/base/secret.h"
#include "agent/config/yaml_map.h"
#include "agent/http/client.h"
#include "agent/tls/client_options.h"
#include "alerts/notify/receiver.h"

namespace klaxon::receivers {

/// How an address is asked: `http_config` in Alertmanager's terms.
struct HttpOptions {
  std::string username{};
  Secret password{};
  Secret token{};  ///< a bearer's
  tls::ClientOptions tls{};
};

/// Reads `http_config:`, if it is there. Mistakes go to the document.
HttpOptions ReadHttpOptions(config::YamlMap& yaml);

/// A URL that is a secret, from KEY or KEY_file. Empty when a mistake was reported.
Secret ReadSecretUrl(config::YamlMap& yaml, std::string_view key, bool required = true,
                     std::string_view fallback = "");

/// Looks at an answer whose status is 2xx: empty, it is accepted; else why it is not.
using Accepts = std::function<std::string(const http::HttpResponse& response)>;

/// Sends bodies to one address and judges what comes back. Whatever that is, little of it is kept:
/// an answer without end is cut off. Confined to one thread at a time.
class Poster {
 public:
  Poster(http::HttpClient& http, Secret url, const HttpOptions& options, std::string subject);

  notify::Delivery Post(std::string body, const notify::Patience& patience,
                        const Accepts& accepts = {});
  notify::Delivery Send(const std::string& method, std::string body,
                        const notify::Patience& patience, const Accepts& accepts = {});

 private:
  std::string Clean(std::string words) const;

  http::HttpClient& http_;
  const Secret url_;
  const std::string target_;  // path and query of it
  http::ClientAccess access_;
};

}  // namespace klaxon::receivers
