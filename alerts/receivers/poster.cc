#include "alerts/receivers/poster.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "agent/base/text.h"
#include "agent/http/bearer.h"
#include "agent/http/url.h"
#include "agent/tls/client_context.h"
#include "alerts/receivers/http_answer.h"

namespace klaxon::receivers {
namespace {

using notify::Delivery;
using notify::Outcome;

constexpr size_t kKept = size_t{4} * 1024;
constexpr size_t kRead = size_t{64} * 1024;  // of a 2xx; the cap of all answers is twice that

std::string TargetOf(const Secret& url) {
  const Result<http::Url> parsed = http::ParseUrl(url.Reveal());
  return parsed ? parsed->path : "";
}

/// A map; nothing for a key without a value.
std::optional<config::YamlMap> Section(config::YamlMap& yaml, std::string_view key) {
  return yaml.Has(key) ? yaml.Map(key) : std::nullopt;
}

void ReadTlsOptions(config::YamlMap& yaml, tls::ClientOptions& tls) {
  tls.trust.location = yaml.FileName("ca_file").value_or("");
  tls.certificate.location = yaml.FileName("cert_file").value_or("");
  tls.key.location = yaml.FileName("key_file").value_or("");
  tls.verify = !yaml.Bool("insecure_skip_verify", false);
  yaml.Finish();
}

}  // namespace

namespace {

/// "https://user:password@host/path"
bool HoldsUser(std::string_view url) {
  const size_t begin = url.find("://");
  const std::string_view rest = url.substr(begin == std::string_view::npos ? 0 : begin + 3);
  return rest.substr(0, rest.find_first_of("/?#")).find('@') != std::string_view::npos;
}

}  // namespace

HttpOptions ReadHttpOptions(config::YamlMap& yaml) {
  HttpOptions options;
  std::optional<config::YamlMap> http = yaml.Map("http_config");
  if (!http) {
    return options;
  }
  if (std::optional<config::YamlMap> basic = Section(*http, "basic_auth")) {
    options.username = basic->RequiredString("username");
    options.password = basic->RequiredSecret("password");
    basic->Finish();
  }
  if (std::optional<config::YamlMap> bearer = Section(*http, "authorization")) {
    options.token = bearer->RequiredSecret("credentials");
    bearer->Finish();
  }
  if (std::optional<config::YamlMap> tls = Section(*http, "tls_config")) {
    ReadTlsOptions(*tls, options.tls);
  }
  http->Finish();
  return options;
}

Secret ReadSecretUrl(config::YamlMap& yaml, std::string_view key, bool required,
                     std::string_view fallback) {
  Secret url = required ? yaml.RequiredSecret(key) : yaml.Secret(key);
  if (url.empty()) {
    return Secret(std::string(fallback));
  }
  if (http::ParseUrl(url.Reveal())) {
    return url;
  }
  yaml.Complain(key, HoldsUser(url.Reveal())
                         ? "holds a user name; write it into http_config: {basic_auth: {username: "
                           "..., password: ...}}"
                         : "is no http or https URL");
  return {};
}

Poster::Poster(http::HttpClient& http, Secret url, const HttpOptions& options, std::string subject)
    : http_(http),
      url_(std::move(url)),
      target_(TargetOf(url_)),
      access_{.tls = std::make_shared<tls::ClientContext>(options.tls, std::move(subject)),
              .username = options.username,
              .password = options.password} {
  if (!options.token.empty()) {
    access_.bearer = http::WrittenToken(options.token, "http_config.authorization.credentials");
  }
}

std::string Poster::Clean(std::string words) const {
  words = WithoutSecret(std::move(words), url_.Reveal());
  return target_.size() > 1 ? WithoutSecret(std::move(words), target_) : words;
}

Delivery Poster::Post(std::string body, const notify::Patience& patience, const Accepts& accepts) {
  return Send("POST", std::move(body), patience, accepts);
}

Delivery Poster::Send(const std::string& method, std::string body, const notify::Patience& patience,
                      const Accepts& accepts) {
  std::string kept;
  size_t read = 0;
  http::HttpRequest request{.method = method,
                            .url = url_.Reveal(),
                            .headers = {},
                            .body = std::move(body),
                            .access = access_,
                            .max_body = kRead * 2,
                            .accept_gzip = false};
  if (method == "POST") {
    request.headers.emplace_back("Content-Type", "application/json");
  }
  // Only a 2xx is told to the sink: an endless one is an answer all the same.
  request.on_body = [&](std::string_view piece) -> Result<void> {
    read += piece.size();
    kept.append(piece.substr(0, kKept - std::min(kKept, kept.size())));
    return read > kRead ? Result<void>(Error(Reason::kBadAnswer, "too much")) : Result<void>();
  };
  Result<http::HttpResponse> response = http_.Send(request, patience.deadline, patience.stop);
  if (!response && read > kRead && response.error().reason() != Reason::kCancelled) {
    response = http::HttpResponse{.status = 200};
  }
  if (!response) {
    const bool hopeless = response.error().reason() == Reason::kInvalid;
    return {.outcome = hopeless ? Outcome::kGivenUp : Outcome::kRetry,
            .words = Clean(response.error().message())};
  }
  if (response->ok()) {
    response->body = std::move(kept);
  }
  Delivery delivery = JudgeAnswer(*response, patience.now);
  if (delivery.outcome == Outcome::kAccepted && accepts) {
    if (const std::string why = accepts(*response); !why.empty()) {
      delivery = {.outcome = Outcome::kRetry, .words = why};
    }
  }
  delivery.words = Clean(std::move(delivery.words));
  return delivery;
}

}  // namespace klaxon::receivers
