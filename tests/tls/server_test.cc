// What a server asks of its clients, and what it offers them.
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "tests/support/certificates.h"
#include "tests/tls/linked_sessions.h"

namespace klaxon::testing {
namespace {

enum class Shown { kNothing, kStranger, kKnown };

TEST_CASE("each kind of client authentication lets in whom it should", "[tls]") {
  const CertificateAuthority authority;
  const CertificateAuthority elsewhere("Another CA");
  const IssuedCertificate broker = authority.Issue({});
  const IssuedCertificate known = authority.Issue({.name = "known"});
  const IssuedCertificate stranger = elsewhere.Issue({.name = "stranger"});

  struct Row {
    tls::ClientAuth auth{};
    bool nothing = false;  ///< whether a client without a certificate is let in, ...
    bool stranger = false;
    bool known = false;
  };

  const std::vector<Row> rows{
      {tls::ClientAuth::kNone, true, true, true},
      {tls::ClientAuth::kRequest, true, true, true},
      {tls::ClientAuth::kRequireAny, false, true, true},
      {tls::ClientAuth::kVerifyIfGiven, true, false, true},
      {tls::ClientAuth::kRequireAndVerify, false, false, true},
  };
  for (const Row& row : rows) {
    INFO("client authentication " << static_cast<int>(row.auth));
    tls::ServerContext server({.certificate = {.pem = Secret(broker.certificate + broker.key)},
                               .client_trust = {.pem = Secret(authority.certificate())},
                               .client_auth = row.auth},
                              "test");
    const auto is_let_in = [&](const IssuedCertificate& shown) {
      tls::ClientContext client({.trust = {.pem = Secret(authority.certificate())},
                                 .certificate = {.pem = Secret(shown.certificate)},
                                 .key = {.pem = Secret(shown.key)}},
                                "test");
      LinkedSessions linked(client, server);
      linked.Run();
      const bool asked = row.auth != tls::ClientAuth::kNone && !shown.certificate.empty();
      if (linked.worked()) CHECK(linked.server->Peer().chain.empty() != asked);
      return linked.worked();
    };
    CHECK(is_let_in({}) == row.nothing);
    CHECK(is_let_in(stranger) == row.stranger);
    CHECK(is_let_in(known) == row.known);
  }
}

TEST_CASE("versions, cipher suites and curves are those that were asked for", "[tls]") {
  const CertificateAuthority authority;
  const IssuedCertificate issued = authority.Issue({});
  const tls::Store certificate{.pem = Secret(issued.certificate + issued.key)};
  tls::ServerContext server(
      {.certificate = certificate,
       .max_version = tls::Version::kTls12,
       .cipher_suites = {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256"},
       .groups = {"P-384"}},
      "test");
  tls::ClientContext client({.trust = {.pem = Secret(authority.certificate())}}, "test");
  LinkedSessions linked(client, server);
  linked.Run();
  REQUIRE(linked.worked());
  CHECK(linked.client->Peer().version == "TLSv1.2");
  CHECK(linked.client->Peer().cipher == "ECDHE-ECDSA-AES256-GCM-SHA384");

  tls::ServerContext mistyped({.certificate = certificate, .cipher_suites = {"TLS_RSA_ROT13"}},
                              "test");
  CHECK(mistyped.Check().error().message() ==
        "\"TLS_RSA_ROT13\" is not a cipher suite that is known here");
  tls::ServerContext bent({.certificate = certificate, .groups = {"P-1"}}, "test");
  CHECK(bent.Check().error().message() == "an unknown curve in \"P-1\"");
}

}  // namespace
}  // namespace klaxon::testing
