#include "agent/kafka/pem_text.h"

#include <algorithm>

#include <catch2/catch_test_macros.hpp>

#include "agent/kafka/client_properties.h"
#include "agent/tls/client_context.h"
#include "tests/support/certificates.h"

namespace klaxon::kafka {
namespace {

std::string OnOneLine(std::string pem) {
  std::replace(pem.begin(), pem.end(), '\n', ' ');
  return pem;
}

TEST_CASE("PEM whose lines were joined gets them back", "[pem]") {
  const testing::CertificateAuthority authority;
  const testing::IssuedCertificate me = authority.Issue({});
  const std::string chain = me.certificate + authority.certificate();
  CHECK(WithPemLines(chain) == chain);
  CHECK(WithPemLines(OnOneLine(chain)) == chain);
  CHECK(WithPemLines(OnOneLine(me.key)) == me.key);
}

TEST_CASE("what is no PEM, or has headers inside, stays as it is", "[pem]") {
  for (const char* const text :
       {"", "abc", "-----BEGIN X", "-----BEGIN X-----", "-----BEGIN X----- a", "-----END X-----",
        "-----BEGIN X----- a -----END X",
        "-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\n\na\n-----END X-----\n",
        "-----BEGIN a -----END b-----"}) {
    CAPTURE(text);
    CHECK(WithPemLines(text) == text);
  }
}

TEST_CASE("certificates and a key in a Java client's file can be used for TLS", "[pem]") {
  const testing::CertificateAuthority authority;
  const testing::IssuedCertificate me = authority.Issue({});
  const ClientProperties read = ReadClientProperties(
      "security.protocol=SSL\nssl.truststore.type=PEM\nssl.keystore.type=PEM\n"
      "ssl.truststore.certificates=" +
      OnOneLine(authority.certificate()) + "\nssl.keystore.certificate.chain=" +
      OnOneLine(me.certificate) + "\nssl.key.password=secret\nssl.keystore.key=" +
      OnOneLine(testing::EncryptKey(me.key, "secret")) + "\n");
  REQUIRE(read.mistakes.empty());
  tls::ClientContext context(read.security.tls, "test");
  const Result<void> checked = context.Check();
  INFO((checked ? "" : checked.error().message()));
  CHECK(checked);
}

}  // namespace
}  // namespace klaxon::kafka
