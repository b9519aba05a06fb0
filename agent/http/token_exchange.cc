#include "agent/http/token_exchange.h"

#include <charconv>
#include <cstdint>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "agent/base/text.h"
#include "agent/http/jwt.h"
#include "agent/http/status.h"
#include "agent/http/url.h"

namespace klaxon::http {
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
std::string Advice(std::string_view code, const OAuthKeyNames& keys) {
  if (code == "invalid_client") {
    return "check " + keys.id + " and " + keys.secret;
  }
  if (code == "invalid_scope") {
    return "check " + keys.scope;
  }
  if (code == "unauthorized_client" || code == "unsupported_grant_type") {
    return "allow this client the client credentials grant there";
  }
  return "";
}

/// As it goes out in the login.
Secret Encoded(const Secret& secret, bool encode) {
  return encode ? Secret(PercentEncode(secret.Reveal())) : secret;
}

/// "invalid_client (Bad secret)", as far as the answer says.
std::string ToldBy(const json& body, const OAuthClient& client) {
  const std::string code = TextIn(body, "error");
  const std::string description = TextIn(body, "error_description");
  const auto repeats = [&](const Secret& secret) {
    return !secret.empty() && (code.find(secret.Reveal()) != std::string::npos ||
                               description.find(secret.Reveal()) != std::string::npos);
  };
  if (repeats(client.secret) || repeats(Encoded(client.secret, true))) {
    return "words that repeat the secret";
  }
  return Printable(code, 60) +
         (description.empty() ? "" : " (" + Printable(description, 200) + ")");
}

Error Refusal(const HttpResponse& response, const OAuthClient& client) {
  const json body = json::parse(response.body, nullptr, false);
  const std::string told = ToldBy(body, client);
  if (const std::string advice = Advice(TextIn(body, "error"), client.keys); !advice.empty()) {
    return {Reason::kUnauthorized,
            fmt::format("answers {}: {}; {}", response.status, told, advice)};
  }
  const std::string login = Advice("invalid_client", client.keys);
  const std::string not_found = "is " + client.keys.url + " right?";
  return JudgeRefusal(response, told,
                      {.login = login, .not_found = not_found, .later = "it is asked again"});
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

HttpRequest TokenRequest(const OAuthClient& client, std::shared_ptr<tls::ClientContext> tls) {
  std::string body = "grant_type=client_credentials";
  if (!client.scope.empty()) {
    body += "&scope=" + PercentEncode(client.scope);
  }
  for (const auto& [name, value] : client.parameters) {
    body += "&" + PercentEncode(name) + "=" + PercentEncode(value);
  }
  return {.method = "POST",
          .url = client.token_url,
          .headers = {{"Accept", "application/json"},
                      {"Content-Type", "application/x-www-form-urlencoded"}},
          .body = std::move(body),
          .access = {.tls = std::move(tls),
                     .username = client.encode_login ? PercentEncode(client.id) : client.id,
                     .password = Encoded(client.secret, client.encode_login)},
          .max_body = kLargestAnswer};
}

Result<Grant> ReadGrant(const HttpResponse& response, const OAuthClient& client,
                        const Instant& asked_at) {
  if (!response.ok()) {
    return Refusal(response, client);
  }
  const json body = json::parse(response.body, nullptr, false);
  if (!body.is_object()) {
    return Error(
        Reason::kBadAnswer,
        fmt::format("answers with {}; is {} the endpoint for tokens?",
                    Trim(response.body).starts_with('<') ? "a web page" : "what is not JSON",
                    client.keys.url));
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

}  // namespace klaxon::http
