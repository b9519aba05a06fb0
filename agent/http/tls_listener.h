#pragma once

#include <string>
#include <vector>

#include "agent/tls/server_context.h"

namespace klaxon::http {

/// How a server speaks TLS. Thread-safe.
struct TlsListener {
  tls::ServerContext context;
  /// A client's certificate must hold one as an alternative name: host, address, e-mail or URI.
  /// Empty: any.
  std::vector<std::string> client_names{};
};

}  // namespace klaxon::http
