#include "agent/http/token_keeper.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "agent/base/duration.h"
#include "agent/base/log.h"
#include "agent/base/thread_name.h"
#include "agent/http/url.h"

namespace klaxon::http {
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

TokenKeeper::TokenKeeper(OAuthClient client, std::string subject, Clock& clock, HttpClient& http)
    : client_(std::move(client)),
      subject_(std::move(subject)),
      tls_(std::make_shared<tls::ClientContext>(client_.tls, subject_)),
      clock_(clock),
      http_(http),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {
}

std::optional<Result<BearerToken>> TokenKeeper::Peek(MonoTime now) {
  if (token_ && now < good_until_) {
    return *token_;
  }
  return error_ ? std::optional<Result<BearerToken>>(*error_) : std::nullopt;
}

std::optional<Result<BearerToken>> TokenKeeper::Current(const Instant& now) {
  const Lock lock(mutex_);
  return Peek(now.mono);
}

Result<BearerToken> TokenKeeper::Token(MonoTime deadline, const std::stop_token& stop) {
  const Lock lock(mutex_);
  std::optional<Result<BearerToken>> found;
  changed_.wait_until(mutex_, stop, deadline, [&]() KLAXON_REQUIRES(mutex_) {
    found = Peek(clock_.Now().mono);
    return found.has_value();
  });
  if (found) return *std::move(found);
  const Result<Url> url = ParseUrl(client_.token_url);
  return stop.stop_requested()
             ? Error(Reason::kCancelled, "stopped")
             : Error(Reason::kTimeout,
                     (url ? url->ForPeople() : client_.keys.url) + " gave no token in time");
}

void TokenKeeper::Run(const std::stop_token& stop) {
  NameThisThread("oauth-tokens");
  const size_t seed = std::hash<std::string>()(subject_ + client_.id);
  Backoff failures(kBackoff, seed);
  Backoff refusals(kBackoff, seed);
  Duration wait{};
  do {
    wait = Renew(failures, stop);
  } while (SleepUntil(clock_.Now().mono + wait, refusals, stop));
}

bool TokenKeeper::SleepUntil(MonoTime due, Backoff& refusals, const std::stop_token& stop) {
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

void TokenKeeper::Refused(const Secret& token) {
  std::stop_source nap(std::nostopstate);
  {
    const Lock lock(mutex_);
    // Somebody may speak of the token before this one; after a failure the next is asked for
    // anyway.
    if (refused_ || error_ || !token_ || token_->value != token) {
      return;
    }
    refused_ = true;
    nap = nap_;
  }
  log::Warning(subject_, "the token is refused; another one is asked for");
  nap.request_stop();
}

Duration TokenKeeper::Renew(Backoff& backoff, const std::stop_token& stop) {
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

Result<Grant> TokenKeeper::Ask(const Instant& asked_at, const std::stop_token& stop) {
  const Result<HttpResponse> response =
      http_.Send(TokenRequest(client_, tls_), asked_at.mono + kPatience, stop);
  if (!response) {
    return response.error();
  }
  Result<Grant> grant = ReadGrant(*response, client_, asked_at);
  if (grant) {
    return grant;
  }
  const Result<Url> url = ParseUrl(client_.token_url);
  return Error(grant.error().reason(),
               (url ? url->ForPeople() : "the token endpoint") + " " + grant.error().message());
}

void TokenKeeper::Keep(const Grant& grant, const Instant& asked_at) {
  BearerToken token{.value = grant.token};
  MonoTime good_until = MonoTime::max();
  if (grant.life) {
    token.expires = asked_at.wall + std::chrono::duration_cast<WallTime::duration>(*grant.life);
    good_until = asked_at.mono + *grant.life;
  }
  const Lock lock(mutex_);
  changed_.notify_all();
  if (!token_ || error_) {
    log::Info(subject_, "has a token{}", grant.life ? " for " + FormatDuration(*grant.life) : "");
  }
  token_ = std::move(token);
  good_until_ = good_until;
  refused_ = false;
  error_.reset();
}

void TokenKeeper::KeepError(const Error& error) {
  if (error.reason() == Reason::kCancelled) {
    return;
  }
  const Lock lock(mutex_);
  changed_.notify_all();
  if (!error_ || error_->message() != error.message()) {
    log::Warning(subject_, "no new token: {}", error.message());
  }
  error_ = error;
  refused_ = false;
}

}  // namespace klaxon::http
