// What goes through a session, and what it says about the other side.
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include <catch2/catch_test_macros.hpp>

#include "agent/base/duration.h"
#include "tests/support/certificates.h"
#include "tests/tls/linked_sessions.h"

namespace klaxon::testing {
namespace {

tls::ServerOptions ServerFor(const IssuedCertificate& issued) {
  return {.certificate = {.pem = Secret(issued.certificate)}, .key = {.pem = Secret(issued.key)}};
}

TEST_CASE("bytes pass both ways, and the peer is described", "[tls]") {
  const CertificateAuthority authority;
  const CertificateAuthority below = authority.IssueAuthority("Test Issuing CA");
  IssuedCertificate issued = below.Issue({.name = "broker-1"});
  issued.certificate += below.certificate();
  tls::ServerContext server(ServerFor(issued), "test");
  for (const tls::Version version : {tls::Version::kTls12, tls::Version::kTls13}) {
    tls::ClientContext client(
        {.trust = {.pem = Secret(authority.certificate())}, .min_version = version}, "test");
    LinkedSessions linked(client, server);
    CHECK_FALSE(linked.client->established());
    linked.Run();
    REQUIRE(linked.worked());
    REQUIRE(linked.client->established());
    const tls::PeerInfo peer = linked.client->Peer();
    CHECK(peer.version == "TLSv1.3");
    CHECK(peer.cipher.starts_with("TLS_"));
    REQUIRE(peer.chain.size() == 2);
    CHECK(peer.chain[0].subject == "CN=broker-1");
    CHECK(peer.chain[0].issuer == "CN=Test Issuing CA");
    CHECK(peer.chain[0].names == std::vector<std::string>{"localhost", "127.0.0.1", "::1"});
    const auto age = std::chrono::system_clock::now() - peer.chain[0].not_before;
    CHECK(age > std::chrono::minutes{55});
    CHECK(age < std::chrono::minutes{65});
    CHECK(peer.chain[0].not_after - peer.chain[0].not_before == std::chrono::hours{25});
    CHECK(peer.chain[1].subject == "CN=Test Issuing CA");
    CHECK(linked.server->Peer().chain.empty());
  }
}

TEST_CASE("a certificate that never ends has a date that a clock can hold", "[tls]") {
  constexpr long kHoursTillYear9990 = 24L * 365 * 7960;
  const CertificateAuthority authority;
  tls::ServerContext server(
      ServerFor(authority.Issue({.from_hours = -24L * 365 * 60, .till_hours = kHoursTillYear9990})),
      "test");
  tls::ClientContext client({.trust = {.pem = Secret(authority.certificate())}}, "test");
  LinkedSessions linked(client, server);
  linked.Run();
  REQUIRE(linked.worked());
  const tls::Certificate certificate = linked.client->Peer().chain.at(0);
  CHECK(UnixSeconds(certificate.not_after) == 9e9);
  CHECK(UnixSeconds(certificate.not_before) < 0);
}

TEST_CASE("a megabyte passes through sockets that hold less", "[tls]") {
  const CertificateAuthority authority;
  tls::ServerContext server_context(ServerFor(authority.Issue({})), "test");
  tls::ClientContext client_context({.trust = {.pem = Secret(authority.certificate())}}, "test");
  LinkedSessions linked(client_context, server_context);
  std::string text(size_t{1} << 20U, '\0');
  for (size_t i = 0; i < text.size(); ++i)
    text[i] = static_cast<char>(i * 7919U >> 8U);
  Talker client(*linked.client, text);
  Talker server(*linked.server, "");
  for (int turn = 0; turn < 10'000 && server.heard().size() < text.size(); ++turn) {
    REQUIRE(client.Step(0));
    REQUIRE(server.Step(text.size()));
  }
  CHECK(server.heard() == text);
}

TEST_CASE("bytes that the socket has given away already are announced", "[tls]") {
  const CertificateAuthority authority;
  tls::ServerContext server_context(ServerFor(authority.Issue({})), "test");
  tls::ClientContext client_context({.trust = {.pem = Secret(authority.certificate())}}, "test");
  LinkedSessions linked(client_context, server_context);
  linked.Run();
  REQUIRE(linked.worked());
  REQUIRE(linked.server->Write(std::string(1000, 'x')));
  std::array<char, 10> part{};
  size_t heard = 0;
  do {
    const auto count = linked.client->Read(part);
    REQUIRE(count);
    heard += *count;
  } while (linked.client->has_more());
  CHECK(heard == 1000);
  const auto more = linked.client->Read(part);
  REQUIRE(more);
  CHECK(*more == 0);
  CHECK_FALSE(linked.client->has_more());
}

TEST_CASE("a name is asked for in the greeting, an address is not", "[tls]") {
  tls::ClientContext context({.verify = false}, "test");
  for (const std::string host : {"kafka.example", "kafka.example.", "10.0.0.1", "::1"}) {
    INFO(host);
    const auto sockets = SocketPair();
    auto client = context.Connect(sockets[0], host);
    REQUIRE(client);
    REQUIRE((*client)->Handshake());
    CHECK_FALSE((*client)->wants_write());
    std::string greeting(4096, '\0');
    const ssize_t size = recv(sockets[1], greeting.data(), greeting.size(), 0);
    REQUIRE(size > 0);
    greeting.resize(static_cast<size_t>(size));
    CHECK((greeting.find("kafka.example") != std::string::npos) == host.starts_with("kafka"));
    CHECK(greeting.find("kafka.example.") == std::string::npos);
    CHECK(greeting.find("10.0.0.1") == std::string::npos);
    client->reset();
    close(sockets[0]);
    close(sockets[1]);
  }
}

TEST_CASE("an end with a goodbye is told from one without", "[tls]") {
  const CertificateAuthority authority;
  tls::ServerContext server_context(ServerFor(authority.Issue({})), "test");
  tls::ClientContext client_context({.trust = {.pem = Secret(authority.certificate())}}, "test");
  for (const bool properly : {true, false}) {
    const auto sockets = SocketPair();
    auto client = client_context.Connect(sockets[0], "localhost");
    auto server = server_context.Accept(sockets[1]);
    REQUIRE(client);
    REQUIRE(server);
    bool over = false;
    for (int turn = 0; turn < 10 && !over; ++turn) {
      const auto left = (*client)->Handshake();
      const auto right = (*server)->Handshake();
      REQUIRE(left);
      REQUIRE(right);
      over = *left && *right;
    }
    REQUIRE(over);
    if (properly) server->reset();
    shutdown(sockets[1], SHUT_RDWR);
    std::array<char, 10> part{};
    const auto end = (*client)->Read(part);
    REQUIRE_FALSE(end);
    CHECK(end.error().message() == "closed the connection");
    CHECK(end.error().reason() == Reason::kUnreachable);
    CHECK((*client)->ended_properly() == properly);
    client->reset();
    server->reset();
    close(sockets[0]);
    close(sockets[1]);
  }
}

TEST_CASE("a handshake that never ends is cut off", "[tls]") {
  const CertificateAuthority authority;
  tls::ServerContext server_context(ServerFor(authority.Issue({})), "test");
  const auto sockets = SocketPair();
  auto server = server_context.Accept(sockets[1]);
  REQUIRE(server);
  // One record after the other of a ClientHello that says it has 64 KiB, again and again.
  std::string record("\x16\x03\x01\x40\x00", 5);
  record += std::string("\x01\x00\xFF\xFF", 4) + std::string(0x4000 - 4, '\0');
  Result<bool> over = false;
  size_t sent = 0;
  while (over && !*over && sent < (size_t{1} << 20U)) {
    const ssize_t count = send(sockets[0], record.data(), record.size(), MSG_NOSIGNAL);
    sent += count > 0 ? static_cast<size_t>(count) : 0;
    over = (*server)->Handshake();
  }
  CHECK_FALSE(over);
  CHECK(sent < (size_t{512} << 10U));
  server->reset();
  close(sockets[0]);
  close(sockets[1]);
}

}  // namespace
}  // namespace klaxon::testing
