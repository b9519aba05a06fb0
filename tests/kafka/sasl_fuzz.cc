// Hostile brokers in the middle of a login: whatever they say, the answer is a message or an error
// of bounded size, and no broker is believed that does not know the password. The first byte
// chooses the mechanism; every byte 0xFF ends one of the broker's messages.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "agent/kafka/wire/login.h"
#include "agent/kafka/wire/messages/sasl_authenticate.h"
#include "agent/kafka/wire/messages/sasl_handshake.h"
#include "agent/kafka/wire/sasl/oauth_bearer.h"
#include "agent/kafka/wire/sasl/plain.h"
#include "agent/kafka/wire/sasl/scram.h"

namespace klaxon::kafka::wire {
namespace {

constexpr std::string_view kToken = "t0ken-s3cret";
constexpr std::string_view kPassword = "pencil-s3cret";

/// A hostile broker may repeat what it was sent: the secret of the login it is in, and no other.
bool IsClean(const std::string& text, std::string_view secret) {
  return text.find(secret) == std::string::npos;
}

class OneToken final : public TokenSource {
 public:
  std::optional<Result<Token>> Current(const Instant& /*now*/) override {
    return Token{.value = Secret(std::string(kToken)), .expires = WallTime::max()};
  }
};

void Need(bool good) {
  if (!good) std::abort();
}

std::unique_ptr<Mechanism> Choose(uint8_t choice, const SecurityOptions& options,
                                  ScramCache& cache) {
  switch (choice % 4) {
    case 0:
      return Plain(options);
    case 1:
      return Scram(ScramHash::kSha256, options, cache, "abc");
    case 2:
      return Scram(ScramHash::kSha512, options, cache, "abc");
    default:
      return OAuthBearer(options, std::make_shared<OneToken>());
  }
}

/// More than four digits of iterations: allowed, but it would cost the fuzzer its time.
bool IsDear(std::string_view message) {
  const size_t count = message.rfind(",i=");
  return count != std::string_view::npos && message.size() > count + 3 + 4;
}

/// The messages, one after the other, as long as the mechanism goes on.
void Converse(Mechanism& mechanism, std::string_view secret, std::string_view rest, bool is_scram) {
  Need(mechanism.Begin({}).has_value());
  for (int i = 0; i < 4; ++i) {
    const size_t end = std::min(rest.find('\xFF'), rest.size());
    const std::string message(rest.substr(0, end));  // so that a read behind its end is seen
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (is_scram && IsDear(message)) {
      return;
    }
    const auto said = mechanism.Continue(message);
    if (!said) {
      Need(said.error().message().size() < 1000);
      Need(IsClean(said.error().message(), secret));
      return;
    }
    if (!*said) {
      Need(!is_scram);  // it cannot guess a signature
      return;
    }
    Need((*said)->size() < 4096);
  }
}

/// The same bytes as the frames of a whole login.
void LogIn(std::unique_ptr<Mechanism> mechanism, std::string_view secret, std::string_view rest) {
  ApiVersionsResponse response;
  response.apis.push_back({.key = 17, .min_version = 0, .max_version = 1});
  response.apis.push_back({.key = 36, .min_version = 0, .max_version = 2});
  const VersionTable versions(response);
  Login login(std::move(mechanism));
  Need(static_cast<bool>(login.Prepare({})));
  for (int i = 0; i < 4 && !login.done(); ++i) {
    const auto request = login.Next(versions, i, "klaxon");
    Need(static_cast<bool>(request));
    const size_t end = std::min(rest.find('\xFF'), rest.size());
    const std::string frame(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (const auto taken = login.Take(frame, request->version); !taken) {
      Need(taken.error().message().size() < 2000);
      Need(IsClean(taken.error().message(), secret));
      return;
    }
  }
}

void One(std::string_view bytes) {
  if (bytes.empty()) {
    return;
  }
  const auto choice = static_cast<uint8_t>(bytes[0]);
  bytes.remove_prefix(1);
  const SecurityOptions options{.username = "user", .password = Secret(std::string(kPassword))};
  static ScramCache caches[2];  // salting is dear under a sanitizer
  ScramCache& cache = caches[choice % 2];
  const std::string_view secret = choice % 4 == 3 ? kToken : kPassword;
  if ((choice & 4U) != 0) {
    LogIn(Choose(choice, options, cache), secret, bytes);
  } else {
    Converse(*Choose(choice, options, cache), secret, bytes, choice % 4 == 1 || choice % 4 == 2);
  }
}

}  // namespace
}  // namespace klaxon::kafka::wire

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  klaxon::kafka::wire::One({reinterpret_cast<const char*>(data), size});
  return 0;
}
