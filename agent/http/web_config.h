#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/base/secret.h"
#include "agent/config/document.h"
#include "agent/http/access_rules.h"
#include "agent/http/message.h"
#include "agent/tls/server_options.h"

namespace klaxon::http {

// The web configuration file that Prometheus' exporters share, as prometheus/exporter-toolkit reads
// it (docs/web-configuration.md there). One file can serve them and Klaxon.

/// `tls_server_config`.
struct WebTls {
  bool enabled = false;  ///< false: plain HTTP
  tls::ServerOptions options{};
  std::vector<std::string> client_names{};  ///< a client's certificate must hold one; empty: any

  friend bool operator==(const WebTls&, const WebTls&) = default;
};

/// A line of `basic_auth_users`.
struct WebUser {
  std::string name{};
  Secret hash{};  ///< bcrypt, "$2y$10$..."

  friend bool operator==(const WebUser&, const WebUser&) = default;
};

struct WebConfig {
  WebTls tls{};
  HeaderList headers{};  ///< on every answer; an empty value: without that header
  std::vector<WebUser> users{};
  RateLimit rate_limit{};
  std::vector<std::string> remarks{};  ///< what is accepted but not as the writer may think
};

/// Reads what exporter-toolkit reads and refuses what it refuses, its test data included. What is
/// wrong is in `document.mistakes()` afterwards, certificates and keys included. Files that it
/// names are relative to `folder`.
WebConfig ReadWebConfig(config::Document& document, std::string_view folder);

/// The configuration in a file, or all its mistakes, one a line.
Result<WebConfig> LoadWebConfig(const std::string& file);

}  // namespace klaxon::http
