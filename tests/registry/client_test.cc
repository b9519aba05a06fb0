// What the client asks for, and what it makes of answers that are none.

#include "agent/registry/client.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "tests/support/fake_http_client.h"

namespace klaxon::registry {
namespace {

const std::string kUrl = "http://registry:8081/apis/ccompat/v7";

TEST_CASE("names are percent-encoded, and the path of the URL is kept", "[registry]") {
  testing::FakeHttpClient http;
  const RegistryClient client(http, kUrl + "/");
  const std::string path = kUrl + "/subjects/a%2Fb%20%25%3F%23%C3%A9%3A.ctx%3A/versions";
  http.Set(path + "?deleted=true", "[1,2]");
  const auto versions = client.Versions("a/b %?#\xC3\xA9:.ctx:", true, {});
  REQUIRE(versions);
  CHECK(**versions == std::vector<int32_t>{1, 2});
  http.Set(kUrl + "/schemas/ids/7?fetchMaxId=true&subject=%3A.eu%3A", R"({"schema":"x"})");
  CHECK(client.Schema(7, ".eu", {}));
  CHECK(client.requests() == 2);
}

TEST_CASE("what is not there is told from what the registry cannot do", "[registry]") {
  testing::FakeHttpClient http;
  const RegistryClient client(http, kUrl);
  const auto answer = [&](const std::string& body, int status) {
    http.Set(kUrl + "/config/s", body, status);
    return client.Compatibility("s", {});
  };
  CHECK(answer(R"({"error_code":40408,"message":"no subject-level compatibility"})", 404)
            .value()
            .empty());
  CHECK(answer(R"({"error_code":40401,"message":"Subject not found"})", 404).value().empty());
  CHECK(answer(R"({"compatibilityLevel":"FULL"})", 200).value() == "FULL");
  CHECK(answer(R"({"error_code":0,"message":"Operation not supported."})", 404).error().reason() ==
        Reason::kUnsupported);
  CHECK(answer(R"("Not Found")", 404).error().reason() == Reason::kUnsupported);
  CHECK(answer("", 405).error().reason() == Reason::kUnsupported);
}

TEST_CASE("every other answer is an error that says what to look at", "[registry]") {
  struct Case {
    int status;
    const char* type;
    const char* body;
    Reason reason;
    const char* words;
  };

  testing::FakeHttpClient http;
  const RegistryClient client(http, kUrl);
  for (const Case& each : std::vector<Case>{
           {200, "text/html", "<html>login</html>", Reason::kBadAnswer, "web page"},
           {200, "application/json", R"({"compatib)", Reason::kBadAnswer, "not JSON"},
           {200, "application/json", "[]", Reason::kBadAnswer, "/config answers not as"},
           {302, "text/html", "", Reason::kRefused, "sends us elsewhere"},
           {401, "application/json", R"({"error_code":40101,"message":"who?"})",
            Reason::kUnauthorized, "(code 40101): who?"},
           {403, "text/plain", "no", Reason::kUnauthorized, "username and password"},
           {407, "text/plain", "no", Reason::kUnauthorized, "proxy"},
           {409, "application/json", R"({"error_code":409,"message":"x"})", Reason::kBadAnswer,
            "answers 409: x"},
           {429, "text/plain", "", Reason::kRefused, "interval"},
           {500, "application/json", R"({"error_code":50001,"message":"store"})", Reason::kRefused,
            "(code 50001): store"},
           {500, "application/json", R"({"error_code":50004,"message":"x"})", Reason::kRefused,
            "no leader"},
           {503, "text/html", "<html>", Reason::kRefused, "web page"}}) {
    http.Set(kUrl + "/config", each.body, each.status, each.type);
    const Result<std::string> level = client.Compatibility({});
    REQUIRE_FALSE(level);
    INFO(level.error().message());
    CHECK(level.error().reason() == each.reason);
    CHECK(level.error().message().find(each.words) != std::string::npos);
    CHECK(level.error().message().find(kUrl) != std::string::npos);
  }
}

TEST_CASE("a redirect is named by where it leads, without what may be secret", "[registry]") {
  struct Case {
    const char* what;
    http::HeaderList headers;
    const char* words;
  };

  for (const Case& each : std::vector<Case>{
           {"another scheme and path",
            {{"Location", "https://sso.example.org/login?back=secret#secret"}},
            "answers 302, which sends us to https://sso.example.org:443/login; configure the final "
            "address"},
           {"a path", {{"Location", "/v2/?key=secret"}}, "sends us to /v2/; configure"},
           {"nowhere", {}, "sends us elsewhere; configure"}}) {
    INFO(each.what);
    const Error error = JudgeAnswer({.status = 302, .headers = each.headers}, kUrl);
    CHECK(error.reason() == Reason::kRefused);
    CHECK(error.message().starts_with(kUrl + " answers 302"));
    CHECK(error.message().find(each.words) != std::string::npos);
    CHECK(error.message().find("secret") == std::string::npos);
  }
}

}  // namespace
}  // namespace klaxon::registry
