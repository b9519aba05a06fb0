// A worker behind TLS that wants a login, asked with the real HTTP client.

#include <chrono>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "agent/http/login.h"
#include "collectors/connect/collector.h"
#include "tests/http/scripted_server.h"
#include "tests/support/certificates.h"
#include "tests/support/tls_front.h"

namespace klaxon::connect_collector {
namespace {

using testing::CertificateAuthority;
using testing::IssuedCertificate;
using testing::TlsFront;

/// Answers as a worker without connectors, to one user only.
void Answer(const http::ScriptedServer::Peer& peer, const std::stop_token&) {
  std::string request = peer.request();
  while (!request.empty()) {
    const std::string login = http::BasicAuthorization("klaxon", Secret("hunter2"));
    const bool known = request.find("Authorization: " + login + "\r\n") != std::string::npos;
    const std::string body = !known                                    ? "{}"
                             : request.starts_with("GET / ")           ? R"({"version": "4.3.1"})"
                             : request.starts_with("GET /connectors?") ? "{}"
                                                                       : "[]";
    peer.Send(std::string(known ? "HTTP/1.1 200 OK" : "HTTP/1.1 401 Unauthorized") +
              "\r\nContent-Type: application/json\r\nContent-Length: " +
              std::to_string(body.size()) + "\r\n\r\n" + body);
    request = peer.NextRequest();
  }
}

/// The problem of one poll, or "".
std::string Poll(const Config& config) {
  SystemClock clock;
  const auto http = http::MakeHttpClient();
  ConnectCollector collector(config, *http);
  const Reading reading = collector.Poll({.clock = clock,
                                          .interval = config.interval,
                                          .deadline = clock.Now().mono + std::chrono::seconds{10},
                                          .stop = {}});
  return reading.problems.empty() ? "" : reading.problems.front().error.message();
}

TEST_CASE("a worker behind TLS is read with its authority, our certificate and a login",
          "[connect]") {
  const CertificateAuthority authority;
  const IssuedCertificate server = authority.Issue({});
  const IssuedCertificate me = authority.Issue({.name = "klaxon", .hosts = {}});
  const http::ScriptedServer worker(Answer);
  const TlsFront front({.certificate = {.pem = Secret(server.certificate)},
                        .key = {.pem = Secret(server.key)},
                        .client_trust = {.pem = Secret(authority.certificate())},
                        .client_auth = tls::ClientAuth::kRequireAndVerify},
                       worker.port());
  const Config good{.name = "etl",
                    .source = {.urls = {front.Url("")},
                               .tls = {.trust = {.pem = Secret(authority.certificate())},
                                       .certificate = {.pem = Secret(me.certificate)},
                                       .key = {.pem = Secret(me.key)}},
                               .username = "klaxon",
                               .password = Secret("hunter2")},
                    .request_timeout = std::chrono::seconds{10}};
  CHECK(Poll(good).empty());
  Config wrong_password = good;
  wrong_password.source.password = Secret("wrong");
  CHECK(Poll(wrong_password).find("answers 401; check username and password") != std::string::npos);
  Config distrusting = good;
  distrusting.source.tls.trust = {};
  CHECK(Poll(distrusting).find("certificate that is not trusted") != std::string::npos);
  Config anonymous = good;
  anonymous.source.tls.certificate = {};
  anonymous.source.tls.key = {};
  CHECK(Poll(anonymous).find("certificate") != std::string::npos);
}

}  // namespace
}  // namespace klaxon::connect_collector
