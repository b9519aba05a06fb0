#include "agent/connect/client.h"

#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/support/fake_http_client.h"

namespace klaxon::connect {
namespace {

TEST_CASE("what goes wrong with a worker is said in words, with what to do", "[connect]") {
  struct Case {
    int status;
    const char* type;
    const char* body;
    Reason reason;
    const char* says;
  };

  const Case bad = GENERATE(
      Case{200, "text/html", "<!DOCTYPE html><html>", Reason::kBadAnswer,
           "http://w:1 answers with a web page; is this Kafka Connect's address?"},
      Case{200, "application/json", " <html></html>", Reason::kBadAnswer, "a web page"},
      Case{200, "application/json", "{\"a\":", Reason::kBadAnswer,
           "http://w:1/ answers not as Kafka Connect does: not JSON: parse error"},
      Case{204, "", "", Reason::kBadAnswer, "answers 204; is this Kafka Connect's address?"},
      Case{302, "", "", Reason::kRefused, "answers 302, which sends us elsewhere"},
      Case{401, "text/html", "<html>", Reason::kUnauthorized, "check username and password"},
      Case{403, "application/json", R"({"error_code":403,"message":"no"})", Reason::kUnauthorized,
           "answers 403: no; check username and password"},
      Case{404, "application/json", R"({"error_code":404,"message":"HTTP 404 Not Found"})",
           Reason::kRefused, "404: HTTP 404 Not Found; the worker is starting, or"},
      Case{409, "application/json", R"({"error_code":409,"message":"conflicting operation"})",
           Reason::kRefused, "conflicting operation; the workers are rebalancing"},
      Case{500, "application/json", R"({"error_code":500,"message":"Request timed out"})",
           Reason::kRefused, "answers 500: Request timed out"},
      Case{503, "text/html", "<html>", Reason::kRefused, "answers 503 with a web page"});
  INFO(bad.status << " " << bad.body);
  testing::FakeHttpClient http;
  http.Set("http://w:1/", bad.body, bad.status, bad.type);
  const ConnectClient client(http, "http://w:1/");
  const auto info = client.Info({});
  REQUIRE_FALSE(info);
  CAPTURE(info.error().message());
  CHECK(info.error().reason() == bad.reason);
  CHECK(info.error().message().find(bad.says) != std::string::npos);
  CHECK(info.error().message().find('\n') == std::string::npos);
}

TEST_CASE("a path in front of the REST interface is kept", "[connect]") {
  testing::FakeHttpClient http;
  http.Set("http://w:1/kafka/connect/", R"({"version": "4.3.1"})");
  http.Set("http://w:1/kafka/connect/connectors", "[]");
  const ConnectClient client(http, "http://w:1/kafka/connect//");
  CHECK(client.Info({}));
  CHECK(client.Names({}));
}

}  // namespace
}  // namespace klaxon::connect
