#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/clock.h"
#include "agent/base/latest.h"
#include "agent/base/mutex.h"
#include "agent/base/result.h"
#include "agent/http/access_rules.h"
#include "agent/http/credentials.h"
#include "agent/http/password.h"
#include "agent/http/server.h"
#include "agent/http/token_buckets.h"

namespace klaxon::http {

/// Decides from the head of a request whether it is let through. Thread-safe; waits for its turn to
/// compare a password, 10 s at most.
class Doorman {
 public:
  explicit Doorman(AccessRules rules);

  void SetRules(AccessRules rules);

  std::shared_ptr<const AccessRules> rules() const { return rules_.Get(); }

  /// Why a request is not let through.
  struct Denial {
    Response response{};
    Rejection cause = Rejection::kForbidden;
  };

  /// Nothing if it may go on; `request.user` is set then if there is one. `route`: what would
  /// answer it; null if nothing would, which only users are told.
  std::optional<Denial> Refuse(Request& request, const Route* route, MonoTime now);

 private:
  bool OverLimit(const RateLimit& limit, MonoTime now);
  std::optional<Denial> LogIn(const AccessRules& rules, Request& request, const User*& user,
                              MonoTime now);
  std::optional<Denial> Compare(const AccessRules& rules, const Credentials& credentials,
                                const Request& request, const User*& user);
  Secret HashFor(const AccessRules& rules, const User* user, std::string_view name) const;
  Duration TakeTry(const std::string& address, const std::string& name, MonoTime now);
  void GiveTryBack(const std::string& address, const std::string& name);

  Latest<AccessRules> rules_;
  PasswordCheck passwords_{};
  Mutex mutex_{};
  /// Of wrong passwords.
  TokenBuckets by_address_ KLAXON_GUARDED_BY(mutex_);
  TokenBuckets by_user_ KLAXON_GUARDED_BY(mutex_);
  /// The limit that `requests_` was made for; a new one begins anew.
  RateLimit limit_ KLAXON_GUARDED_BY(mutex_){};
  std::unique_ptr<TokenBuckets> requests_ KLAXON_GUARDED_BY(mutex_){};
};

/// Whether a method asks for a change: anything but GET, HEAD and OPTIONS.
bool IsWrite(std::string_view method);

}  // namespace klaxon::http
