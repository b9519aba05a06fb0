#include "agent/http/proxy.h"

#include <chrono>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/base/mutex.h"
#include "agent/http/client.h"
#include "agent/http/login.h"
#include "tests/http/scripted_server.h"
#include "tests/support/certificates.h"
#include "tests/support/tls_front.h"

namespace klaxon::http {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;
using testing::CertificateAuthority;
using testing::IssuedCertificate;
using testing::TlsFront;
using Peer = ScriptedServer::Peer;

Result<HttpResponse> Ask(HttpClient& client, const HttpRequest& request) {
  return client.Get(request, steady_clock::now() + seconds{10}, {});
}

TEST_CASE("what is reached without the proxy") {
  struct Case {
    std::string entry;
    std::string host;
    uint16_t port;
    bool excepted;
  };

  const std::vector<Case> cases{
      {"", "connect", 8083, false},
      {"", "localhost", 8083, true},
      {"", "127.3.2.1", 8083, true},
      {"", "::1", 8083, true},
      {"", "128.0.0.1", 8083, false},
      {"connect", "connect", 8083, true},
      {"CONNECT", "connect", 8083, true},
      {"connect", "my-connect", 8083, false},
      {"example.org", "a.example.org", 80, true},
      {".example.org", "a.example.org", 80, true},
      {".example.org", "example.org", 80, true},
      {"*.example.org", "a.b.example.org", 80, true},
      {"example.org", "notexample.org", 80, false},
      {"example.org", "org", 80, false},
      {"*", "anything", 80, true},
      {"*", "10.1.2.3", 80, true},
      {"10.0.0.0/8", "10.1.2.3", 80, true},
      {"10.0.0.0/8", "11.1.2.3", 80, false},
      {"10.0.0.0/8", "10.example.org", 80, false},
      {"192.168.1.0/25", "192.168.1.200", 80, false},
      {"0.0.0.0/0", "8.8.8.8", 80, true},
      {"10.1.2.3", "10.1.2.3", 80, true},
      {"10.1.2.3", "10.1.2.30", 80, false},
      {"fd00::/8", "fd12::1", 80, true},
      {"fd00::/8", "fe80::1", 80, false},
      {"fd12::1", "fd12:0::1", 80, true},
      {"connect:8083", "connect", 8083, true},
      {"connect:8083", "connect", 8084, false},
      {"[fd12::1]:8083", "fd12::1", 8083, true},
      {"[fd12::1]:8083", "fd12::1", 80, false},
      {"10.0.0.0/8:8083", "10.1.1.1", 8083, true},
  };
  for (const Case& each : cases) {
    CAPTURE(each.entry, each.host, each.port);
    Proxy proxy;
    if (!each.entry.empty()) {
      proxy.except = {each.entry};
      CHECK(CheckException(each.entry));
    }
    CHECK(Excepts(proxy, each.host, each.port) == each.excepted);
  }
  for (const char* const wrong : {"", ":80", "a:b", "a:0", "10.0.0.0/33", "10.0.0.0/x", "a/8",
                                  "[::1", "[::1]x", "10.0.0.0/"}) {
    CAPTURE(wrong);
    CHECK_FALSE(CheckException(wrong));
  }
}

/// A name that only a proxy can know.
constexpr const char* kFar = "http://connect.invalid:8083/connectors?expand=status";

TEST_CASE("http goes through a proxy as a whole URL, with the proxy's own login") {
  std::string seen;
  {
    ScriptedServer server([&](const Peer& peer, const std::stop_token&) {
      seen = peer.request();
      peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    });
    const auto proxy = std::make_shared<const Proxy>(Proxy{
        .address = {"127.0.0.1", server.port()}, .username = "me", .password = Secret("to proxy")});
    const Result<HttpResponse> response =
        Ask(*MakeHttpClient(),
            {.url = kFar,
             .access = {.username = "a", .password = Secret("to worker"), .proxy = proxy}});
    REQUIRE(response);
    CHECK(response->body == "hi");
  }
  CHECK(seen.starts_with("GET http://connect.invalid:8083/connectors?expand=status HTTP/1.1\r\n"));
  CHECK(seen.find("\r\nHost: connect.invalid:8083\r\n") != std::string::npos);
  CHECK(seen.find("\r\nAuthorization: " + BasicAuthorization("a", Secret("to worker"))) !=
        std::string::npos);
  CHECK(seen.find("\r\nProxy-Authorization: " + BasicAuthorization("me", Secret("to proxy"))) !=
        std::string::npos);
}

/// Carries bytes between the client and a port of this machine, as a proxy does after CONNECT.
class Tunnel {
 public:
  explicit Tunnel(uint16_t behind)
      : server_([this, behind](const Peer& peer, const std::stop_token&) {
          {
            const Lock lock(mutex_);
            seen_ = peer.request();
          }
          peer.Send("HTTP/1.1 200 Connection established\r\n\r\n");
          peer.Splice(behind);
        }) {}

  std::shared_ptr<const Proxy> AsProxy() const {
    return std::make_shared<const Proxy>(Proxy{.address = {"127.0.0.1", server_.port()}});
  }

  std::string seen() const {
    const Lock lock(mutex_);
    return seen_;
  }

  int connections() const { return server_.connections(); }

 private:
  mutable Mutex mutex_{};
  std::string seen_ KLAXON_GUARDED_BY(mutex_){};
  ScriptedServer server_;
};

TEST_CASE("https goes through a tunnel that the proxy cannot look into, and uses it again") {
  const CertificateAuthority authority;
  const IssuedCertificate issued = authority.Issue({.hosts = {"connect.invalid"}});
  const ScriptedServer worker([](const Peer& peer, const std::stop_token&) {
    do {
      peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    } while (!peer.NextRequest().empty());
  });
  const TlsFront front(
      {.certificate = {.pem = Secret(issued.certificate)}, .key = {.pem = Secret(issued.key)}},
      worker.port());
  const Tunnel tunnel(front.port());
  {
    const auto client = MakeHttpClient();
    const ClientAccess access{
        .tls = std::make_shared<tls::ClientContext>(
            tls::ClientOptions{.trust = {.pem = Secret(authority.certificate())}}, "test"),
        .username = "a",
        .password = Secret("hunter2"),
        .proxy = tunnel.AsProxy()};
    for (int i = 0; i < 3; ++i) {
      const Result<HttpResponse> response =
          Ask(*client, {.url = "https://connect.invalid:8443/", .access = access});
      CAPTURE(response ? "" : response.error().message());
      REQUIRE(response);
      CHECK(response->body == "hi");
    }
  }
  CHECK(tunnel.connections() == 1);
  CHECK(tunnel.seen().starts_with("CONNECT connect.invalid:8443 HTTP/1.1\r\n"));
  CHECK(tunnel.seen().find("uthorization") == std::string::npos);
}

TEST_CASE("what a proxy refuses is told as the proxy's") {
  struct Case {
    std::string answer;
    Reason reason;
    std::string words;
  };

  const std::vector<Case> cases{
      {"HTTP/1.1 407 Login\r\nContent-Length: 0\r\n\r\n", Reason::kUnauthorized,
       " wants a login (407); check proxy.username and proxy.password"},
      {"HTTP/1.1 403 No\r\n\r\n", Reason::kUnreachable,
       " answers 403 when asked for a connection to connect.invalid:8443; does it allow that, and "
       "is that running?"},
      {"HTTP/1.1 502 Bad Gateway\r\n\r\n", Reason::kUnreachable, " answers 502 when asked"},
      {"SSH-2.0-x\r\n", Reason::kBadAnswer, ": what answers there does not speak HTTP"},
      {"HTTP/1.1\r\n\r\n", Reason::kBadAnswer, " breaks HTTP; is it a web proxy?"},
      {"", Reason::kUnreachable, ": the connection was closed before an answer came"},
      {"HTTP/1.1 200 OK\r\n\r\nsurprise", Reason::kBadAnswer, " sends what nobody asked for"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.answer);
    const ScriptedServer server(Say(each.answer));
    const auto proxy =
        std::make_shared<const Proxy>(Proxy{.address = {"127.0.0.1", server.port()}});
    const Result<HttpResponse> response = Ask(
        *MakeHttpClient(), {.url = "https://connect.invalid:8443/x", .access = {.proxy = proxy}});
    REQUIRE_FALSE(response);
    CAPTURE(response.error().message());
    CHECK(response.error().reason() == each.reason);
    CHECK(
        response.error().message().starts_with("https://connect.invalid:8443/x: the proxy "
                                               "127.0.0.1:" +
                                               std::to_string(server.port()) + each.words));
  }
}

TEST_CASE("a proxy that is not there is told as the proxy's, and exceptions do not need it") {
  uint16_t closed = 0;
  {
    const ScriptedServer server(Say(""));
    closed = server.port();
  }
  const auto proxy = std::make_shared<const Proxy>(Proxy{.address = {"127.0.0.1", closed}});
  const Result<HttpResponse> response =
      Ask(*MakeHttpClient(), {.url = kFar, .access = {.proxy = proxy}});
  REQUIRE_FALSE(response);
  CHECK(response.error().message() ==
        "http://connect.invalid:8083/connectors: the proxy 127.0.0.1:" + std::to_string(closed) +
            ": connection refused; is it running, and is the port right?");
  const ScriptedServer near(Say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"));
  CHECK(Ask(*MakeHttpClient(), {.url = near.Url(), .access = {.proxy = proxy}}));
}

}  // namespace
}  // namespace klaxon::http
