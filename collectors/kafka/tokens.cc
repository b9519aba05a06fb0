#include "collectors/kafka/tokens.h"

#include <utility>

#include "agent/http/bearer.h"
#include "agent/http/token_keeper.h"

namespace klaxon::kafka_collector {
namespace {

Result<kafka::Token> ForKafka(Result<http::BearerToken> token) {
  if (!token) {
    return token.error();
  }
  return kafka::Token{.value = std::move(token->value), .expires = token->expires};
}

class StaticTokens final : public kafka::TokenSource {
 public:
  explicit StaticTokens(Secret token) : token_(std::move(token)) {}

  std::optional<Result<kafka::Token>> Current(const Instant& now) override {
    return ForKafka(http::JudgeToken(token_.Reveal(), "sasl.oauthbearer.token", now.wall));
  }

 private:
  const Secret token_;
};

class FileTokens final : public kafka::TokenSource {
 public:
  explicit FileTokens(std::string file) : file_(std::move(file)) {}

  std::optional<Result<kafka::Token>> Current(const Instant& now) override {
    return ForKafka(http::ReadTokenFile(file_, now.wall));
  }

 private:
  const std::string file_;
};

http::OAuthClient ClientOf(const kafka::OAuthOptions& options) {
  return {.token_url = options.token_endpoint_url,
          .id = options.client_id,
          .secret = options.client_secret,
          .scope = options.scope,
          .encode_login = options.encode_login,
          .tls = options.endpoint,
          .keys = {.url = "sasl.oauthbearer.token.endpoint.url",
                   .id = "sasl.oauthbearer.client.id",
                   .secret = "sasl.oauthbearer.client.secret",
                   .scope = "sasl.oauthbearer.scope"}};
}

class OidcTokens final : public kafka::TokenSource {
 public:
  OidcTokens(const kafka::OAuthOptions& options, const TokenDeps& deps)
      : keeper_(ClientOf(options), "kafka/" + deps.cluster, deps.clock, deps.http) {}

  std::optional<Result<kafka::Token>> Current(const Instant& now) override {
    std::optional<Result<http::BearerToken>> token = keeper_.Current(now);
    return token ? std::optional(ForKafka(*std::move(token))) : std::nullopt;
  }

  void Refused(const Secret& token) override { keeper_.Refused(token); }

 private:
  http::TokenKeeper keeper_;
};

}  // namespace

std::shared_ptr<kafka::TokenSource> MakeTokenSource(const kafka::SecurityOptions& options,
                                                    const TokenDeps& deps) {
  if (!options.UsesSasl() || options.mechanism != kafka::SaslMechanism::kOAuthBearer) {
    return nullptr;
  }
  if (!options.oauth.token_endpoint_url.empty()) {
    return std::make_shared<OidcTokens>(options.oauth, deps);
  }
  if (!options.oauth.token_file.empty()) {
    return std::make_shared<FileTokens>(options.oauth.token_file);
  }
  return std::make_shared<StaticTokens>(options.oauth.token);
}

}  // namespace klaxon::kafka_collector
