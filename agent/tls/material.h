#pragma once

// For .cc files of this folder only.

#include <vector>

#include "agent/base/result.h"
#include "agent/tls/client_options.h"
#include "agent/tls/openssl.h"

namespace klaxon::tls {

/// A certificate with its chain and its key.
struct Identity {
  Owned<X509> certificate{};
  std::vector<Owned<X509>> chain{};  ///< what was given besides it, in that order
  Owned<EVP_PKEY> key{};
};

/// The certificates of a trust store: at least one. Error: kInvalid, which file and why.
Result<std::vector<Owned<X509>>> ReadTrust(const Store& store);

/// The certificate of `certificate`, and its key out of `key` or, if that is empty, out of
/// `certificate` too. Error: kInvalid, which file and why; also when the two do not belong
/// together.
Result<Identity> ReadIdentity(const Store& certificate, const Store& key);

}  // namespace klaxon::tls
