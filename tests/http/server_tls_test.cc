#include <list>

#include <catch2/catch_test_macros.hpp>

#include "agent/http/tls_listener.h"
#include "tests/http/raw_client.h"
#include "tests/http/server_fixture.h"
#include "tests/http/tls_client.h"
#include "tests/support/certificates.h"

namespace klaxon::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::CertificateAuthority;
using testing::IssuedCertificate;

/// A server's certificate in files, and who trusts it.
class Identity {
 public:
  Identity() { Renew("first"); }

  void Renew(const std::string& name) {
    const IssuedCertificate issued = authority_.Issue({.name = name});
    folder_.Write("server.crt", issued.certificate);
    folder_.Write("server.key", issued.key);
  }

  tls::ServerOptions options() const {
    return {.certificate = {.location = folder_.Path("server.crt")},
            .key = {.location = folder_.Path("server.key")}};
  }

  tls::ClientOptions client() const { return {.trust = {.pem = Secret(authority_.certificate())}}; }

  tls::ClientOptions client(const IssuedCertificate& certificate) const {
    tls::ClientOptions options = client();
    options.certificate.pem = Secret(certificate.certificate);
    options.key.pem = Secret(certificate.key);
    return options;
  }

  const testing::ScratchFolder& folder() const { return folder_; }

 private:
  testing::ScratchFolder folder_;
  CertificateAuthority authority_;
};

ServerOptions With(const tls::ServerOptions& tls, std::vector<std::string> client_names = {}) {
  ServerOptions options;
  options.tls = std::make_shared<TlsListener>(tls, std::move(client_names));
  return options;
}

std::string Body(const Result<std::string>& answer) {
  if (!answer) return "";
  return answer->substr(std::min(answer->find("\r\n\r\n") + 4, answer->size()));
}

TEST_CASE("pages of every size come over TLS as they do without") {
  const Identity identity;
  TestServer server(With(identity.options()));
  TlsClient client(server.port(), identity.client());
  CHECK(Body(client.Ask(GetRequest("/"))) == "home\n");
  CHECK(Body(client.Ask(GetRequest("/dynamic"))) == BigText());
  CHECK(Body(client.Ask(GetRequest("/nothing", "Connection: close\r\n"))) ==
        "There is nothing here. Begin at / .\n");
  TlsClient poster(server.port(), identity.client());
  const std::string body(300'000, 'x');
  CHECK(Body(poster.Ask("POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n" +
                        body)) == "300000");
  CHECK(poster.Peer().version == "TLSv1.3");
}

TEST_CASE("pipelined requests are answered in order over TLS") {
  const Identity identity;
  TestServer server(With(identity.options()));
  TlsClient client(server.port(), identity.client());
  const Result<std::string> answers = client.Ask(
      "GET /files/1 HTTP/1.1\r\nHost: a\r\n\r\nGET /files/2 HTTP/1.1\r\nHost: a\r\n\r\n"
      "HEAD /files/3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  REQUIRE(answers);
  CHECK(answers->find("/files/1") < answers->size());
  // Both are in one record; the second must not wait for the socket.
  const Result<std::string> more = client.Ask("");
  const std::string all = *answers + more.value();
  CHECK(all.find("/files/1") < all.find("/files/2"));
  CHECK(all.find("/files/2") < all.size());
}

TEST_CASE("plain HTTP on a port with TLS is told so in one line") {
  const Identity identity;
  TestServer server(With(identity.options()));
  const RawClient::Answer answer = RawClient(server.port()).Ask(GetRequest("/"));
  CHECK(answer.status == 400);
  CHECK(answer.body == "This port speaks HTTPS: begin the address with https://\n");
  CHECK(server.Rejected(Rejection::kNoTls) == 1);
  CHECK(server->Stats().answers.empty());
}

TEST_CASE("a handshake that does not come to its end is cut off, and counts in the caps") {
  const Identity identity;
  ServerOptions options = With(identity.options());
  options.limits.head_timeout = seconds{1};
  options.limits.connections_per_address = 4;
  TestServer server(options);
  // The first bytes of a ClientHello of 512.
  const std::string hello("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);
  std::list<RawClient> slow;
  for (int i = 0; i < 20; ++i)
    slow.emplace_back(server.port()).Send(hello);
  CHECK(server->Stats().open_connections <= 4 + 20);
  CHECK(StatusOf(TlsClient(server.port(), identity.client()).Ask(GetRequest("/"))) == 200);
  for (RawClient& client : slow)
    CHECK(client.Ended());
  CHECK(Eventually([&] { return server->Stats().open_connections == 0; }));
  CHECK(server.Rejected(Rejection::kTooManyFromAddress) > 0);
}

TEST_CASE("what is no handshake and what is too long for one ends the connection") {
  const Identity identity;
  TestServer server(With(identity.options()));
  for (const std::string& bytes :
       {std::string("\x16nonsense"), "\x16\x03\x01" + std::string(20'000, '\xff'),
        std::string("\x16\x03\x01\x40\x00", 5) + std::string(500'000, '\x01')}) {
    RawClient client(server.port());
    client.Send(bytes);
    CHECK(client.Ended());
  }
  CHECK(Eventually([&] { return server.Rejected(Rejection::kNoTls) == 3; }));
}

TEST_CASE("a client over TLS that does not read its answer is cut off") {
  const Identity identity;
  ServerOptions options = With(identity.options());
  options.limits.write_timeout = milliseconds{300};
  const auto page = std::make_shared<const std::string>(25'000'000, 'x');
  TestServer server(options, {{"GET", "/big", [page](const Request&) {
                                 Response response;
                                 response.shared_body = page;
                                 response.content_encoding = "identity";
                                 return response;
                               }}});
  TlsClient client(server.port(), identity.client());
  // Asks, takes the first bytes and then nothing.
  (void)client.Ask("HEAD /big HTTP/1.1\r\nHost: a\r\n\r\n" + GetRequest("/big"));
  CHECK(Eventually([&] { return server->Stats().open_connections == 0; }));
}

TEST_CASE("a certificate is renewed while the server runs, and a broken one changes nothing") {
  Identity identity;
  ServerOptions options = With(identity.options());
  TestServer server(options);
  const auto subject = [&] {
    TlsClient client(server.port(), identity.client());
    REQUIRE(StatusOf(client.Ask(GetRequest("/"))) == 200);
    return client.Peer().chain.front().subject;
  };
  CHECK(subject() == "CN=first");
  TlsClient old(server.port(), identity.client());
  REQUIRE(StatusOf(old.Ask(GetRequest("/"))) == 200);
  identity.Renew("second");
  CHECK(subject() == "CN=second");
  CHECK(StatusOf(old.Ask(GetRequest("/"))) == 200);
  identity.folder().Write("server.crt", "broken");
  CHECK(subject() == "CN=second");
  CHECK(options.tls->context.trouble());
  identity.Renew("third");
  CHECK(subject() == "CN=third");
  CHECK_FALSE(options.tls->context.trouble());
}

TEST_CASE("clients are held to the authority and to the names that are configured") {
  const Identity identity;
  const CertificateAuthority clients("clients");
  const CertificateAuthority strangers("strangers");
  const IssuedCertificate grafana = clients.Issue({.name = "x", .hosts = {"grafana", "10.0.0.7"}});
  const IssuedCertificate other = clients.Issue({.name = "grafana", .hosts = {}});
  const IssuedCertificate stranger = strangers.Issue({.name = "x", .hosts = {"grafana"}});
  tls::ServerOptions options = identity.options();
  options.client_auth = tls::ClientAuth::kRequireAndVerify;
  options.client_trust.pem = Secret(clients.certificate());

  struct Case {
    std::vector<std::string> names;
    tls::ClientOptions client;
    int status;
  };

  const std::vector<Case> cases{{{}, identity.client(), 0},
                                {{}, identity.client(grafana), 200},
                                {{}, identity.client(other), 200},
                                {{}, identity.client(stranger), 0},
                                {{"nobody", "grafana"}, identity.client(grafana), 200},
                                {{"10.0.0.7"}, identity.client(grafana), 200},
                                {{"graf"}, identity.client(grafana), 403},
                                {{"grafana"}, identity.client(other), 403},  // only its common name
                                {{"grafana"}, identity.client(stranger), 0}};
  for (const Case& each : cases) {
    TestServer server(With(options, each.names));
    const Result<std::string> answer = TlsClient(server.port(), each.client).Ask(GetRequest("/"));
    CAPTURE(each.names, (answer ? *answer : answer.error().message()));
    CHECK(StatusOf(answer) == each.status);
    CHECK(server->Stats().answers.empty() == (each.status != 200));
  }
}

TEST_CASE("versions, ciphers and curves that are not configured are not spoken") {
  const Identity identity;
  tls::ServerOptions only13 = identity.options();
  only13.min_version = tls::Version::kTls13;
  tls::ServerOptions only12 = identity.options();
  only12.max_version = tls::Version::kTls12;
  only12.cipher_suites = {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"};
  tls::ClientOptions modern = identity.client();
  modern.min_version = tls::Version::kTls13;
  tls::ClientOptions other = identity.client();
  other.cipher_suites = "ECDHE-ECDSA-AES128-GCM-SHA256";
  const TestServer server13(With(only13));
  const TestServer server12(With(only12));
  TlsClient client(server12.port(), identity.client());
  CHECK(StatusOf(client.Ask(GetRequest("/"))) == 200);
  CHECK(client.Peer().version == "TLSv1.2");
  CHECK(client.Peer().cipher == "ECDHE-ECDSA-AES256-GCM-SHA384");
  CHECK(StatusOf(TlsClient(server13.port(), modern).Ask(GetRequest("/"))) == 200);
  CHECK(StatusOf(TlsClient(server12.port(), modern).Ask(GetRequest("/"))) == 0);
  CHECK(StatusOf(TlsClient(server12.port(), other).Ask(GetRequest("/"))) == 0);
}

}  // namespace
}  // namespace klaxon::http
