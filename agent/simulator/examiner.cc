#include <fmt/format.h>

#include "agent/kafka/wire/sasl/scram_crypto.h"
#include "agent/simulator/login.h"

namespace klaxon::simulator {
namespace {

using namespace kafka::wire;  // NOLINT(google-build-using-namespace): SCRAM's functions

// A broker stores them with the user; here all users have the same.
constexpr std::string_view kSalt = "pepper of the simulator";
constexpr int kIterations = 4096;

class Plain final : public Examiner {
 public:
  explicit Plain(const LoginRules& rules) : rules_(rules) {}

  std::optional<std::string> Answer(std::string_view message) override {
    for (const auto& [name, password] : rules_.users) {
      if (message == fmt::format("{0}{1}{0}{2}", '\0', name, password)) {
        return Admit("");
      }
    }
    return Refuse("Authentication failed: Invalid username or password");
  }

 private:
  const LoginRules& rules_;
};

/// RFC 7628: a wrong token is told in JSON, and refused when the client has acknowledged that.
class Bearer final : public Examiner {
 public:
  explicit Bearer(const LoginRules& rules) : rules_(rules) {}

  std::optional<std::string> Answer(std::string_view message) override {
    const std::string wrong = R"({"status":"invalid_token"})";
    if (message == "\x01") {
      return Refuse(wrong);
    }
    const std::string right =
        "n,,\x01"
        "auth=Bearer " +
        rules_.token + "\x01";
    return message.starts_with(right) ? Admit("") : wrong;
  }

 private:
  const LoginRules& rules_;
};

/// RFC 5802.
class Scram final : public Examiner {
 public:
  Scram(const LoginRules& rules, ScramHash hash, std::string mechanism)
      : rules_(rules), hash_(hash), mechanism_(std::move(mechanism)) {}

  std::optional<std::string> Answer(std::string_view message) override {
    return nonce_.empty() ? First(message) : Final(message);
  }

 private:
  std::optional<std::string> NoCredentials() {
    return Refuse(
        "Authentication failed during authentication due to invalid credentials with "
        "SASL mechanism " +
        mechanism_);
  }

  std::optional<std::string> First(std::string_view message) {
    for (const auto& [name, password] : rules_.users) {
      const std::string start = "n,,n=" + EscapeName(name) + ",r=";
      if (message.starts_with(start)) {
        salted_ = Salted(hash_, password, kSalt, kIterations);
        nonce_ = std::string(message.substr(start.size())) + RandomNonce();
        client_first_ = message.substr(3);  // without "n,,"
        server_first_ = fmt::format("r={},s={},i={}", nonce_, ToBase64(kSalt), kIterations);
        return server_first_;
      }
    }
    return NoCredentials();
  }

  std::optional<std::string> Final(std::string_view message) {
    const std::string bare = fmt::format("c=biws,r={}", nonce_);
    const std::string all = client_first_ + "," + server_first_ + "," + bare;
    const std::string key = Hmac(hash_, salted_, "Client Key");
    const std::string proof = Xor(key, Hmac(hash_, Digest(hash_, key), all));
    if (message != bare + ",p=" + ToBase64(proof)) {
      return NoCredentials();
    }
    return Admit("v=" + ToBase64(Hmac(hash_, Hmac(hash_, salted_, "Server Key"), all)));
  }

  const LoginRules& rules_;
  const ScramHash hash_;
  const std::string mechanism_;
  std::string salted_{};
  std::string nonce_{};
  std::string client_first_{};
  std::string server_first_{};
};

}  // namespace

std::unique_ptr<Examiner> NewExaminer(const std::string& mechanism, const LoginRules& rules) {
  if (mechanism == "PLAIN") {
    return std::make_unique<Plain>(rules);
  }
  if (mechanism == "SCRAM-SHA-256") {
    return std::make_unique<Scram>(rules, ScramHash::kSha256, mechanism);
  }
  if (mechanism == "SCRAM-SHA-512") {
    return std::make_unique<Scram>(rules, ScramHash::kSha512, mechanism);
  }
  return mechanism == "OAUTHBEARER" ? std::make_unique<Bearer>(rules) : nullptr;
}

}  // namespace klaxon::simulator
