#include "agent/kafka/wire/login.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "agent/base/text.h"
#include "agent/kafka/wire/messages/sasl_authenticate.h"
#include "agent/kafka/wire/messages/sasl_handshake.h"
#include "agent/kafka/wire/sasl/oauth_bearer.h"
#include "agent/kafka/wire/sasl/plain.h"

namespace klaxon::kafka::wire {

namespace {

/// A week: what is longer needs no timer.
constexpr int64_t kLongestSessionMs = int64_t{7} * 24 * 3600 * 1000;

constexpr size_t kLongestWords = 200;

std::string List(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : ", ") + Printable(name, 40);
  }
  return text.empty() ? "none" : Printable(text, kLongestWords);
}

template <class Request>
Result<int16_t> CommonVersion(const VersionTable& versions) {
  const auto version = versions.Common(Request::kApiKey, Request::kVersions);
  if (!version) {
    return Error(Reason::kUnsupported, versions.WhyNot(Request::kApiKey, Request::kVersions));
  }
  return *version;
}

}  // namespace

std::unique_ptr<Mechanism> LoginTools::NewMechanism() {
  switch (options_.mechanism) {
    case SaslMechanism::kPlain:
      return Plain(options_);
    case SaslMechanism::kScramSha256:
      return Scram(ScramHash::kSha256, options_, scram_);
    case SaslMechanism::kScramSha512:
      return Scram(ScramHash::kSha512, options_, scram_);
    case SaslMechanism::kOAuthBearer:
      return OAuthBearer(options_, tokens_);
  }
  std::abort();
}

Result<bool> Login::Prepare(const Instant& now) {
  if (!prepared()) {
    auto begun = mechanism_->Begin(now);
    if (!begun) return false;
    if (!*begun) return begun->error();
    message_ = std::move(**begun);
  }
  return true;
}

Result<OwnRequest> Login::Next(const VersionTable& versions, int32_t correlation_id,
                               const std::string& client_id) const {
  if (!named_) {
    const auto version = CommonVersion<SaslHandshakeRequest>(versions);
    if (!version) return version.error();
    const SaslHandshakeRequest request{.mechanism = std::string(mechanism_->name())};
    return OwnRequest{.api = SaslHandshakeRequest::kApiKey,
                      .version = *version,
                      .frame = EncodeRequest(request, *version, correlation_id, client_id)};
  }
  const auto version = CommonVersion<SaslAuthenticateRequest>(versions);
  if (!version) return version.error();
  const SaslAuthenticateRequest request{.auth_bytes = {.data = *message_}};
  return OwnRequest{.api = SaslAuthenticateRequest::kApiKey,
                    .version = *version,
                    .frame = EncodeRequest(request, *version, correlation_id, client_id)};
}

Result<void> Login::Take(std::string_view body, int16_t version) {
  return named_ ? TakeMessage(body, version) : TakeHandshake(body, version);
}

Result<void> Login::TakeHandshake(std::string_view body, int16_t version) {
  const auto response = DecodeResponse<SaslHandshakeRequest>(body, version);
  if (!response) {
    return Error(Reason::kBadAnswer, "sent " + response.error().message());
  }
  switch (response->error_code) {
    case ErrorCode::kNone:
      named_ = true;
      return {};
    case ErrorCode::kUnsupportedSaslMechanism:
      return Error(Reason::kUnauthorized,
                   fmt::format("does not offer {} on this listener; it offers {}: set "
                               "sasl.mechanism, or choose another listener",
                               mechanism_->name(), List(response->mechanisms)));
    case ErrorCode::kIllegalSaslState:
      return Error(Reason::kUnauthorized,
                   "takes no login (SASL) on this listener; set security.protocol to PLAINTEXT or "
                   "SSL, or choose another listener");
    default:
      return Error(Reason::kUnauthorized,
                   "refuses to begin a login: " + Name(response->error_code));
  }
}

Result<void> Login::TakeMessage(std::string_view body, int16_t version) {
  const auto response = DecodeResponse<SaslAuthenticateRequest>(body, version);
  if (!response) {
    return Error(Reason::kBadAnswer, "sent " + response.error().message());
  }
  if (response->error_code != ErrorCode::kNone) {
    mechanism_->Disappoint();
    return Refused(response->error_message.value_or(Name(response->error_code)));
  }
  auto next = mechanism_->Continue(response->auth_bytes.data);
  if (!next) {
    return next.error();
  }
  done_ = !next->has_value();
  message_ = std::move(*next).value_or("");
  session_ = std::chrono::milliseconds{
      std::clamp<int64_t>(response->session_lifetime_ms, 0, kLongestSessionMs)};
  return {};
}

Error Login::Refused(const std::string& words) const {
  std::string shown = mechanism_->Reveals(words) ? "" : Printable(words, kLongestWords);
  const std::string before = mechanism_->Refusal();
  if (!before.empty() && shown.find(before) == std::string::npos) {
    shown += (shown.empty() ? "" : ", ") + before;
  }
  return {Reason::kUnauthorized,
          fmt::format("refuses our login by {}{}; {}", mechanism_->name(),
                      shown.empty() ? "" : fmt::format(" ({})", shown), mechanism_->Doubt())};
}

}  // namespace klaxon::kafka::wire
