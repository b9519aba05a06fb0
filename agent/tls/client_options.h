#pragma once

#include <string>

#include "agent/base/secret.h"

namespace klaxon::tls {

/// The oldest version of the protocol that is spoken. Older ones than 1.2 are broken (RFC 8996).
enum class Version { kTls12, kTls13 };

/// Certificates or keys: in a file, or written out. At most one of `location` and `pem` is set;
/// both empty: none given. PEM and PKCS#12 (with `password`) are told apart by their content.
struct Store {
  std::string location{};
  Secret pem{};
  Secret password{};

  bool empty() const { return location.empty() && pem.empty(); }

  friend bool operator==(const Store&, const Store&) = default;
};

/// How we are the client of a TLS connection. Files are named here and read when a connection needs
/// them, so that a certificate that was renewed is taken without a reload.
struct ClientOptions {
  Store trust{};        ///< certificate authorities; empty: those of the system
  Store certificate{};  ///< ours, with its chain; a PKCS#12 or a PEM may hold the key as well
  Store key{};          ///< of `certificate`, unless that one holds it
  bool verify = true;   ///< false: takes any certificate
  bool verify_host_name = true;
  Version min_version = Version::kTls12;
  std::string cipher_suites{};  ///< OpenSSL's list for TLS 1.2; empty: OpenSSL's default

  friend bool operator==(const ClientOptions&, const ClientOptions&) = default;
};

}  // namespace klaxon::tls
