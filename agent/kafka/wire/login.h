#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "agent/kafka/security.h"
#include "agent/kafka/token_source.h"
#include "agent/kafka/wire/sasl/mechanism.h"
#include "agent/kafka/wire/sasl/scram.h"
#include "agent/kafka/wire/version_table.h"

namespace klaxon::kafka::wire {

/// What the logins of a client share. Confined to the I/O thread.
class LoginTools {
 public:
  /// `options` must outlive it.
  LoginTools(const SecurityOptions& options, std::shared_ptr<TokenSource> tokens)
      : options_(options), tokens_(std::move(tokens)) {}

  std::unique_ptr<Mechanism> NewMechanism();

 private:
  const SecurityOptions& options_;
  const std::shared_ptr<TokenSource> tokens_;
  ScramCache scram_{};
};

/// A request of our own, to be sent now.
struct OwnRequest {
  ApiKey api{};
  int16_t version = 0;
  std::string frame{};
};

/// One login on a connection whose versions are known: SaslHandshake, then SaslAuthenticate as
/// often as the mechanism wants. Knows no socket. Errors are predicates for the broker's title;
/// words of the broker are shortened, and never shown if they would give a secret away.
class Login {
 public:
  explicit Login(std::unique_ptr<Mechanism> mechanism) : mechanism_(std::move(mechanism)) {}

  /// Whether what we log in with is there; asks for it. Error: it will not come. Call until it is
  /// true, before Next.
  Result<bool> Prepare(const Instant& now);

  bool prepared() const { return message_.has_value(); }

  /// The next request. REQUIRES: prepared(), not done(), and the last one is answered.
  Result<OwnRequest> Next(const VersionTable& versions, int32_t correlation_id,
                          const std::string& client_id) const;

  /// Takes the answer to the last request.
  Result<void> Take(std::string_view body, int16_t version);

  bool done() const { return done_; }

  /// How long the broker will take requests before it wants the next login; zero: for ever.
  Duration session() const { return session_; }

 private:
  Result<void> TakeHandshake(std::string_view body, int16_t version);
  Result<void> TakeMessage(std::string_view body, int16_t version);
  Error Refused(const std::string& words) const;

  std::unique_ptr<Mechanism> mechanism_;
  std::optional<std::string> message_{};  ///< ours, to be sent next
  bool named_ = false;                    ///< the mechanism is agreed upon
  bool done_ = false;
  Duration session_{};
};

}  // namespace klaxon::kafka::wire
