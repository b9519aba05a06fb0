#include "agent/http/bearer.h"

#include <atomic>
#include <chrono>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "agent/base/clock.h"
#include "agent/http/client.h"
#include "agent/http/token_keeper.h"
#include "tests/http/scripted_server.h"
#include "tests/support/certificates.h"
#include "tests/support/tls_front.h"

namespace klaxon::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using testing::CertificateAuthority;
using testing::IssuedCertificate;
using testing::TlsFront;
using Peer = ScriptedServer::Peer;

/// Answers with the Authorization header that it was sent; 401 to "Bearer old".
void Mirror(const Peer& peer, const std::stop_token&) {
  constexpr std::string_view kHeader = "\r\nAuthorization: ";
  const std::string& request = peer.request();
  const size_t at = request.find(kHeader);
  const std::string shown =
      at == std::string::npos
          ? "none"
          : request.substr(at + kHeader.size(), request.find("\r\n", at + 2) - at - kHeader.size());
  peer.Send(std::string(shown == "Bearer old" ? "HTTP/1.1 401 No" : "HTTP/1.1 200 OK") +
            "\r\nContent-Length: " + std::to_string(shown.size()) + "\r\n\r\n" + shown);
}

std::string Ask(HttpClient& client, const HttpRequest& request, Duration limit = seconds{10}) {
  const Result<HttpResponse> response = client.Get(request, steady_clock::now() + limit, {});
  return response ? std::to_string(response->status) + " " + response->body
                  : "error: " + response.error().message();
}

TEST_CASE("a token that was written or is in a file goes out as a bearer's") {
  const ScriptedServer server(Mirror);
  const auto client = MakeHttpClient();
  const HttpRequest written{.url = server.Url(),
                            .access = {.bearer = WrittenToken(Secret("abc"), "token")}};
  CHECK(Ask(*client, written) == "200 Bearer abc");
  const testing::ScratchFolder folder;
  const std::string file = folder.Write("token", "first\n");
  const HttpRequest from_file{.url = server.Url(), .access = {.bearer = TokenInFile(file)}};
  CHECK(Ask(*client, from_file) == "200 Bearer first");
  folder.Write("token", "second");
  CHECK(Ask(*client, from_file) == "200 Bearer second");
  folder.Write("token", "two words");
  CHECK(Ask(*client, from_file) == "error: " + server.Url() + ": no token: " + file +
                                       " holds no token: one line of ASCII without blanks");
  const HttpRequest none{.url = server.Url(),
                         .access = {.bearer = TokenInFile(folder.Path("nowhere"))}};
  CHECK(Ask(*client, none).find("nowhere") != std::string::npos);
  // {"exp":1}, in 1970.
  folder.Write("token", "e30.eyJleHAiOjF9.c2ln");
  CHECK(Ask(*client, from_file).find("expired") != std::string::npos);
}

/// Gives "first", then "second" and so on; slowly if wanted.
struct Endpoint {
  std::atomic<int> asked{0};
  std::atomic<bool> silent{false};
  std::string first = "first";
  ScriptedServer server{[this](const Peer& peer, const std::stop_token&) {
    const int number = ++asked;
    asked.notify_all();
    if (silent) {
      peer.NextRequest();
      return;
    }
    const std::string body = R"({"access_token":")" +
                             (number == 1 ? first : "token" + std::to_string(number)) +
                             R"(","expires_in":3600})";
    peer.Send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " +
              std::to_string(body.size()) + "\r\n\r\n" + body);
  }};
};

TEST_CASE("the first request waits for the first token, and a refused one is replaced") {
  const ScriptedServer server(Mirror);
  Endpoint endpoint;
  endpoint.first = "old";
  SystemClock clock;
  const auto client = MakeHttpClient();
  const HttpRequest request{.url = server.Url(),
                            .access = {.bearer = std::make_shared<TokenKeeper>(
                                           OAuthClient{.token_url = endpoint.server.Url("/token"),
                                                       .id = "klaxon",
                                                       .secret = Secret("hunter2")},
                                           "connect/etl", clock, *client)}};
  CHECK(Ask(*client, request) == "401 Bearer old");
  endpoint.asked.wait(1);  // until the second token is asked for
  const auto limit = steady_clock::now() + seconds{20};
  std::string told;
  while (!told.starts_with("200") && steady_clock::now() < limit) {
    told = Ask(*client, request);
  }
  CHECK(told == "200 Bearer token2");
}

TEST_CASE("an endpoint that is silent costs a request no more than its deadline") {
  const ScriptedServer server(Mirror);
  Endpoint endpoint;
  endpoint.silent = true;
  SystemClock clock;
  const auto client = MakeHttpClient();
  const std::string url = endpoint.server.Url("/token");
  const HttpRequest request{
      .url = server.Url(),
      .access = {.bearer = std::make_shared<TokenKeeper>(
                     OAuthClient{.token_url = url, .id = "klaxon", .secret = Secret("hunter2")},
                     "connect/etl", clock, *client)}};
  const auto begin = steady_clock::now();
  CHECK(Ask(*client, request, milliseconds{300}) ==
        "error: " + server.Url() + ": no token: " + url + " gave no token in time");
  CHECK(steady_clock::now() - begin < seconds{5});
  std::stop_source stopped;
  stopped.request_stop();
  const Result<HttpResponse> response =
      client->Get(request, steady_clock::now() + seconds{60}, stopped.get_token());
  REQUIRE_FALSE(response);
  CHECK(response.error().reason() == Reason::kCancelled);
}

TEST_CASE("a token endpoint may want a client certificate") {
  const CertificateAuthority authority;
  const IssuedCertificate issued = authority.Issue({});
  const IssuedCertificate me = authority.Issue({.name = "klaxon", .hosts = {}});
  const ScriptedServer server(Mirror);
  Endpoint endpoint;
  const TlsFront front({.certificate = {.pem = Secret(issued.certificate)},
                        .key = {.pem = Secret(issued.key)},
                        .client_trust = {.pem = Secret(authority.certificate())},
                        .client_auth = tls::ClientAuth::kRequireAndVerify},
                       endpoint.server.port());
  SystemClock clock;
  const auto client = MakeHttpClient();
  OAuthClient login{.token_url = front.Url("/token"),
                    .id = "klaxon",
                    .secret = Secret("hunter2"),
                    .tls = {.trust = {.pem = Secret(authority.certificate())}}};
  const auto ask = [&] {
    return Ask(*client, {.url = server.Url(),
                         .access = {.bearer = std::make_shared<TokenKeeper>(login, "connect/etl",
                                                                            clock, *client)}});
  };
  CHECK(ask().find("client certificate") != std::string::npos);
  login.tls.certificate.pem = Secret(me.certificate);
  login.tls.key.pem = Secret(me.key);
  CHECK(ask().starts_with("200 Bearer "));
}

}  // namespace
}  // namespace klaxon::http
