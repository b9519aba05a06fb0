#pragma once

#include <optional>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "agent/base/secret.h"

namespace klaxon::kafka {

/// A bearer token (RFC 6750) for SASL/OAUTHBEARER.
struct Token {
  Secret value{};
  WallTime expires{};  ///< WallTime::max(): not known
};

/// Gives the token of the moment to the thread that does a cluster's I/O, so it never waits:
/// whoever fetches tokens over the network does it on a thread of its own, before the last one
/// expires.
class TokenSource {
 public:
  TokenSource() = default;
  TokenSource(const TokenSource&) = delete;
  TokenSource& operator=(const TokenSource&) = delete;
  virtual ~TokenSource() = default;

  /// A token that is good now; why there is none; or empty: being fetched, ask again. Thread-safe.
  virtual std::optional<Result<Token>> Current(const Instant& now) = 0;

  /// A broker has refused this token, which Current gave: one that can be fetched anew should be,
  /// soon and without waiting here. Thread-safe.
  virtual void Refused(const Secret& /*token*/) {}
};

}  // namespace klaxon::kafka
