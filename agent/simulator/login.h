#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/clock.h"
#include "agent/kafka/wire/messages/sasl_authenticate.h"
#include "agent/kafka/wire/messages/sasl_handshake.h"

namespace klaxon::simulator {

/// Who may log in at a listener, and how.
struct LoginRules {
  /// Offered, of "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512" and "OAUTHBEARER". None: no login here.
  std::vector<std::string> mechanisms{};
  std::map<std::string, std::string> users{};  ///< name -> password
  std::string token{};                         ///< the one that OAUTHBEARER takes
  Duration session{};  ///< connections.max.reauth.ms: a new login is wanted after; 0: never
};

/// The broker's half of one mechanism, as Kafka's brokers have it.
class Examiner {
 public:
  /// What the broker says to a message; empty: it refuses, see refusal().
  virtual std::optional<std::string> Answer(std::string_view message) = 0;

  /// The client is let in, with what was answered last.
  bool admits() const { return admits_; }

  const std::string& refusal() const { return refusal_; }

  Examiner() = default;
  Examiner(const Examiner&) = delete;
  Examiner& operator=(const Examiner&) = delete;
  virtual ~Examiner() = default;

 protected:
  std::optional<std::string> Admit(std::string last) {
    admits_ = true;
    return last;
  }

  std::optional<std::string> Refuse(std::string words) {
    refusal_ = std::move(words);
    return std::nullopt;
  }

 private:
  bool admits_ = false;
  std::string refusal_{};
};

/// Null: there is no such mechanism. `rules` must outlive it.
std::unique_ptr<Examiner> NewExaminer(const std::string& mechanism, const LoginRules& rules);

/// What one connection has done to log in. Source: SaslServerAuthenticator of Kafka 4.x.
class Login {
 public:
  /// `rules` must outlive it.
  explicit Login(const LoginRules& rules) : rules_(rules) {}

  kafka::wire::SaslHandshakeResponse Begin(const kafka::wire::SaslHandshakeRequest& request);
  kafka::wire::SaslAuthenticateResponse Go(const kafka::wire::SaslAuthenticateRequest& request,
                                           MonoTime now);

  /// Whether other requests are answered: there is no login, or there was one that still lasts.
  bool IsOpen(MonoTime now) const;

  /// The connection must be closed once the last answer is sent.
  bool failed() const { return failed_; }

  /// How often it logged in.
  int logins() const { return logins_; }

 private:
  const LoginRules& rules_;
  std::unique_ptr<Examiner> examiner_{};
  bool failed_ = false;
  int logins_ = 0;
  MonoTime ends_{};
};

}  // namespace klaxon::simulator
