#include "collectors/kafka/token_exchange.h"

#include <charconv>
#include <cstdint>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "agent/base/text.h"
#include "agent/http/url.h"
#include "collectors/kafka/jwt.h"

namespace klaxon::kafka_collector {
namespace {

using nlohmann::json;

constexpr size_t kLargestAnswer = size_t{512} << 10U;
constexpr int64_t kLongestLife = int64_t{10} * 365 * 24 * 3600;  // seconds

std::string TextIn(const json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

/// Some endpoints write the number as text.
std::optional<int64_t> SecondsIn(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) {
    return std::nullopt;
  }
  int64_t seconds = 0;
  if (found->is_number()) {
    const double number = found->get<double>();
    seconds = number > 0.0 && number < static_cast<double>(kLongestLife)
                  ? static_cast<int64_t>(number)
                  : (number > 0.0 ? kLongestLife : 0);
  } else if (found->is_string()) {
    const auto& text = found->get_ref<const std::string&>();
    std::from_chars(text.data(), text.data() + text.size(), seconds);
    seconds = std::min(seconds, kLongestLife);
  }
  return seconds > 0 ? std::optional(seconds) : std::nullopt;
}

/// What is behind one of the error codes of RFC 6749 section 5.2; empty: not for us to say.
std::string_view Advice(std::string_view code) {
  if (code == "invalid_client") {
    return "check sasl.oauthbearer.client.id and sasl.oauthbearer.client.secret";
  }
  if (code == "invalid_scope") {
    return "check sasl.oauthbearer.scope";
  }
  if (code == "unauthorized_client" || code == "unsupported_grant_type") {
    return "allow this client the client credentials grant there";
  }
  return "";
}

/// "401: invalid_client (Bad secret)", as far as the answer says.
std::string Words(const http::HttpResponse& response, const kafka::OAuthOptions& options) {
  const json body = json::parse(response.body, nullptr, false);
  const std::string code = TextIn(body, "error");
  const std::string description = TextIn(body, "error_description");
  const std::string& secret = options.client_secret.Reveal();
  const auto repeats = [&](const std::string& text) {
    return !secret.empty() && text.find(secret) != std::string::npos;
  };
  if (repeats(code) || repeats(description)) {
    return fmt::format("{} in words that repeat the secret", response.status);
  }
  std::string words = fmt::format("{}", response.status);
  words += code.empty() ? "" : ": " + Printable(code, 60);
  words += description.empty() ? "" : " (" + Printable(description, 200) + ")";
  return words;
}

Error Refusal(const http::HttpResponse& response, const kafka::OAuthOptions& options) {
  constexpr int kRedirect = 300;
  constexpr int kBadRequest = 400;
  constexpr int kUnauthorized = 401;
  constexpr int kForbidden = 403;
  constexpr int kNotFound = 404;
  constexpr int kTooMany = 429;
  constexpr int kServerError = 500;
  const int status = response.status;
  const std::string words = "answers " + Words(response, options);
  const std::string code = TextIn(json::parse(response.body, nullptr, false), "error");
  if (const std::string_view advice = Advice(code); !advice.empty()) {
    return {Reason::kUnauthorized, fmt::format("{}; {}", words, advice)};
  }
  if (status == kUnauthorized || status == kForbidden) {
    return {Reason::kUnauthorized, fmt::format("{}; {}", words, Advice("invalid_client"))};
  }
  if (status >= kRedirect && status < kBadRequest) {
    return {Reason::kRefused, words + ", which sends us elsewhere; configure the final address"};
  }
  if (status == kNotFound) {
    return {Reason::kRefused, words + "; is sasl.oauthbearer.token.endpoint.url right?"};
  }
  if (status >= kServerError || status == kTooMany) {
    return {Reason::kRefused, words + "; it is asked again"};
  }
  return {Reason::kRefused, words};
}

/// Brokers look at the token itself: what the endpoint says beside it cannot make it live longer.
std::optional<Duration> LifeOf(std::string_view token, std::optional<int64_t> expires_in,
                               WallTime asked_at) {
  std::optional<Duration> life;
  if (expires_in) {
    life = std::chrono::seconds{*expires_in};
  }
  if (const std::optional<WallTime> expires = ExpiryOf(token)) {
    const Duration most = life.value_or(std::chrono::seconds{kLongestLife});
    life = *expires > asked_at + most ? most : Duration(*expires - asked_at);
  }
  return life;
}

}  // namespace

http::HttpRequest TokenRequest(const kafka::OAuthOptions& options,
                               std::shared_ptr<tls::ClientContext> tls) {
  std::string body = "grant_type=client_credentials";
  if (!options.scope.empty()) {
    body += "&scope=" + http::PercentEncode(options.scope);
  }
  return {.method = "POST",
          .url = options.token_endpoint_url,
          .headers = {{"Accept", "application/json"},
                      {"Content-Type", "application/x-www-form-urlencoded"}},
          .body = std::move(body),
          .access = {.tls = std::move(tls),
                     .username = options.client_id,
                     .password = options.client_secret},
          .max_body = kLargestAnswer};
}

Result<Grant> ReadGrant(const http::HttpResponse& response, const kafka::OAuthOptions& options,
                        const Instant& asked_at) {
  if (!response.ok()) {
    return Refusal(response, options);
  }
  const json body = json::parse(response.body, nullptr, false);
  if (!body.is_object()) {
    return Error(Reason::kBadAnswer,
                 Trim(response.body).starts_with('<')
                     ? "answers with a web page; is sasl.oauthbearer.token.endpoint.url the "
                       "endpoint for tokens?"
                     : "answers with what is not JSON; is sasl.oauthbearer.token.endpoint.url the "
                       "endpoint for tokens?");
  }
  std::string token = TextIn(body, "access_token");
  if (!IsTokenText(token)) {
    return Error(Reason::kBadAnswer, "answers without an access_token that can be used");
  }
  Grant grant{.life = LifeOf(token, SecondsIn(body, "expires_in"), asked_at.wall)};
  if (grant.life && *grant.life <= Duration::zero()) {
    return Error(Reason::kBadAnswer,
                 "answers with a token that has expired already; is this machine's clock right?");
  }
  grant.token = Secret(std::move(token));
  return grant;
}

}  // namespace klaxon::kafka_collector
