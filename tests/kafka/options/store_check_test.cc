#include "agent/kafka/store_check.h"

#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "tests/support/certificates.h"

namespace klaxon::kafka {
namespace {

using testing::CertificateAuthority;
using testing::IssuedCertificate;
using testing::ScratchFolder;

using Keys = std::vector<std::pair<std::string, std::string>>;

/// "key: what" of each mistake.
std::string Told(const Keys& keys) {
  std::vector<Setting> settings;
  int line = 0;
  for (const auto& [key, value] : keys) {
    settings.push_back({.key = key, .value = value, .written = key, .line = ++line});
  }
  const SecurityReading reading = ReadSecurity(settings, Dialect::kLibrdkafka);
  REQUIRE(reading.mistakes.empty());
  std::string told;
  for (const SettingMistake& mistake : CheckStores(settings, reading.options)) {
    told += (told.empty() ? "" : "\n") + std::to_string(mistake.line) + " " + mistake.written +
            ": " + mistake.what;
  }
  return told;
}

TEST_CASE("what a connection could not use is a mistake of the key that names it", "[options]") {
  const CertificateAuthority authority;
  const IssuedCertificate own = authority.Issue({.name = "me"});
  const IssuedCertificate other = authority.Issue({.name = "other"});
  const ScratchFolder folder;
  const std::string trust = folder.Write("ca.pem", authority.certificate());
  const std::string certificate = folder.Write("me.crt", own.certificate);
  const std::string key = folder.Write("me.key", own.key);
  const std::string stranger = folder.Write("other.key", other.key);
  const std::string none = folder.Path("none");
  const std::string empty = folder.Write("empty", "");
  const std::string garbage = folder.Write("garbage", "hello");
  const std::string directory = folder.Path(".");
  const std::pair<std::string, std::string> ssl{"security.protocol", "SSL"};

  struct Case {
    Keys keys;
    std::string told;
  };

  const std::vector<Case> cases{
      {{ssl}, ""},
      {{ssl, {"ssl.ca.location", trust}}, ""},
      {{ssl, {"ssl.certificate.location", certificate}, {"ssl.key.location", key}}, ""},
      {{ssl, {"ssl.ca.location", none}},
       "2 ssl.ca.location: " + none + ": No such file or directory"},
      {{ssl, {"ssl.ca.location", directory}},
       "2 ssl.ca.location: " + directory + ": not a regular file"},
      {{ssl, {"ssl.ca.location", empty}}, "2 ssl.ca.location: " + empty + ": it is empty"},
      {{ssl, {"ssl.ca.location", garbage}},
       "2 ssl.ca.location: " + garbage + ": neither PEM nor PKCS#12"},
      {{ssl, {"ssl.certificate.location", certificate}, {"ssl.key.location", stranger}},
       "2 ssl.certificate.location: " + certificate +
           ": the private key belongs to another certificate"},
      {{ssl, {"ssl.certificate.location", certificate}},
       "2 ssl.certificate.location: " + certificate + ": no private key in it"},
      {{ssl, {"ssl.certificate.location", certificate}, {"ssl.key.location", none}},
       "3 ssl.key.location: " + none + ": No such file or directory"},
      {{ssl, {"ssl.cipher.suites", "ROT13"}, {"ssl.ca.location", none}},
       "2 ssl.cipher.suites: no cipher suite is known in \"ROT13\"\n3 ssl.ca.location: " + none +
           ": No such file or directory"},
      {{{"security.protocol", "SASL_PLAINTEXT"},
        {"sasl.mechanism", "OAUTHBEARER"},
        {"sasl.oauthbearer.token.endpoint.url", "https://login/"},
        {"sasl.oauthbearer.client.id", "me"},
        {"sasl.oauthbearer.client.secret", "s"},
        {"https.ca.location", none}},
       "6 https.ca.location: " + none + ": No such file or directory"},
  };
  for (const Case& each : cases) {
    CHECK(Told(each.keys) == each.told);
  }
}

}  // namespace
}  // namespace klaxon::kafka
