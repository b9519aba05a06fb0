#include "agent/http/doorman.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "agent/base/log.h"
#include "agent/base/text.h"
#include "agent/http/origin.h"

namespace klaxon::http {
namespace {

constexpr Duration kLongestWait = std::chrono::seconds{10};
// Wrong passwords: a person mistypes a few, a program that guesses gets ten a minute. A name may
// have more of them from many addresses; then each gets one at a time.
constexpr double kFailuresOfAddress = 10;
constexpr Duration kAddressForgives = std::chrono::seconds{6};
constexpr double kFailuresOfUser = 30;
constexpr Duration kUserForgives = std::chrono::seconds{2};
constexpr size_t kMostKeys = 4096;
constexpr int kUsualCost = 10;

Doorman::Denial Deny(int status, Rejection cause, std::string sentence) {
  return {.response = TextResponse(status, std::move(sentence) + "\n"), .cause = cause};
}

Doorman::Denial LogInFirst(Rejection cause, std::string sentence) {
  Doorman::Denial denial = Deny(401, cause, std::move(sentence));
  denial.response.headers.emplace_back("WWW-Authenticate",
                                       "Basic realm=\"Klaxon\", charset=\"UTF-8\"");
  return denial;
}

Doorman::Denial Later(int status, Rejection cause, std::string sentence, Duration wait) {
  Doorman::Denial denial = Deny(status, cause, std::move(sentence));
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait);
  denial.response.headers.emplace_back("Retry-After",
                                       std::to_string(std::max<int64_t>(seconds.count(), 1)));
  return denial;
}

/// What a client must be for this route, whatever it asks of it.
Access Needed(const AccessRules& rules, const Route* route, bool write) {
  const Access needed = route == nullptr ? Access::kViewer : route->access;
  if (needed == Access::kOpen) return rules.open_probes ? needed : Access::kViewer;
  return write ? std::max(needed, Access::kOperator) : needed;
}

const User* Find(const AccessRules& rules, std::string_view name) {
  const auto found = std::ranges::find(rules.users, name, &User::name);
  return found == rules.users.end() ? nullptr : &*found;
}

}  // namespace

bool IsWrite(std::string_view method) {
  return method != "GET" && method != "HEAD" && method != "OPTIONS";
}

Doorman::Doorman(AccessRules rules)
    : rules_(std::make_shared<const AccessRules>(std::move(rules))),
      by_address_(kFailuresOfAddress, kAddressForgives, kMostKeys),
      by_user_(kFailuresOfUser, kUserForgives, kMostKeys) {
}

void Doorman::SetRules(AccessRules rules) {
  rules_.Set(std::make_shared<const AccessRules>(std::move(rules)));
}

std::optional<Doorman::Denial> Doorman::Refuse(Request& request, const Route* route, MonoTime now) {
  const std::shared_ptr<const AccessRules> rules = rules_.Get();
  const bool write = route != nullptr && IsWrite(request.method);
  const Access needed = Needed(*rules, route, write);
  if (needed == Access::kOpen) return std::nullopt;
  if (OverLimit(rules->rate_limit, now)) {
    return Later(429, Rejection::kTooOften,
                 "Too many requests: rate_limit of the web configuration.",
                 rules->rate_limit.interval);
  }
  if (rules->users.empty()) {
    if (needed <= Access::kViewer) return std::nullopt;
    return Deny(403, Rejection::kForbidden,
                "Nothing can be changed here: this Klaxon has no users. Name some in its web "
                "configuration file (docs/access.md).");
  }
  const User* user = nullptr;
  std::optional<Denial> denial = LogIn(*rules, request, user, now);
  if (user != nullptr) request.user = user->name;
  // After the login, so that the audit can say whose browser it was.
  const std::string_view wrong = write ? WrongOrigin(request) : "";
  if (!wrong.empty()) {
    return Deny(403, Rejection::kForbidden, fmt::format("This request is not taken: {}.", wrong));
  }
  if (denial) return denial;
  if (user->role >= needed) return std::nullopt;
  return Deny(403, Rejection::kForbidden,
              fmt::format("This takes the role {}; you are {}.", Name(needed), Name(user->role)));
}

bool Doorman::OverLimit(const RateLimit& limit, MonoTime now) {
  if (limit.interval <= Duration::zero()) return false;
  const Lock lock(mutex_);
  if (requests_ == nullptr || limit != limit_) {
    limit_ = limit;
    requests_ = std::make_unique<TokenBuckets>(static_cast<double>(limit.burst), limit.interval, 1);
  }
  return !requests_->Take("", now);
}

/// Sets `user`, or says why not.
std::optional<Doorman::Denial> Doorman::LogIn(const AccessRules& rules, Request& request,
                                              const User*& user, MonoTime now) {
  const std::string_view authorization = request.Header("Authorization");
  if (authorization.empty()) return LogInFirst(Rejection::kNoLogin, "Log in first.");
  const std::optional<Credentials> credentials = ParseBasic(authorization);
  if (!credentials) {
    return LogInFirst(Rejection::kWrongLogin,
                      "The Authorization header is not of the Basic scheme.");
  }
  request.claimed_user = credentials->user;
  const User* const named = Find(rules, credentials->user);
  // Whoever is in stays in while others guess at the name.
  if (named != nullptr && passwords_.Remembers(named->name, named->hash, credentials->password)) {
    user = named;
    return std::nullopt;
  }
  if (const Duration wait = TakeTry(request.remote_group, credentials->user, now);
      wait > Duration::zero()) {
    return Later(429, Rejection::kTooOften, "Too many wrong passwords. Wait before the next.",
                 wait);
  }
  std::optional<Denial> denial = Compare(rules, *credentials, request, user);
  if (!denial || denial->cause != Rejection::kWrongLogin) {
    GiveTryBack(request.remote_group, credentials->user);
  }
  return denial;
}

std::optional<Doorman::Denial> Doorman::Compare(const AccessRules& rules,
                                                const Credentials& credentials,
                                                const Request& request, const User*& user) {
  const User* const named = Find(rules, credentials.user);
  const Secret hash = HashFor(rules, named, credentials.user);
  switch (passwords_.Compare(credentials.user, hash, credentials.password,
                             std::chrono::steady_clock::now() + kLongestWait)) {
    case PasswordCheck::Verdict::kRight:
      if (named == nullptr) break;
      user = named;
      return std::nullopt;
    case PasswordCheck::Verdict::kWrong:
      break;
    case PasswordCheck::Verdict::kBusy:
      return Later(503, Rejection::kBusy, "Too many log in at once.", kLongestWait);
  }
  log::Warning("http", "a login as \"{}\" from {} was refused", Printable(credentials.user, 80),
               request.remote_address);
  return LogInFirst(Rejection::kWrongLogin, "User or password are wrong.");
}

/// What to compare with. A name that nobody has costs as much as one of the users', always the same
/// one for the same name, so that the time of an answer does not tell names apart.
Secret Doorman::HashFor(const AccessRules& rules, const User* user, std::string_view name) const {
  const User& like =
      user != nullptr ? *user : rules.users[passwords_.Pick(name, rules.users.size())];
  const int cost = CostOf(like.hash.Reveal()).value_or(kUsualCost);
  if (user != nullptr && cost <= kHighestCost) return user->hash;
  return Secret(DecoyHash(cost <= kHighestCost ? cost : kUsualCost));
}

/// How long to wait before a password may be tried; zero if it may be now. A try counts while its
/// password is compared, so that many at once are not more than one after the other.
Duration Doorman::TakeTry(const std::string& address, const std::string& name, MonoTime now) {
  const Lock lock(mutex_);
  // A name that many guess at is closed only to addresses that have guessed, or strangers could
  // keep its owner out.
  const Duration of_name =
      by_address_.Full(address, now) ? Duration::zero() : by_user_.Wait(name, now);
  const Duration wait = std::max(by_address_.Wait(address, now), of_name);
  if (wait > Duration::zero()) return wait;
  by_address_.Take(address, now);
  by_user_.Take(name, now);
  return Duration::zero();
}

void Doorman::GiveTryBack(const std::string& address, const std::string& name) {
  const Lock lock(mutex_);
  by_address_.GiveBack(address);
  by_user_.GiveBack(name);
}

}  // namespace klaxon::http
