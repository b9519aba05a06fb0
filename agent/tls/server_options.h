#pragma once

#include <string>
#include <vector>

#include "agent/tls/client_options.h"

namespace klaxon::tls {

/// What is asked of a client. Names and meaning as Go's tls.ClientAuthType, which web-config files
/// use.
enum class ClientAuth {
  kNone,
  kRequest,           ///< asked for, taken without a look
  kRequireAny,        ///< must be there, taken without a look
  kVerifyIfGiven,     ///< need not be there; if it is, `client_trust` must have signed it
  kRequireAndVerify,  ///< must be there and be signed by `client_trust`
};

/// How we are the server of a TLS connection. Files are read again when they changed.
struct ServerOptions {
  Store certificate{};   ///< ours, with its chain; may hold the key as well
  Store key{};           ///< of `certificate`, unless that one holds it
  Store client_trust{};  ///< who signs clients' certificates; empty: the system's authorities
  ClientAuth client_auth = ClientAuth::kNone;
  Version min_version = Version::kTls12;
  Version max_version = Version::kTls13;
  /// For TLS 1.2, IANA's names ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"); empty: OpenSSL's default.
  /// Those of TLS 1.3 are accepted and change nothing: all of them are good.
  std::vector<std::string> cipher_suites{};
  bool prefer_own_ciphers = true;     ///< our order decides, not the client's
  std::vector<std::string> groups{};  ///< "X25519", "P-256", ...; empty: OpenSSL's default

  friend bool operator==(const ServerOptions&, const ServerOptions&) = default;
};

}  // namespace klaxon::tls
