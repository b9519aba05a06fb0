#include "tests/kafka/login_desk.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include "agent/kafka/wire/messages/sasl_authenticate.h"
#include "agent/kafka/wire/messages/sasl_handshake.h"
#include "agent/simulator/login.h"

namespace klaxon::testing {

using namespace kafka::wire;  // NOLINT(google-build-using-namespace): a test's own folder

namespace {

simulator::LoginRules SimulatorRules(const LoginRules& rules) {
  return {.mechanisms = rules.mechanisms,
          .users = {{rules.user, rules.password}},
          .token = rules.token};
}

/// The broker's half of one login, by the simulator, spoilt as the rules say.
class Conversation {
 public:
  Conversation(const LoginRules& rules, const std::string& mechanism)
      : spoilt_(rules),
        rules_(SimulatorRules(rules)),
        examiner_(simulator::NewExaminer(mechanism, rules_)) {}

  /// What the broker says to `message`; empty: it refuses, with `words`.
  std::optional<std::string> Answer(const std::string& message) {
    auto said = examiner_->Answer(message);
    if (said && said->starts_with("v=") && !spoilt_.signature.empty()) {
      said = "v=" + spoilt_.signature;
    }
    return said;
  }

  bool over() const { return examiner_->admits(); }

  const std::string& words() const { return examiner_->refusal(); }

 private:
  LoginRules spoilt_;
  simulator::LoginRules rules_;
  std::unique_ptr<simulator::Examiner> examiner_;
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
    if (!refused_) talk_ = std::make_unique<Conversation>(rules, asked->mechanism);
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
  std::unique_ptr<Conversation> talk_{};
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
