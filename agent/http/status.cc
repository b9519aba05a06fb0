#include "agent/http/status.h"

#include <fmt/format.h>

#include "agent/base/text.h"
#include "agent/http/url.h"

namespace klaxon::http {
namespace {

constexpr size_t kShownTarget = 200;

/// Where a redirect wants us to go, as far as it may be shown: a query may hold secrets.
std::string TargetOf(const HttpResponse& response) {
  const std::string_view location = FindHeader(response.headers, "Location");
  if (const Result<Url> url = ParseUrl(location)) return Printable(url->ForPeople(), kShownTarget);
  if (!location.starts_with('/') || location.find('@') != std::string_view::npos) return "";
  return Printable(location.substr(0, location.find_first_of("?#")), kShownTarget);
}

std::string Words(const HttpResponse& response, std::string_view told) {
  if (!told.empty()) return fmt::format("answers {}: {}", response.status, told);
  return fmt::format("answers {}{}", response.status,
                     LooksLikeWebPage(response) ? " with a web page" : "");
}

std::string With(const std::string& words, std::string_view advice) {
  return advice.empty() ? words : words + "; " + std::string(advice);
}

}  // namespace

bool LooksLikeWebPage(const HttpResponse& response) {
  return response.content_type.find("html") != std::string::npos ||
         Trim(response.body).starts_with('<');
}

Error JudgeRefusal(const HttpResponse& response, std::string_view told,
                   const RefusalAdvice& advice) {
  const int status = response.status;
  std::string words = Words(response, told);
  if (status >= kFirstRedirect && status < kBadRequest) {
    const std::string target = TargetOf(response);
    return {Reason::kRefused,
            With(words + ", which sends us " + (target.empty() ? "elsewhere" : "to " + target),
                 "configure the final address")};
  }
  if (status == kProxyLogin) {
    return {Reason::kUnauthorized,
            With(std::move(words), "a proxy wants a login: proxy.username and proxy.password")};
  }
  if (status == kUnauthorized || status == kForbidden) {
    return {Reason::kUnauthorized, With(std::move(words), advice.login)};
  }
  if (status == kNotFound) return {Reason::kRefused, With(std::move(words), advice.not_found)};
  if (status >= kServerError || status == kTooManyRequests) {
    return {Reason::kRefused, With(std::move(words), advice.later)};
  }
  return {status >= kBadRequest ? Reason::kRefused : Reason::kBadAnswer,
          With(std::move(words), advice.other)};
}

}  // namespace klaxon::http
