#pragma once

#include <string>
#include <utility>
#include <vector>

#include "agent/tls/server_context.h"

namespace klaxon::http {

/// How a server speaks TLS. Thread-safe.
struct TlsListener {
  /// As `client_names` says of names.
  TlsListener(tls::ServerOptions options, std::vector<std::string> names)
      : context(std::move(options), "http"), client_names(std::move(names)) {}

  tls::ServerContext context;
  /// A client's certificate must hold one as an alternative name: host, address, e-mail or URI.
  /// Empty: any.
  const std::vector<std::string> client_names;
};

}  // namespace klaxon::http
