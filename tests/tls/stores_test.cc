// Certificates, keys and trust in every form that is read, and those that are refused with words.
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "tests/support/certificates.h"
#include "tests/tls/linked_sessions.h"

namespace klaxon::testing {
namespace {

/// A server that lets nobody in but clients whose certificate `authority` signed.
tls::ServerOptions MutualServer(const CertificateAuthority& authority) {
  const IssuedCertificate issued = authority.Issue({});
  return {.certificate = {.pem = Secret(issued.certificate + issued.key)},
          .client_trust = {.pem = Secret(authority.certificate())},
          .client_auth = tls::ClientAuth::kRequireAndVerify};
}

TEST_CASE("a client certificate and the trust are read in each form", "[tls]") {
  const CertificateAuthority authority;
  const IssuedCertificate mine = authority.Issue({.name = "klaxon", .hosts = {}});
  const ScratchFolder folder;
  const std::string ca = folder.Write("ca.pem", authority.certificate());
  const tls::Store trust{.location = ca};
  const std::string certificate = folder.Write("klaxon.crt", mine.certificate);
  const std::string key = folder.Write("klaxon.key", mine.key);
  const std::string locked = folder.Write("locked.key", EncryptKey(mine.key, "s3same"));
  const std::string both = folder.Write("both.pem", mine.key + mine.certificate);
  const std::string packed =
      folder.Write("klaxon.p12", Pkcs12(mine.certificate, mine.key, "changeit"));
  const std::string open = folder.Write("open.p12", Pkcs12(mine.certificate, mine.key, ""));
  const std::string trust12 =
      folder.Write("trust.p12", Pkcs12(authority.certificate(), "", "changeit"));
  const tls::Store trusted12{.location = trust12, .password = Secret("changeit")};

  struct Row {
    std::string sentence{};
    tls::ClientOptions options{};
  };

  const std::vector<Row> rows{
      {"PEM in two files",
       {.trust = trust, .certificate = {.location = certificate}, .key = {.location = key}}},
      {"a key with a password",
       {.trust = trust,
        .certificate = {.location = certificate},
        .key = {.location = locked, .password = Secret("s3same")}}},
      {"one PEM file with both", {.trust = trust, .certificate = {.location = both}}},
      {"one PEM file with both, named twice",
       {.trust = trust, .certificate = {.location = both}, .key = {.location = both}}},
      {"PKCS#12",
       {.trust = trust, .certificate = {.location = packed, .password = Secret("changeit")}}},
      {"PKCS#12 without a password", {.trust = trust, .certificate = {.location = open}}},
      {"PKCS#12, named as the key too",
       {.trust = trust,
        .certificate = {.location = packed, .password = Secret("changeit")},
        .key = {.location = packed, .password = Secret("changeit")}}},
      {"all written out",
       {.trust = {.pem = Secret(authority.certificate())},
        .certificate = {.pem = Secret(mine.certificate)},
        .key = {.pem = Secret(mine.key)}}},
      {"a trust store as PKCS#12", {.trust = trusted12, .certificate = {.location = both}}},
  };
  tls::ServerContext server(MutualServer(authority), "test");
  for (const Row& row : rows) {
    INFO(row.sentence);
    tls::ClientContext client(row.options, "test");
    const auto good = client.Check();
    INFO((good ? "good" : good.error().message()));
    REQUIRE(good);
    LinkedSessions linked(client, server);
    linked.Run();
    INFO((linked.client_error ? linked.client_error->message() : ""));
    REQUIRE(linked.worked());
    REQUIRE_FALSE(linked.server->Peer().chain.empty());
    CHECK(linked.server->Peer().chain[0].subject == "CN=klaxon");
  }
}

TEST_CASE("what cannot be read is refused with its file and the reason", "[tls]") {
  const CertificateAuthority authority;
  const IssuedCertificate mine = authority.Issue({});
  const IssuedCertificate other = authority.Issue({});
  const ScratchFolder folder;
  const tls::Store good{.location = folder.Write("good.pem", mine.certificate + mine.key)};
  const std::string locked = folder.Write("locked.key", EncryptKey(mine.key, "s3same"));
  const std::string packed = folder.Write("k.p12", Pkcs12(mine.certificate, mine.key, "changeit"));
  const std::string only = folder.Write("only.crt", mine.certificate);
  const std::string jks = folder.Write("store.jks", "\xFE\xED\xFE\xED\0\0\0\2");
  const std::string half =
      folder.Write("half.pem", mine.certificate.substr(0, mine.certificate.size() / 2));

  struct Row {
    tls::ClientOptions options{};
    std::string message{};
  };

  const std::vector<Row> rows{
      {{.trust = {.location = folder.Path("none.pem")}},
       folder.Path("none.pem") + ": No such file or directory"},
      {{.trust = {.location = folder.Path("")}}, folder.Path("") + ": not a regular file"},
      {{.trust = {.location = folder.Write("empty", "")}}, folder.Path("empty") + ": it is empty"},
      {{.trust = {.location = folder.Write("text", "hello")}},
       folder.Path("text") + ": neither PEM nor PKCS#12"},
      {{.trust = {.location = folder.Write("zero", "0000")}},
       folder.Path("zero") + ": neither PEM nor PKCS#12"},
      {{.trust = {.location = locked}}, locked + ": no certificate in it"},
      {{.trust = {.location = half}}, half + ": a damaged certificate"},
      {{.trust = {.location = jks}},
       jks +
           " is a Java key store (JKS), which is not read here; convert it: keytool "
           "-importkeystore -srckeystore " +
           jks + " -destkeystore " + jks + ".p12 -deststoretype PKCS12"},
      {{.certificate = {.location = only}}, only + ": no private key in it"},
      {{.certificate = {.location = only}, .key = {.location = locked}},
       locked + ": the private key has a password, and none is given"},
      {{.certificate = {.location = only},
        .key = {.location = locked, .password = Secret("wr0ng-secret")}},
       locked + ": the password does not open the private key"},
      {{.certificate = {.location = only}, .key = {.pem = Secret(other.key)}},
       only + ": the private key belongs to another certificate"},
      {{.certificate = {.location = packed}}, packed + ": it has a password, and none is given"},
      {{.certificate = {.location = packed, .password = Secret("wr0ng-secret")}},
       packed + ": the password does not open it"},
      {{.trust = good, .cipher_suites = "NO-SUCH"}, "no cipher suite is known in \"NO-SUCH\""},
  };
  for (const Row& row : rows) {
    INFO(row.message);
    tls::ClientContext client(row.options, "test");
    const auto refused = client.Check();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message() == row.message);
    CHECK(refused.error().reason() == Reason::kInvalid);
    CHECK(refused.error().message().find("wr0ng-secret") == std::string::npos);
    CHECK_FALSE(client.Connect(-1, "localhost"));
  }
}

TEST_CASE("a certificate in the trust store is trusted whoever signed it", "[tls]") {
  const CertificateAuthority authority;
  const CertificateAuthority below = authority.IssueAuthority("Test Issuing CA");
  const IssuedCertificate issued = below.Issue({});
  tls::ServerContext server({.certificate = {.pem = Secret(issued.certificate + issued.key)}},
                            "test");
  tls::ClientContext client({.trust = {.pem = Secret(below.certificate())}}, "test");
  LinkedSessions linked(client, server);
  linked.Run();
  CHECK(linked.worked());
}

TEST_CASE("without a trust store the system's authorities count", "[tls]") {
  const CertificateAuthority authority;
  const IssuedCertificate issued = authority.Issue({});
  tls::ServerContext server({.certificate = {.pem = Secret(issued.certificate + issued.key)}},
                            "test");
  tls::ClientContext client({}, "test");
  CHECK(client.Check());
  LinkedSessions linked(client, server);
  linked.Run();
  CHECK_FALSE(linked.worked());
  tls::ClientContext careless({.verify = false}, "test");
  LinkedSessions taken(careless, server, "any.name");
  taken.Run();
  CHECK(taken.worked());
}

}  // namespace
}  // namespace klaxon::testing
