#include "collectors/kafka/oidc_tokens.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "agent/base/duration.h"
#include "agent/base/log.h"
#include "agent/base/thread_name.h"
#include "agent/http/url.h"

namespace klaxon::kafka_collector {
namespace {

constexpr Duration kPatience = std::chrono::seconds{10};     // of one request
constexpr Duration kUnknownLife = std::chrono::minutes{5};   // of a token that does not say
constexpr Duration kShortestWait = std::chrono::seconds{1};  // between two requests
constexpr Duration kLongestWait = std::chrono::hours{24};
constexpr BackoffOptions kBackoff{.base = std::chrono::seconds{2}, .cap = std::chrono::seconds{30}};

/// Java's sasl.login.refresh.window.factor.
Duration RefreshAfter(Duration life) {
  return std::clamp<Duration>(life / 5 * 4, kShortestWait, kLongestWait);
}

}  // namespace

OidcTokens::OidcTokens(kafka::OAuthOptions options, const TokenDeps& deps)
    : options_(std::move(options)),
      subject_("kafka/" + deps.cluster),
      tls_(std::make_shared<tls::ClientContext>(options_.endpoint, subject_)),
      clock_(deps.clock),
      http_(deps.http),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {
}

std::optional<Result<kafka::Token>> OidcTokens::Current(const Instant& now) {
  const Lock lock(mutex_);
  if (token_ && now.mono < good_until_) {
    return *token_;
  }
  return error_ ? std::optional<Result<kafka::Token>>(*error_) : std::nullopt;
}

void OidcTokens::Run(const std::stop_token& stop) {
  NameThisThread("kafka-tokens");
  const size_t seed = std::hash<std::string>()(subject_ + options_.client_id);
  Backoff failures(kBackoff, seed);
  Backoff refusals(kBackoff, seed);
  Duration wait{};
  do {
    wait = Renew(failures, stop);
  } while (SleepUntil(clock_.Now().mono + wait, refusals, stop));
}

bool OidcTokens::SleepUntil(MonoTime due, Backoff& refusals, const std::stop_token& stop) {
  std::stop_source nap;
  {
    const Lock lock(mutex_);
    nap_ = nap;
    if (refused_) {
      nap.request_stop();
    }
  }
  const std::stop_callback end(stop, [&nap] { nap.request_stop(); });
  if (clock_.SleepUntil(due, nap.get_token())) {
    refusals.Reset();
    return true;
  }
  const Duration pause = std::max(refusals.Next(), kShortestWait);
  return clock_.SleepUntil(std::min(due, clock_.Now().mono + pause), stop);
}

void OidcTokens::Refused(const Secret& token) {
  std::stop_source nap(std::nostopstate);
  {
    const Lock lock(mutex_);
    // A broker may speak of the token before this one; after a failure the next is asked for
    // anyway.
    if (refused_ || error_ || !token_ || token_->value != token) {
      return;
    }
    refused_ = true;
    nap = nap_;
  }
  log::Warning(subject_, "a broker refuses the token; another one is asked for");
  nap.request_stop();
}

Duration OidcTokens::Renew(Backoff& backoff, const std::stop_token& stop) {
  const Instant asked_at = clock_.Now();
  const Result<Grant> grant = Ask(asked_at, stop);
  if (!grant) {
    KeepError(grant.error());
    return std::max(backoff.Next(), kShortestWait);
  }
  backoff.Reset();
  Keep(*grant, asked_at);
  return RefreshAfter(grant->life.value_or(kUnknownLife));
}

Result<Grant> OidcTokens::Ask(const Instant& asked_at, const std::stop_token& stop) {
  const Result<http::HttpResponse> response =
      http_.Send(TokenRequest(options_, tls_), asked_at.mono + kPatience, stop);
  if (!response) {
    return response.error();
  }
  Result<Grant> grant = ReadGrant(*response, options_, asked_at);
  if (grant) {
    return grant;
  }
  const Result<http::Url> url = http::ParseUrl(options_.token_endpoint_url);
  return Error(grant.error().reason(),
               (url ? url->ForPeople() : "the token endpoint") + " " + grant.error().message());
}

void OidcTokens::Keep(const Grant& grant, const Instant& asked_at) {
  kafka::Token token{.value = grant.token, .expires = WallTime::max()};
  MonoTime good_until = MonoTime::max();
  if (grant.life) {
    token.expires = asked_at.wall + std::chrono::duration_cast<WallTime::duration>(*grant.life);
    good_until = asked_at.mono + *grant.life;
  }
  const Lock lock(mutex_);
  if (!token_ || error_) {
    log::Info(subject_, "has a token{}", grant.life ? " for " + FormatDuration(*grant.life) : "");
  }
  token_ = std::move(token);
  good_until_ = good_until;
  refused_ = false;
  error_.reset();
}

void OidcTokens::KeepError(const Error& error) {
  if (error.reason() == Reason::kCancelled) {
    return;
  }
  const Lock lock(mutex_);
  if (!error_ || error_->message() != error.message()) {
    log::Warning(subject_, "no new token: {}", error.message());
  }
  error_ = error;
  refused_ = false;
}

}  // namespace klaxon::kafka_collector
