#include "agent/simulator/login.h"

#include <algorithm>

namespace klaxon::simulator {

using kafka::wire::ErrorCode;

kafka::wire::SaslHandshakeResponse Login::Begin(const kafka::wire::SaslHandshakeRequest& request) {
  const auto& offered = rules_.mechanisms;
  if (offered.empty()) {
    return {.error_code = ErrorCode::kIllegalSaslState};
  }
  if (std::find(offered.begin(), offered.end(), request.mechanism) != offered.end()) {
    examiner_ = NewExaminer(request.mechanism, rules_);
  }
  failed_ = examiner_ == nullptr;
  return {.error_code = failed_ ? ErrorCode::kUnsupportedSaslMechanism : ErrorCode::kNone,
          .mechanisms = offered};
}

kafka::wire::SaslAuthenticateResponse Login::Go(const kafka::wire::SaslAuthenticateRequest& request,
                                                MonoTime now) {
  if (!examiner_) {
    failed_ = true;
    return {.error_code = ErrorCode::kIllegalSaslState,
            .error_message = "SaslAuthenticate without SaslHandshake"};
  }
  auto said = examiner_->Answer(request.auth_bytes.data);
  if (!said) {
    failed_ = true;
    return {.error_code = ErrorCode::kSaslAuthenticationFailed,
            .error_message = examiner_->refusal()};
  }
  kafka::wire::SaslAuthenticateResponse response{.auth_bytes = {.data = std::move(*said)}};
  if (examiner_->admits()) {
    examiner_.reset();
    ++logins_;
    ends_ = rules_.session > Duration::zero() ? now + rules_.session : MonoTime::max();
    response.session_lifetime_ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(rules_.session).count();
  }
  return response;
}

bool Login::IsOpen(MonoTime now) const {
  return rules_.mechanisms.empty() || (logins_ > 0 && !examiner_ && now < ends_);
}

}  // namespace klaxon::simulator
