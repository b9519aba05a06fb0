#include "agent/http/status.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

namespace klaxon::http {
namespace {

TEST_CASE("what a refusal means is said in words, with what to try") {
  struct Case {
    int status;
    HeaderList headers;
    std::string told;
    Reason reason;
    std::string message;
  };

  const std::vector<Case> cases{
      {302,
       {{"Location", "https://sso.example.org/login?back=secret"}},
       "",
       Reason::kRefused,
       "answers 302, which sends us to https://sso.example.org:443/login; configure the final "
       "address"},
      {301,
       {{"location", "/v3/?token=secret#x"}},
       "",
       Reason::kRefused,
       "answers 301, which sends us to /v3/; configure the final address"},
      {307,
       {{"Location", "https://user:secret@b/"}},
       "",
       Reason::kRefused,
       "answers 307, which sends us elsewhere; configure the final address"},
      {308,
       {{"Location", "//user:secret@b/"}},
       "",
       Reason::kRefused,
       "answers 308, which sends us elsewhere; configure the final address"},
      {304,
       {},
       "",
       Reason::kRefused,
       "answers 304, which sends us elsewhere; configure the final address"},
      {401, {}, "who are you", Reason::kUnauthorized, "answers 401: who are you; log in"},
      {403, {}, "", Reason::kUnauthorized, "answers 403; log in"},
      {404, {}, "", Reason::kRefused, "answers 404; look"},
      {407,
       {},
       "",
       Reason::kUnauthorized,
       "answers 407; a proxy wants a login: proxy.username and proxy.password"},
      {409, {}, "busy", Reason::kRefused, "answers 409: busy"},
      {429, {}, "", Reason::kRefused, "answers 429; wait"},
      {503, {}, "", Reason::kRefused, "answers 503; wait"},
      {204, {}, "", Reason::kBadAnswer, "answers 204"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.status);
    const Error error = JudgeRefusal({.status = each.status, .headers = each.headers}, each.told,
                                     {.login = "log in", .not_found = "look", .later = "wait"});
    CHECK(error.reason() == each.reason);
    CHECK(error.message() == each.message);
  }
}

TEST_CASE("a web page is told by its type or its first byte") {
  CHECK(LooksLikeWebPage({.content_type = "text/html; charset=utf-8"}));
  CHECK(LooksLikeWebPage({.body = "\n <!DOCTYPE html>"}));
  CHECK_FALSE(LooksLikeWebPage({.content_type = "application/json", .body = "{}"}));
}

}  // namespace
}  // namespace klaxon::http
