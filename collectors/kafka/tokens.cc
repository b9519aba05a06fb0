#include "collectors/kafka/tokens.h"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "agent/base/text.h"
#include "agent/tls/bytes.h"
#include "collectors/kafka/jwt.h"
#include "collectors/kafka/oidc_tokens.h"

namespace klaxon::kafka_collector {
namespace {

/// A token that something else made. `place`: where it stands.
Result<kafka::Token> Judge(std::string text, const std::string& place, const Instant& now) {
  if (!IsTokenText(text)) {
    return Error(Reason::kInvalid, place + " holds no token: one line of ASCII without blanks");
  }
  const WallTime expires = ExpiryOf(text).value_or(WallTime::max());
  if (expires <= now.wall) {
    const auto ago = std::chrono::ceil<std::chrono::seconds>(now.wall - expires);
    return Error(Reason::kUnauthorized, fmt::format("the token in {} expired {} ago; renew it",
                                                    place, FormatDuration(ago)));
  }
  return kafka::Token{.value = Secret(std::move(text)), .expires = expires};
}

class StaticTokens final : public kafka::TokenSource {
 public:
  explicit StaticTokens(Secret token) : token_(std::move(token)) {}

  std::optional<Result<kafka::Token>> Current(const Instant& now) override {
    return Judge(token_.Reveal(), "sasl.oauthbearer.token", now);
  }

 private:
  const Secret token_;
};

class FileTokens final : public kafka::TokenSource {
 public:
  explicit FileTokens(std::string file) : file_(std::move(file)) {}

  std::optional<Result<kafka::Token>> Current(const Instant& now) override {
    const Result<std::string> content = tls::BytesOf({.location = file_});
    if (!content) {
      return content.error();
    }
    return Judge(std::string(Trim(*content)), file_, now);
  }

 private:
  const std::string file_;
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
