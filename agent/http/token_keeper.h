#pragma once

#include <condition_variable>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "agent/base/backoff.h"
#include "agent/base/mutex.h"
#include "agent/http/bearer.h"
#include "agent/http/client.h"
#include "agent/http/oauth_client.h"
#include "agent/http/token_exchange.h"

namespace klaxon::http {

/// Tokens from a token endpoint. A thread of its own ("oauth-tokens") fetches one at once and the
/// next when 80 % of its life are over, as Java's clients do (a token that does not say how long it
/// lives is replaced after 4 min). A failure is tried again after 1 s, then later and later, at
/// most 30 s; meanwhile the last token is given as long as it is good. A token that is refused
/// where it is shown is replaced with the same patience: an endpoint that gives nothing better is
/// asked every 30 s.
class TokenKeeper final : public BearerSource {
 public:
  /// `subject`: who speaks in the log, e.g. "kafka/main". `clock` and `http` outlive it.
  TokenKeeper(OAuthClient client, std::string subject, Clock& clock, HttpClient& http);

  /// Stops within about 100 ms.
  ~TokenKeeper() override = default;

  /// Without waiting: empty while the first one is on its way.
  std::optional<Result<BearerToken>> Current(const Instant& now);

  Result<BearerToken> Token(MonoTime deadline, const std::stop_token& stop) override;
  void Refused(const Secret& token) override;

 private:
  std::optional<Result<BearerToken>> Peek(MonoTime now) KLAXON_REQUIRES(mutex_);
  void Run(const std::stop_token& stop);
  /// Waits until `due`, or after a refusal at most as long as that back-off says. False: stopped.
  bool SleepUntil(MonoTime due, Backoff& refusals, const std::stop_token& stop);
  /// Asks once, keeps what came, and says how long to wait before the next time.
  Duration Renew(Backoff& backoff, const std::stop_token& stop);
  Result<Grant> Ask(const Instant& asked_at, const std::stop_token& stop);
  void Keep(const Grant& grant, const Instant& asked_at);
  void KeepError(const Error& error);

  const OAuthClient client_;
  const std::string subject_;  // who speaks in the log
  const std::shared_ptr<tls::ClientContext> tls_;
  Clock& clock_;
  HttpClient& http_;
  Mutex mutex_{};
  std::optional<BearerToken> token_ KLAXON_GUARDED_BY(mutex_){};
  MonoTime good_until_ KLAXON_GUARDED_BY(mutex_){};         ///< the wall clock may jump
  std::optional<Error> error_ KLAXON_GUARDED_BY(mutex_){};  ///< of the last attempt
  bool refused_ KLAXON_GUARDED_BY(mutex_) = false;          ///< token_, where it was shown
  std::condition_variable_any changed_{};                   ///< token_ or error_
  std::stop_source nap_ KLAXON_GUARDED_BY(mutex_){};        ///< its stop wakes the thread
  std::jthread thread_;                                     // last: it uses the others
};

}  // namespace klaxon::http
