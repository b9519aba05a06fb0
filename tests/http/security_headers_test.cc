#include "agent/http/security_headers.h"

#include <map>

#include <catch2/catch_test_macros.hpp>

#include "tests/http/raw_client.h"
#include "tests/http/server_fixture.h"

namespace klaxon::http {
namespace {

const std::map<std::string, std::string> kExpected{
    {"Content-Security-Policy",
     "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"}};

size_t Count(const HeaderList& headers, std::string_view name) {
  return static_cast<size_t>(std::count_if(
      headers.begin(), headers.end(), [&](const auto& header) { return header.first == name; }));
}

TEST_CASE("every answer carries each security header once, errors of any kind too") {
  ServerOptions options;
  options.limits.body_timeout = std::chrono::milliseconds{200};
  TestServer server(options);
  const std::string post = "POST /size HTTP/1.1\r\nHost: a\r\n";
  const std::vector<std::pair<std::string, int>> cases{
      {GetRequest("/"), 200},
      {GetRequest("/prepared"), 200},
      {GetRequest("/stream"), 200},
      {GetRequest("/nothing"), 404},
      {GetRequest("/throws"), 500},
      {GetRequest("/%zz"), 400},
      {"DELETE / HTTP/1.1\r\nHost: a\r\n\r\n", 405},
      {"nonsense\r\n\r\n", 400},
      {GetRequest("/" + std::string(9000, 'a')), 414},
      {GetRequest("/", "Accept: ;;;,,,/\r\n"), 200},
      {post + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", 400},
      {post + "Content-Length: 5\r\n\r\nabc", 400}};
  for (const auto& [request, status] : cases) {
    const RawClient::Answer answer = RawClient(server.port()).Ask(request);
    CAPTURE(request.substr(0, 80), answer.status);
    CHECK(answer.status == status);
    for (const auto& [name, value] : kExpected) {
      CAPTURE(name);
      CHECK(Count(answer.headers, name) == 1);
      CHECK(answer.Header(name) == value);
    }
    CHECK(answer.Header("Strict-Transport-Security").empty());
  }
}

TEST_CASE("configured headers take the place of ours, and empty ones of nothing") {
  AccessRules rules;
  rules.headers = {{"X-Frame-Options", "sameorigin"},
                   {"Strict-Transport-Security", "max-age=60"},
                   {"Content-Security-Policy", ""}};
  TestServer server({.access = rules});
  const RawClient::Answer answer = RawClient(server.port()).Ask(GetRequest("/"));
  CHECK(answer.Header("X-Frame-Options") == "sameorigin");
  CHECK(Count(answer.headers, "X-Frame-Options") == 1);
  CHECK(answer.Header("Strict-Transport-Security") == "max-age=60");
  CHECK(answer.Header("Content-Security-Policy").empty());
  CHECK(answer.Header("X-Content-Type-Options") == "nosniff");
}

TEST_CASE("what a handler says stays, and is said once") {
  HeaderList headers{{"content-security-policy", "default-src 'self'"}, {"X-Other", "x"}};
  AddSecurityHeaders({}, headers);
  CHECK(FindHeader(headers, "Content-Security-Policy") == "default-src 'self'");
  CHECK(headers.size() == kExpected.size() + 1);
}

TEST_CASE("the lines for early answers say the same") {
  std::string lines;
  HeaderList headers;
  AddSecurityHeaders({}, headers);
  for (const auto& [name, value] : headers)
    lines += name + ": " + value + "\r\n";
  CHECK(kSecurityLines == lines);
}

TEST_CASE("refusals name their status as HTTP does") {
  TestServer server;
  for (const auto& [request, line] : std::vector<std::pair<std::string, std::string>>{
           {"nonsense\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n"},
           {GetRequest("/" + std::string(9000, 'a')), "HTTP/1.1 414 URI Too Long\r\n"},
           {GetRequest("/", "X: " + std::string(9000, 'a') + "\r\n"),
            "HTTP/1.1 431 Request Header Fields Too Large\r\n"},
           {"BREW / HTTP/1.1\r\n", "HTTP/1.1 501 Not Implemented\r\n"}}) {
    RawClient client(server.port());
    client.Send(request);
    const std::string answer = client.ReadToEnd();
    CAPTURE(answer);
    CHECK(answer.starts_with(line));
  }
}

}  // namespace
}  // namespace klaxon::http
