#include "tests/kafka/login_desk.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "agent/kafka/wire/messages/sasl_authenticate.h"
#include "agent/kafka/wire/messages/sasl_handshake.h"

namespace klaxon::testing {

using namespace kafka::wire;  // NOLINT(google-build-using-namespace): a test's own folder

namespace {

/// The broker's half of one login.
class Conversation {
 public:
  Conversation(const LoginRules& rules, std::string mechanism)
      : rules_(rules), mechanism_(std::move(mechanism)) {}

  /// What the broker says to `message`; empty optional: it refuses, with `words`.
  std::optional<std::string> Answer(const std::string& message) {
    if (mechanism_ == "PLAIN") return Plain(message);
    if (mechanism_ == "OAUTHBEARER") return Bearer(message);
    return nonce_.empty() ? ScramFirst(message) : ScramFinal(message);
  }

  bool over() const { return over_; }

  const std::string& words() const { return words_; }

 private:
  std::optional<std::string> Refuse(std::string words) {
    words_ = std::move(words);
    return std::nullopt;
  }

  std::optional<std::string> Admit(std::string last) {
    over_ = true;
    return last;
  }

  std::optional<std::string> Plain(const std::string& message) {
    const std::string right =
        std::string(1, '\0') + rules_.user + std::string(1, '\0') + rules_.password;
    if (message != right) return Refuse("Authentication failed: Invalid username or password");
    return Admit("");
  }

  std::optional<std::string> Bearer(const std::string& message) {
    if (message == "\x01") return Refuse(R"({"status":"invalid_token"})");
    if (message ==
        "n,,\x01"
        "auth=Bearer " +
            rules_.token + "\x01\x01")
      return Admit("");
    return R"({"status":"invalid_token"})";
  }

  ScramHash hash() const {
    return mechanism_ == "SCRAM-SHA-512" ? ScramHash::kSha512 : ScramHash::kSha256;
  }

  std::optional<std::string> ScramFirst(const std::string& message) {
    client_first_ = message.substr(3);  // "n,,"
    const std::string_view name = "n=" + rules_.user + ",r=";
    if (!message.starts_with("n,,n=" + rules_.user + ",r=")) {
      return Refuse(
          "Authentication failed during authentication due to invalid credentials with "
          "SASL mechanism " +
          mechanism_);
    }
    nonce_ = client_first_.substr(name.size()) + "server";
    server_first_ = rules_.server_first.empty()
                        ? fmt::format("r={},s={},i=4096", nonce_, ToBase64("pepper"))
                        : rules_.server_first;
    return server_first_;
  }

  std::optional<std::string> ScramFinal(const std::string& message) {
    const std::string salted = Salted(hash(), rules_.password, "pepper", 4096);
    const std::string bare = fmt::format("c=biws,r={}", nonce_);
    const std::string all = client_first_ + "," + server_first_ + "," + bare;
    const std::string key = Hmac(hash(), salted, "Client Key");
    const std::string proof = Xor(key, Hmac(hash(), Digest(hash(), key), all));
    if (message != bare + ",p=" + ToBase64(proof)) {
      return Refuse(
          "Authentication failed during authentication due to invalid credentials with "
          "SASL mechanism " +
          mechanism_);
    }
    const std::string right = Hmac(hash(), Hmac(hash(), salted, "Server Key"), all);
    return Admit("v=" + (rules_.signature.empty() ? ToBase64(right) : rules_.signature));
  }

  LoginRules rules_;
  std::string mechanism_;
  std::string client_first_{};
  std::string server_first_{};
  std::string nonce_{};
  std::string words_{};
  bool over_ = false;
};

/// One connection, request by request.
class Desk {
 public:
  explicit Desk(LoginDesk& desk) : desk_(desk) {}

  /// The frame to send; empty: close the connection.
  std::optional<std::string> Answer(const Request& request, const Responder& responder) {
    switch (request.header.api_key) {
      case ApiKey::kApiVersions:
        return AllVersions(request);
      case ApiKey::kSaslHandshake:
        return Handshake(request);
      case ApiKey::kSaslAuthenticate:
        return Authenticate(request);
      default:
        return Other(request, responder);
    }
  }

  bool refused() const { return refused_; }

 private:
  using Clock = std::chrono::steady_clock;

  std::optional<std::string> Handshake(const Request& request) {
    const LoginRules rules = desk_.rules();
    const auto asked =
        DecodeRequest<SaslHandshakeRequest>(request.body, request.header.api_version);
    SaslHandshakeResponse response{.mechanisms = rules.mechanisms};
    if (!rules.knows_login) {
      response = {.error_code = ErrorCode::kIllegalSaslState};
    } else if (std::find(rules.mechanisms.begin(), rules.mechanisms.end(), asked->mechanism) ==
               rules.mechanisms.end()) {
      response.error_code = ErrorCode::kUnsupportedSaslMechanism;
    }
    refused_ = response.error_code != ErrorCode::kNone;
    talk_.emplace(rules, asked->mechanism);
    return Frame<SaslHandshakeRequest>(request, response);
  }

  std::optional<std::string> Authenticate(const Request& request) {
    const auto asked =
        DecodeRequest<SaslAuthenticateRequest>(request.body, request.header.api_version);
    if (!talk_ || !asked) return std::nullopt;
    const auto said = talk_->Answer(asked->auth_bytes.data);
    if (!said) {
      desk_.Count("refused");
      refused_ = true;
      return Frame<SaslAuthenticateRequest>(
          request,
          {.error_code = ErrorCode::kSaslAuthenticationFailed, .error_message = talk_->words()});
    }
    SaslAuthenticateResponse response{.auth_bytes = {.data = *said}};
    if (talk_->over()) {
      response.session_lifetime_ms = desk_.rules().lifetime_ms;
      desk_.Count(admitted_ ? "again" : "login");
      admitted_ = true;
      ends_ = response.session_lifetime_ms == 0
                  ? Clock::time_point::max()
                  : Clock::now() + std::chrono::milliseconds{response.session_lifetime_ms};
    }
    return Frame<SaslAuthenticateRequest>(request, response);
  }

  std::optional<std::string> Other(const Request& request, const Responder& responder) {
    if (desk_.rules().knows_login && Clock::now() >= ends_) {
      if (admitted_) desk_.Count("expired");
      return std::nullopt;
    }
    const auto answer = responder ? responder(request) : std::nullopt;
    return answer ? *answer : EmptyAnswer(request);
  }

  template <class Message>
  static std::string Frame(const Request& request, const typename Message::Response& response) {
    return EncodeResponse<Message>(response, request.header.api_version,
                                   request.header.correlation_id);
  }

  LoginDesk& desk_;
  std::optional<Conversation> talk_{};
  bool admitted_ = false;
  bool refused_ = false;
  Clock::time_point ends_{};
};

}  // namespace

void ServeLogins(Session& session, LoginDesk& desk, const Responder& responder) {
  Desk mine(desk);
  while (const auto request = session.Read()) {
    const auto hook = desk.rules().on_handshake;
    if (hook && request->header.api_key == ApiKey::kSaslHandshake) hook(session);
    const auto answer = mine.Answer(*request, responder);
    if (!answer) break;
    session.Send(*answer);
    if (mine.refused()) break;
  }
  session.Close();
}

}  // namespace klaxon::testing
