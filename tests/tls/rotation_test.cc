// Files that change while they are used.
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "tests/support/certificates.h"
#include "tests/tls/linked_sessions.h"

namespace klaxon::testing {
namespace {

/// The name in the certificate that a new connection is shown; "" if there is none.
std::string NameSeen(tls::ClientContext& client, tls::ServerContext& server) {
  LinkedSessions linked(client, server);
  linked.Run();
  if (!linked.worked()) return "";
  return linked.client->Peer().chain.at(0).subject;
}

TEST_CASE("renewed files are taken by the next connection, broken ones are not", "[tls]") {
  const CertificateAuthority authority;
  const ScratchFolder folder;
  const IssuedCertificate first = authority.Issue({.name = "first"});
  const IssuedCertificate second = authority.Issue({.name = "second"});
  const tls::Store certificate{.location = folder.Write("tls.crt", first.certificate)};
  const tls::Store key{.location = folder.Write("tls.key", first.key)};
  tls::ServerContext server({.certificate = certificate, .key = key}, "test");
  tls::ClientContext client({.trust = {.pem = Secret(authority.certificate())}}, "test");
  CHECK(NameSeen(client, server) == "CN=first");

  folder.Write("tls.crt", second.certificate);  // the key is still the first one's
  CHECK(NameSeen(client, server) == "CN=first");
  REQUIRE(server.trouble());
  CHECK(server.trouble()->message() ==
        folder.Path("tls.crt") + ": the private key belongs to another certificate");

  folder.Write("tls.key", second.key);
  CHECK(NameSeen(client, server) == "CN=second");
  CHECK_FALSE(server.trouble());

  std::filesystem::remove(folder.Path("tls.key"));
  CHECK(NameSeen(client, server) == "CN=second");
  CHECK(server.trouble());
}

TEST_CASE("a rotation that is half done before the first connection has good files to fall back on",
          "[tls]") {
  const CertificateAuthority authority;
  const ScratchFolder folder;
  const IssuedCertificate first = authority.Issue({.name = "first"});
  const IssuedCertificate second = authority.Issue({.name = "second"});
  const tls::Store certificate{.location = folder.Write("tls.crt", first.certificate)};
  const tls::Store key{.location = folder.Write("tls.key", first.key)};
  const tls::Store trust{.pem = Secret(authority.certificate())};
  tls::ServerContext server({.certificate = certificate,
                             .key = key,
                             .client_trust = trust,
                             .client_auth = tls::ClientAuth::kRequireAndVerify},
                            "test");
  tls::ClientContext client({.trust = trust, .certificate = certificate, .key = key}, "test");
  folder.Write("tls.crt", second.certificate);
  CHECK(NameSeen(client, server) == "CN=first");
  CHECK(server.trouble());
  CHECK(client.trouble());
  folder.Write("tls.key", second.key);
  CHECK(NameSeen(client, server) == "CN=second");
}

TEST_CASE("an authority that was replaced in the trust file is no longer trusted", "[tls]") {
  const CertificateAuthority before;
  const CertificateAuthority after;
  const ScratchFolder folder;
  const IssuedCertificate issued = before.Issue({.name = "broker"});
  tls::ServerContext server({.certificate = {.pem = Secret(issued.certificate + issued.key)}},
                            "test");
  tls::ClientContext client({.trust = {.location = folder.Write("ca.pem", before.certificate())}},
                            "test");
  CHECK(NameSeen(client, server) == "CN=broker");
  folder.Write("ca.pem", after.certificate());
  CHECK(NameSeen(client, server).empty());
  folder.Write("ca.pem", after.certificate() + before.certificate());
  CHECK(NameSeen(client, server) == "CN=broker");
}

TEST_CASE("files that were never good heal by themselves", "[tls]") {
  const CertificateAuthority authority;
  const ScratchFolder folder;
  const IssuedCertificate issued = authority.Issue({.name = "broker"});
  tls::ServerContext server({.certificate = {.pem = Secret(issued.certificate + issued.key)}},
                            "test");
  tls::ClientContext client({.trust = {.location = folder.Path("ca.pem")}}, "test");
  CHECK_FALSE(client.Check());
  folder.Write("ca.pem", authority.certificate());
  CHECK(client.Check());
  CHECK(NameSeen(client, server) == "CN=broker");
}

}  // namespace
}  // namespace klaxon::testing
