#include "agent/http/token_exchange.h"

#include <catch2/catch_test_macros.hpp>

#include "agent/http/jwt.h"
#include "agent/http/login.h"

namespace klaxon::http {
namespace {

using std::chrono::seconds;

const OAuthClient kOptions{.token_url = "https://login/token",
                           .id = "klaxon",
                           .secret = Secret("hunter2"),
                           .scope = "kafka read+write"};
const Instant kNow{.wall = WallTime(seconds{1'700'000'000}), .mono = MonoTime(seconds{1000})};

/// An unsigned token with these claims.
std::string Jwt(const std::string& claims) {
  std::string middle = Base64(claims);
  for (char& c : middle) {
    c = c == '+' ? '-' : c == '/' ? '_' : c;
  }
  return "e30." + middle.substr(0, middle.find('=')) + ".c2ln";
}

Result<Grant> GrantFrom(const std::string& body, int status = 200) {
  return ReadGrant({.status = status, .body = body}, kOptions, kNow);
}

TEST_CASE("the request for a token is that of RFC 6749 4.4.2", "[oidc]") {
  const HttpRequest request = TokenRequest(kOptions, nullptr);
  CHECK(request.method == "POST");
  CHECK(request.url == "https://login/token");
  CHECK(request.body == "grant_type=client_credentials&scope=kafka%20read%2Bwrite");
  CHECK(FindHeader(request.headers, "content-type") == "application/x-www-form-urlencoded");
  CHECK(request.access.username == "klaxon");
  CHECK(request.access.password == Secret("hunter2"));
  OAuthClient without = kOptions;
  without.scope.clear();
  CHECK(TokenRequest(without, nullptr).body == "grant_type=client_credentials");
  without.parameters = {{"audience", "https://connect/"}, {"resource", "a b"}};
  CHECK(TokenRequest(without, nullptr).body ==
        "grant_type=client_credentials&audience=https%3A%2F%2Fconnect%2F&resource=a%20b");
}

TEST_CASE("id and secret are form-encoded, or sent as they are where that is wanted", "[oidc]") {
  OAuthClient client{.token_url = "https://login/token", .id = "a:b", .secret = Secret("p%w+d é")};
  const ClientAccess encoded = TokenRequest(client, nullptr).access;
  CHECK(encoded.username == "a%3Ab");
  CHECK(encoded.password == Secret("p%25w%2Bd%20%C3%A9"));
  client.encode_login = false;
  const ClientAccess plain = TokenRequest(client, nullptr).access;
  CHECK(plain.username == "a:b");
  CHECK(plain.password == Secret("p%w+d é"));
}

TEST_CASE("the life of a token is expires_in or what the token itself says, whichever is shorter",
          "[oidc]") {
  struct Case {
    std::string body;
    std::optional<Duration> life;
  };

  const std::string late = Jwt(R"({"exp":1700000900})");
  const std::vector<Case> cases{
      {R"({"access_token":"abc","expires_in":300,"token_type":"Bearer"})", seconds{300}},
      {R"({"access_token":"abc","expires_in":"300"})", seconds{300}},
      {R"({"access_token":"abc","expires_in":299.9})", seconds{299}},
      {R"({"access_token":"abc"})", std::nullopt},
      {R"({"access_token":"abc","expires_in":-1})", std::nullopt},
      {R"({"access_token":"abc","expires_in":null})", std::nullopt},
      {R"({"access_token":")" + late + R"("})", seconds{900}},
      {R"({"access_token":")" + late + R"(","expires_in":60})", seconds{60}},
      {R"({"access_token":")" + late + R"(","expires_in":86400})", seconds{900}},
      {R"({"access_token":")" + late + R"(","expires_in":0})", seconds{900}},
      {R"({"access_token":")" + late + R"(","expires_in":-1})", seconds{900}},
      {R"({"access_token":")" + late + R"(","expires_in":"soon"})", seconds{900}},
      {R"({"access_token":"abc","expires_in":0.001})", std::nullopt},
      {R"({"access_token":"abc","expires_in":1e300})", seconds{315'360'000}},
  };
  for (const Case& each : cases) {
    CAPTURE(each.body);
    const Result<Grant> grant = GrantFrom(each.body);
    REQUIRE(grant);
    CHECK(grant->life == each.life);
  }
}

TEST_CASE("an answer that is no token says what to check, and no secret", "[oidc]") {
  struct Case {
    int status;
    std::string body;
    Reason reason;
    std::string message;
  };

  const std::string old = Jwt(R"({"exp":1699999999})");
  const std::vector<Case> cases{
      {401, R"({"error":"invalid_client","error_description":"Bad credentials"})",
       Reason::kUnauthorized,
       "answers 401: invalid_client (Bad credentials); check client.id and "
       "client.secret"},
      {401, "", Reason::kUnauthorized, "answers 401; check client.id and client.secret"},
      {400, R"({"error":"invalid_client"})", Reason::kUnauthorized,
       "answers 400: invalid_client; check client.id and "
       "client.secret"},
      {401, R"({"error":"invalid_client","error_description":"hunter2 is wrong"})",
       Reason::kUnauthorized,
       "answers 401: words that repeat the secret; check client.id and "
       "client.secret"},
      {400, R"({"error":"invalid_scope"})", Reason::kUnauthorized,
       "answers 400: invalid_scope; check scope"},
      {400, R"({"error":"unauthorized_client"})", Reason::kUnauthorized,
       "answers 400: unauthorized_client; allow this client the client credentials grant there"},
      {400, R"({"error":"invalid_request"})", Reason::kRefused, "answers 400: invalid_request"},
      {302, "", Reason::kRefused,
       "answers 302, which sends us elsewhere; configure the final address"},
      {404, "<html>", Reason::kRefused, "answers 404 with a web page; is token.url right?"},
      {503, "busy", Reason::kRefused, "answers 503; it is asked again"},
      {429, "", Reason::kRefused, "answers 429; it is asked again"},
      {200, "<html>login</html>", Reason::kBadAnswer,
       "answers with a web page; is token.url the endpoint for tokens?"},
      {200, "abc", Reason::kBadAnswer,
       "answers with what is not JSON; is token.url the endpoint for "
       "tokens?"},
      {200, "[1]", Reason::kBadAnswer,
       "answers with what is not JSON; is token.url the endpoint for "
       "tokens?"},
      {200, "{}", Reason::kBadAnswer, "answers without an access_token that can be used"},
      {200, R"({"access_token":"a\u0001b"})", Reason::kBadAnswer,
       "answers without an access_token that can be used"},
      {200, R"({"access_token":7})", Reason::kBadAnswer,
       "answers without an access_token that can be used"},
      {200, R"({"access_token":")" + old + R"("})", Reason::kBadAnswer,
       "answers with a token that has expired already; is this machine's clock right?"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.status, each.body);
    const Result<Grant> grant = GrantFrom(each.body, each.status);
    REQUIRE_FALSE(grant);
    CHECK(grant.error().reason() == each.reason);
    CHECK(grant.error().message() == each.message);
  }
}

TEST_CASE("the end of a JSON Web Token is read out of it", "[oidc]") {
  CHECK(ExpiryOf(Jwt(R"({"exp":1700000000})")) == WallTime(seconds{1'700'000'000}));
  CHECK(ExpiryOf(Jwt(R"({"sub":"ÿÿÿ???>>>","exp":1700000000.5})")) ==
        WallTime(seconds{1'700'000'000}));
  CHECK(ExpiryOf(Jwt(R"({"exp":1e30})")) == WallTime::max());
  for (const std::string& text :
       {std::string(), std::string("."), std::string(".."), std::string("a.b"), std::string("abc"),
        std::string("a.!!.c"), std::string("a.bm9uc2Vuc2U.c"), Jwt("{}"), Jwt("[]"),
        Jwt(R"({"exp":"soon"})"), Jwt(R"({"exp":-1})"), Jwt(R"({"exp":null})")}) {
    CAPTURE(text);
    CHECK_FALSE(ExpiryOf(text));
  }
}

}  // namespace
}  // namespace klaxon::http
