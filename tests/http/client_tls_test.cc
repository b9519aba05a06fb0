#include <chrono>

#include <catch2/catch_test_macros.hpp>

#include "agent/http/client.h"
#include "agent/http/url.h"
#include "tests/http/scripted_server.h"
#include "tests/http/server_fixture.h"
#include "tests/support/certificates.h"
#include "tests/support/tls_front.h"

namespace klaxon::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using Peer = ScriptedServer::Peer;
using testing::CertificateAuthority;
using testing::IssuedCertificate;
using testing::TlsFront;

constexpr const char* kHello = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

tls::Store Pem(const std::string& text) {
  return {.pem = Secret(text)};
}

tls::ServerOptions Serving(const IssuedCertificate& issued) {
  return {.certificate = Pem(issued.certificate), .key = Pem(issued.key)};
}

ClientAccess Trusting(const CertificateAuthority& authority) {
  return {.tls = std::make_shared<tls::ClientContext>(
              tls::ClientOptions{.trust = Pem(authority.certificate())}, "test")};
}

Result<HttpResponse> AskOverTls(HttpClient& client, const HttpRequest& request,
                                Duration limit = seconds{10}) {
  return client.Get(request, steady_clock::now() + limit, {});
}

Result<HttpResponse> AskOverTls(const HttpRequest& request, Duration limit = seconds{10}) {
  return AskOverTls(*MakeHttpClient(), request, limit);
}

TEST_CASE("https is asked as http is, whatever the framing") {
  const CertificateAuthority authority;
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string large(300'000, 'x');
  const std::vector<std::pair<std::string, std::string>> cases{
      {kHello, "hi"},
      {chunked + "1\r\nh\r\n1\r\ni\r\n0\r\n\r\n", "hi"},
      {"HTTP/1.1 200 OK\r\n\r\nhi", "hi"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + large, large}};
  for (const auto& [bytes, body] : cases) {
    CAPTURE(bytes.substr(0, 60));
    const ScriptedServer server(Say(bytes));
    const TlsFront front(Serving(authority.Issue({})), server.port());
    const Result<HttpResponse> response =
        AskOverTls({.url = front.Url("/p"), .access = Trusting(authority)});
    INFO((response ? "" : response.error().message()));
    REQUIRE(response);
    CHECK(response->body == body);
  }
}

TEST_CASE("the Host header of https leaves its own port out and others in") {
  std::string seen;
  const CertificateAuthority authority;
  {
    ScriptedServer server([&](const Peer& peer, const std::stop_token&) {
      seen = peer.request();
      peer.Send(kHello);
    });
    const TlsFront front(Serving(authority.Issue({})), server.port());
    REQUIRE(AskOverTls({.url = front.Url("/", "localhost"), .access = Trusting(authority)}));
    CHECK(seen.find("Host: localhost:" + std::to_string(front.port()) + "\r\n") !=
          std::string::npos);
  }
  CHECK(ParseUrl("https://login.example.org/token")->Authority() == "login.example.org");
  CHECK(ParseUrl("https://[::1]/token")->Authority() == "[::1]");
}

TEST_CASE("what is wrong with TLS is said after the address, without the query") {
  struct Case {
    std::string what;
    tls::ServerOptions server;
    tls::ClientOptions client;
    Reason reason;
    std::string words;
  };

  const CertificateAuthority authority;
  const CertificateAuthority other("Other CA");
  const IssuedCertificate good = authority.Issue({});
  const tls::ClientOptions trusting{.trust = Pem(authority.certificate())};
  tls::ServerOptions mutual = Serving(good);
  mutual.client_trust = Pem(authority.certificate());
  mutual.client_auth = tls::ClientAuth::kRequireAndVerify;
  const std::vector<Case> cases{
      {"an unknown authority",
       Serving(good),
       {.trust = Pem(other.certificate())},
       Reason::kUnauthorized,
       "certificate"},
      {"another host", Serving(authority.Issue({.hosts = {"elsewhere.example"}})), trusting,
       Reason::kUnauthorized, "elsewhere.example"},
      {"an expired certificate", Serving(authority.Issue({.from_hours = -48, .till_hours = -24})),
       trusting, Reason::kUnauthorized, "expired"},
      {"no certificate of ours", mutual, trusting, Reason::kUnauthorized, "certificate"},
      {"a file that is not there",
       Serving(good),
       {.trust = {.location = "/no/such/ca.pem"}},
       Reason::kInvalid,
       "/no/such/ca.pem"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.what);
    const ScriptedServer server(Say(kHello));
    const TlsFront front(each.server, server.port());
    const ClientAccess access{.tls = std::make_shared<tls::ClientContext>(each.client, "test")};
    const Result<HttpResponse> response =
        AskOverTls({.url = front.Url("/p?token=hunter2"), .access = access});
    REQUIRE_FALSE(response);
    CAPTURE(response.error().message());
    CHECK(response.error().reason() == each.reason);
    CHECK(response.error().message().starts_with(front.Url("/p") + ": "));
    CHECK(response.error().message().find(each.words) != std::string::npos);
    CHECK(response.error().message().find("hunter2") == std::string::npos);
  }
}

TEST_CASE("https against http and the reverse say so") {
  const CertificateAuthority authority;
  const ScriptedServer plain(Say(kHello));
  const std::string port = std::to_string(plain.port());
  const Result<HttpResponse> to_plain = AskOverTls(
      {.url = "https://127.0.0.1:" + port + "/", .access = Trusting(authority)}, seconds{15});
  REQUIRE_FALSE(to_plain);
  CAPTURE(to_plain.error().message());
  CHECK(to_plain.error().message().find("TLS") != std::string::npos);
  const TlsFront front(Serving(authority.Issue({})), plain.port());
  const Result<HttpResponse> to_tls =
      AskOverTls({.url = "http://127.0.0.1:" + std::to_string(front.port()) + "/"}, seconds{2});
  REQUIRE_FALSE(to_tls);
}

TEST_CASE("a client certificate is shown to a server that wants one") {
  const CertificateAuthority authority;
  const IssuedCertificate me = authority.Issue({.name = "klaxon", .hosts = {}});
  tls::ServerOptions mutual = Serving(authority.Issue({}));
  mutual.client_trust = Pem(authority.certificate());
  mutual.client_auth = tls::ClientAuth::kRequireAndVerify;
  const ScriptedServer server(Say(kHello));
  const TlsFront front(mutual, server.port());
  const ClientAccess access{.tls = std::make_shared<tls::ClientContext>(
                                tls::ClientOptions{.trust = Pem(authority.certificate()),
                                                   .certificate = Pem(me.certificate),
                                                   .key = Pem(me.key)},
                                "test")};
  const Result<HttpResponse> response = AskOverTls({.url = front.Url(), .access = access});
  REQUIRE(response);
  CHECK(response->body == "hi");
}

TEST_CASE("an answer that is cut off without a goodbye is no whole answer") {
  const CertificateAuthority authority;
  const ScriptedServer server(Say("HTTP/1.1 200 OK\r\n\r\nhalf of it"));
  const TlsFront cut(Serving(authority.Issue({})), server.port(), TlsFront::Ending::kCut);
  const Result<HttpResponse> response =
      AskOverTls({.url = cut.Url(), .access = Trusting(authority)});
  REQUIRE_FALSE(response);
  const TlsFront proper(Serving(authority.Issue({})), server.port());
  CHECK(AskOverTls({.url = proper.Url(), .access = Trusting(authority)}));
}

TEST_CASE("the deadline holds for handshakes and for answers that drip") {
  const CertificateAuthority authority;
  const ScriptedServer silent([](const Peer&, const std::stop_token&) {});
  const ScriptedServer dripping([](const Peer& peer, const std::stop_token& stop) {
    peer.Send("HTTP/1.1 200 OK\r\n\r\n");
    while (!stop.stop_requested() && peer.Send("a")) {
      std::this_thread::sleep_for(milliseconds{20});
    }
  });
  const TlsFront front(Serving(authority.Issue({})), dripping.port());
  for (const std::string& url :
       {"https://127.0.0.1:" + std::to_string(silent.port()) + "/", front.Url()}) {
    CAPTURE(url);
    const auto begin = steady_clock::now();
    const Result<HttpResponse> response =
        AskOverTls({.url = url, .access = Trusting(authority)}, milliseconds{800});
    REQUIRE_FALSE(response);
    CHECK(response.error().reason() == Reason::kTimeout);
    CHECK(steady_clock::now() - begin < seconds{4});
  }
}

TEST_CASE("connections of https are used again, but only by those with the same trust") {
  const CertificateAuthority authority;
  const ScriptedServer server([](const Peer& peer, const std::stop_token&) {
    do {
      peer.Send(kHello);
    } while (!peer.NextRequest().empty());
  });
  const TlsFront front(Serving(authority.Issue({})), server.port());
  {
    const auto client = MakeHttpClient();
    const ClientAccess one = Trusting(authority);
    for (int i = 0; i < 5; ++i) {
      REQUIRE(AskOverTls(*client, {.url = front.Url(), .access = one}));
    }
    CHECK(front.connections() == 1);
    // Another context has not seen this server's certificate yet, and must not be spared that.
    const Result<HttpResponse> distrusting = AskOverTls(
        *client, {.url = front.Url(), .access = Trusting(CertificateAuthority("Other"))});
    REQUIRE_FALSE(distrusting);
    CHECK(front.connections() == 2);
  }
}

}  // namespace
}  // namespace klaxon::http
