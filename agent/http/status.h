#pragma once

#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "agent/http/client.h"

namespace klaxon::http {

/// RFC 9110 section 15, those that something depends on.
constexpr int kOk = 200;
constexpr int kFirstRedirect = 300;
constexpr int kBadRequest = 400;
constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;
constexpr int kMethodNotAllowed = 405;
constexpr int kNotAcceptable = 406;
constexpr int kProxyLogin = 407;
constexpr int kConflict = 409;
constexpr int kUnsupportedMediaType = 415;
constexpr int kTooManyRequests = 429;
constexpr int kServerError = 500;

/// HTML, by its type or its first byte: a login page, a proxy, another service.
bool LooksLikeWebPage(const HttpResponse& response);

/// What to try, for each kind of refusal; empty: nothing is said.
struct RefusalAdvice {
  std::string_view login{};      ///< 401, 403
  std::string_view not_found{};  ///< 404
  std::string_view later{};      ///< 429, 5xx
  std::string_view other{};
};

/// What an answer that is no success means: a predicate for the service's name ("answers 503: busy;
/// ..."). `told`: what it says in its own words, printable; empty: nothing. A redirect is named
/// with its target, without a query. Errors: kUnauthorized (401, 403, 407), kRefused (others from
/// 300 on), kBadAnswer (below: 204 for what should be JSON).
Error JudgeRefusal(const HttpResponse& response, std::string_view told,
                   const RefusalAdvice& advice);

}  // namespace klaxon::http
