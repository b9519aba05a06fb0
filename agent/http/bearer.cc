#include "agent/http/bearer.h"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "agent/base/text.h"
#include "agent/http/jwt.h"
#include "agent/tls/bytes.h"

namespace klaxon::http {
namespace {

WallTime Now() {
  return std::chrono::system_clock::now();
}

class Written final : public BearerSource {
 public:
  Written(Secret token, std::string key) : token_(std::move(token)), key_(std::move(key)) {}

  Result<BearerToken> Token(MonoTime, const std::stop_token&) override {
    return JudgeToken(token_.Reveal(), key_, Now());
  }

 private:
  const Secret token_;
  const std::string key_;
};

class InFile final : public BearerSource {
 public:
  explicit InFile(std::string file) : file_(std::move(file)) {}

  Result<BearerToken> Token(MonoTime, const std::stop_token&) override {
    return ReadTokenFile(file_, Now());
  }

 private:
  const std::string file_;
};

}  // namespace

Result<BearerToken> JudgeToken(std::string text, const std::string& place, WallTime now) {
  if (!IsTokenText(text)) {
    return Error(Reason::kInvalid, place + " holds no token: one line of ASCII without blanks");
  }
  const WallTime expires = ExpiryOf(text).value_or(WallTime::max());
  if (expires <= now) {
    const auto ago = std::chrono::ceil<std::chrono::seconds>(now - expires);
    return Error(Reason::kUnauthorized, fmt::format("the token in {} expired {} ago; renew it",
                                                    place, FormatDuration(ago)));
  }
  return BearerToken{.value = Secret(std::move(text)), .expires = expires};
}

Result<BearerToken> ReadTokenFile(const std::string& file, WallTime now) {
  const Result<std::string> content = tls::BytesOf({.location = file});
  if (!content) return content.error();
  return JudgeToken(std::string(Trim(*content)), file, now);
}

std::shared_ptr<BearerSource> WrittenToken(Secret token, std::string key) {
  return std::make_shared<Written>(std::move(token), std::move(key));
}

std::shared_ptr<BearerSource> TokenInFile(std::string file) {
  return std::make_shared<InFile>(std::move(file));
}

}  // namespace klaxon::http
