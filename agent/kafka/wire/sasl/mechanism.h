#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/base/clock.h"
#include "agent/base/result.h"

namespace klaxon::kafka::wire {

/// Our side of one SASL conversation (RFC 4422). Knows no frames. Used once, by one thread.
///
/// Errors are predicates for the broker's title, kBadAnswer if the broker breaks the mechanism's
/// rules, kUnauthorized if it refuses us. No error holds a secret.
class Mechanism {
 public:
  Mechanism() = default;
  Mechanism(const Mechanism&) = delete;
  Mechanism& operator=(const Mechanism&) = delete;
  virtual ~Mechanism() = default;

  /// "SCRAM-SHA-512".
  virtual std::string_view name() const = 0;

  /// The first message; empty: what it needs is still being fetched, ask again. Error: why we have
  /// nothing to log in with.
  virtual std::optional<Result<std::string>> Begin(const Instant& now) = 0;

  /// The answer to what the broker said; empty: the login is over, and all is well.
  virtual Result<std::optional<std::string>> Continue(std::string_view challenge) = 0;

  /// What a broker that says no may be saying, as a question: "is the password right?".
  virtual std::string Doubt() const = 0;

  /// Why the broker refuses us, if it said so before it refused; printable, without a secret.
  virtual std::string Refusal() const { return ""; }

  /// The broker refuses what we logged in with: whatever can be replaced should be.
  virtual void Disappoint() {}

  /// Whether `text` would give a secret away: a broker's words could repeat what it was sent.
  virtual bool Reveals(std::string_view text) const = 0;
};

}  // namespace klaxon::kafka::wire
