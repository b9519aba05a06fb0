#pragma once

#include <string>
#include <vector>

#include "agent/base/clock.h"

namespace klaxon::tls {

/// What a certificate says of itself. All texts are printable, whoever wrote it.
struct Certificate {
  std::string subject{};  ///< "CN=broker-1,O=Example" (RFC 2253)
  std::string issuer{};
  std::vector<std::string> names{};  ///< hosts and addresses that it is for
  /// Every alternative name: hosts, addresses, e-mail, URIs. Never the common name.
  std::vector<std::string> alternative_names{};
  WallTime not_before{};
  WallTime not_after{};

  friend bool operator==(const Certificate&, const Certificate&) = default;
};

/// Who is on the other side of a finished handshake.
struct PeerInfo {
  std::string version{};             ///< "TLSv1.3"
  std::string cipher{};              ///< "TLS_AES_256_GCM_SHA384"
  std::vector<Certificate> chain{};  ///< the peer's own first; empty: it showed none

  friend bool operator==(const PeerInfo&, const PeerInfo&) = default;
};

}  // namespace klaxon::tls
