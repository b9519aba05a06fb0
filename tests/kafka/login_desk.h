#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/mutex.h"
#include "tests/kafka/scripted_server.h"

namespace klaxon::testing {

/// Who may log in, and how. Answers as Kafka's brokers do.
struct LoginRules {
  std::vector<std::string> mechanisms{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"};
  std::string user = "alice";
  std::string password = "alice-s3cret";
  std::string token = "good.t0ken";
  int64_t lifetime_ms = 0;  ///< of a session; 0: for ever
  bool knows_login = true;  ///< false: a listener without SASL
  std::string signature{};  ///< instead of the right one of SCRAM
  /// Called when a client begins a login, again too, before it is answered.
  std::function<void(Session&)> on_handshake{};
};

/// The rules of a server and what happened under them. Thread-safe.
class LoginDesk {
 public:
  explicit LoginDesk(LoginRules rules) : rules_(std::move(rules)) {}

  LoginRules rules() const {
    const Lock lock(mutex_);
    return rules_;
  }

  template <class Edit>
  void Change(Edit change) {
    const Lock lock(mutex_);
    change(rules_);
  }

  void Count(const std::string& what) {
    const Lock lock(mutex_);
    ++counts_[what];
  }

  /// "login", "again" (one in the middle of a session), "refused", "expired" (a request after the
  /// session's end).
  int count(const std::string& what) const {
    const Lock lock(mutex_);
    const auto found = counts_.find(what);
    return found == counts_.end() ? 0 : found->second;
  }

 private:
  mutable Mutex mutex_{};
  LoginRules rules_ KLAXON_GUARDED_BY(mutex_);
  std::map<std::string, int> counts_ KLAXON_GUARDED_BY(mutex_){};
};

/// Serves a connection that must log in; after that as ServeWell does.
void ServeLogins(Session& session, LoginDesk& desk, const Responder& responder = {});

}  // namespace klaxon::testing
