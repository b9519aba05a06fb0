// What a token endpoint answers, and the tokens themselves.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "agent/http/jwt.h"
#include "agent/http/token_exchange.h"

namespace klaxon::http {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

/// What is taken can be sent, and has some life left; what is refused does not give the secret
/// away.
void CheckGrant(std::string_view body, int status) {
  const OAuthClient options{.id = "klaxon", .secret = Secret("hunter2")};
  const Instant now{.wall = WallTime(std::chrono::seconds{1'700'000'000}),
                    .mono = MonoTime(std::chrono::seconds{1000})};
  const Result<Grant> grant =
      ReadGrant({.status = status, .body = std::string(body)}, options, now);
  if (grant) {
    Require(IsTokenText(grant->token.Reveal()));
    Require(!grant->life || *grant->life > Duration::zero());
  } else {
    Require(grant.error().message().find("hunter2") == std::string::npos);
  }
}

}  // namespace
}  // namespace klaxon::http

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {  // NOLINT: its name
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)klaxon::http::ExpiryOf(text);
  for (const int status : {200, 400, 401, 503}) {
    klaxon::http::CheckGrant(text, status);
  }
  return 0;
}
