#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "agent/base/backoff.h"
#include "agent/base/mutex.h"
#include "agent/kafka/token_source.h"
#include "collectors/kafka/token_exchange.h"
#include "collectors/kafka/tokens.h"

namespace klaxon::kafka_collector {

/// Tokens from an OpenID Connect token endpoint. A thread of its own ("kafka-tokens") fetches one
/// at once and the next when 80 % of its life are over, as Java's clients do (a token that does not
/// say how long it lives is replaced after 4 min). A failure is tried again after 1 s, then later
/// and later, at most 30 s; meanwhile the last token is given as long as it is good. A token that a
/// broker refuses is replaced with the same patience: an endpoint that gives nothing better is
/// asked every 30 s.
class OidcTokens final : public kafka::TokenSource {
 public:
  OidcTokens(kafka::OAuthOptions options, const TokenDeps& deps);

  /// Stops within about 100 ms.
  ~OidcTokens() override = default;

  std::optional<Result<kafka::Token>> Current(const Instant& now) override;
  void Refused(const Secret& token) override;

 private:
  void Run(const std::stop_token& stop);
  /// Waits until `due`, or after a refusal at most as long as that back-off says. False: stopped.
  bool SleepUntil(MonoTime due, Backoff& refusals, const std::stop_token& stop);
  /// Asks once, keeps what came, and says how long to wait before the next time.
  Duration Renew(Backoff& backoff, const std::stop_token& stop);
  Result<Grant> Ask(const Instant& asked_at, const std::stop_token& stop);
  void Keep(const Grant& grant, const Instant& asked_at);
  void KeepError(const Error& error);

  const kafka::OAuthOptions options_;
  const std::string subject_;  // who speaks in the log
  const std::shared_ptr<tls::ClientContext> tls_;
  Clock& clock_;
  http::HttpClient& http_;
  Mutex mutex_{};
  std::optional<kafka::Token> token_ KLAXON_GUARDED_BY(mutex_){};
  MonoTime good_until_ KLAXON_GUARDED_BY(mutex_){};         ///< the wall clock may jump
  std::optional<Error> error_ KLAXON_GUARDED_BY(mutex_){};  ///< of the last attempt
  bool refused_ KLAXON_GUARDED_BY(mutex_) = false;          ///< token_, by a broker
  std::stop_source nap_ KLAXON_GUARDED_BY(mutex_){};        ///< its stop wakes the thread
  std::jthread thread_;                                     // last: it uses the others
};

}  // namespace klaxon::kafka_collector
