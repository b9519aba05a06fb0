#pragma once

// For .cc files of this folder only.

#include "agent/base/result.h"
#include "agent/tls/client_options.h"
#include "agent/tls/openssl.h"

namespace klaxon::tls {

/// What both sides have in common: no renegotiation, no compression, writes that may be cut and
/// moved. Error: kInternal.
Result<Context> MakeContext(const SSL_METHOD* method, Version min_version);

/// Shows `certificate` with its chain and key. Error: kInvalid, which file and why.
Result<void> UseIdentity(SSL_CTX& context, const Store& certificate, const Store& key);

/// Trusts what is in `trust`, or what the system trusts when that is empty. Error: kInvalid.
Result<void> UseTrust(SSL_CTX& context, const Store& trust);

/// For TLS 1.2, in OpenSSL's words. Error: kInvalid.
Result<void> UseCiphers(SSL_CTX& context, const std::string& ciphers);

}  // namespace klaxon::tls
