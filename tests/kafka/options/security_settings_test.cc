#include "agent/kafka/security_settings.h"

#include <set>

#include <catch2/catch_test_macros.hpp>

namespace klaxon::kafka {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

SecurityReading Read(const Pairs& pairs, Dialect dialect = Dialect::kLibrdkafka) {
  std::vector<Setting> settings;
  for (const auto& [key, value] : pairs) {
    settings.push_back({.key = key, .value = value, .written = key});
  }
  return ReadSecurity(settings, dialect);
}

std::string Told(const SecurityReading& reading) {
  std::string all;
  for (const SettingMistake& mistake : reading.mistakes) {
    all += mistake.written + ": " + mistake.what + "\n";
  }
  return all;
}

SecurityOptions MustReadPairs(const Pairs& pairs) {
  const SecurityReading reading = Read(pairs);
  CAPTURE(Told(reading));
  REQUIRE(reading.mistakes.empty());
  return reading.options;
}

Pairs With(Pairs pairs, const Pairs& more) {
  pairs.insert(pairs.end(), more.begin(), more.end());
  return pairs;
}

const Pairs kScram{{"security.protocol", "SASL_SSL"},
                   {"sasl.mechanism", "SCRAM-SHA-512"},
                   {"sasl.username", "klaxon"},
                   {"sasl.password", "hunter2"}};
const Pairs kOidc{{"security.protocol", "SASL_SSL"},
                  {"sasl.mechanism", "OAUTHBEARER"},
                  {"sasl.oauthbearer.token.endpoint.url", "https://login/token"},
                  {"sasl.oauthbearer.client.id", "klaxon"},
                  {"sasl.oauthbearer.client.secret", "hunter2"}};

TEST_CASE("no option at all is a plain connection", "[security]") {
  CHECK(MustReadPairs({}) == SecurityOptions{});
  CHECK(MustReadPairs({{"sasl.username", ""}}) == SecurityOptions{});
}

TEST_CASE("every option of TLS arrives", "[security]") {
  const SecurityOptions options =
      MustReadPairs({{"security.protocol", "ssl"},
                     {"ssl.ca.location", "/ca.p12"},
                     {"ssl.ca.password", "a"},
                     {"ssl.certificate.location", "/me.pem"},
                     {"ssl.key.location", "/me.key"},
                     {"ssl.key.password", "b"},
                     {"ssl.endpoint.identification.algorithm", "none"},
                     {"enable.ssl.certificate.verification", "false"},
                     {"ssl.cipher.suites", "ECDHE-RSA-AES128-GCM-SHA256"},
                     {"ssl.min.version", "TLSv1.3"}});
  CHECK(options.protocol == SecurityProtocol::kSsl);
  CHECK(options.tls.trust == tls::Store{.location = "/ca.p12", .password = Secret("a")});
  CHECK(options.tls.certificate == tls::Store{.location = "/me.pem"});
  CHECK(options.tls.key == tls::Store{.location = "/me.key", .password = Secret("b")});
  CHECK_FALSE(options.tls.verify);
  CHECK_FALSE(options.tls.verify_host_name);
  CHECK(options.tls.min_version == tls::Version::kTls13);
  CHECK(options.tls.cipher_suites == "ECDHE-RSA-AES128-GCM-SHA256");
}

TEST_CASE("certificates and keys may be written out, or be one PKCS#12", "[security]") {
  const SecurityOptions written = MustReadPairs({{"security.protocol", "SSL"},
                                                 {"ssl.ca.pem", "A"},
                                                 {"ssl.certificate.pem", "B"},
                                                 {"ssl.key.pem", "C"}});
  CHECK(written.tls.trust == tls::Store{.pem = Secret("A")});
  CHECK(written.tls.certificate == tls::Store{.pem = Secret("B")});
  CHECK(written.tls.key == tls::Store{.pem = Secret("C")});
  const SecurityOptions store = MustReadPairs({{"security.protocol", "SSL"},
                                               {"ssl.keystore.location", "/me.p12"},
                                               {"ssl.keystore.password", "a"}});
  CHECK(store.tls.certificate == tls::Store{.location = "/me.p12", .password = Secret("a")});
  CHECK(store.tls.key.empty());
}

TEST_CASE("the password of a key inside the certificate's file goes with that file", "[security]") {
  const SecurityOptions options = MustReadPairs({{"security.protocol", "SSL"},
                                                 {"ssl.certificate.location", "/both.pem"},
                                                 {"ssl.key.password", "a"}});
  CHECK(options.tls.certificate == tls::Store{.location = "/both.pem", .password = Secret("a")});
  CHECK(options.tls.key == tls::Store{});
}

TEST_CASE("a login by user and password arrives, by either name of its mechanism", "[security]") {
  const SecurityOptions options = MustReadPairs(kScram);
  CHECK(options.protocol == SecurityProtocol::kSaslSsl);
  CHECK(options.mechanism == SaslMechanism::kScramSha512);
  CHECK(options.username == "klaxon");
  CHECK(options.password == Secret("hunter2"));
  for (const auto& [name, mechanism] :
       {std::pair("PLAIN", SaslMechanism::kPlain), std::pair("plain", SaslMechanism::kPlain),
        std::pair("SCRAM-SHA-256", SaslMechanism::kScramSha256)}) {
    const SecurityOptions other = MustReadPairs({{"security.protocol", "sasl_plaintext"},
                                                 {"sasl.mechanisms", name},
                                                 {"sasl.username", "u"},
                                                 {"sasl.password", "p"}});
    CHECK(other.protocol == SecurityProtocol::kSaslPlaintext);
    CHECK(other.mechanism == mechanism);
  }
}

TEST_CASE("tokens come from an endpoint, a file, or are written", "[security]") {
  const SecurityOptions oidc = MustReadPairs(
      With(kOidc, {{"sasl.oauthbearer.method", "oidc"},
                   {"sasl.oauthbearer.scope", "kafka"},
                   {"sasl.oauthbearer.extensions", "logicalCluster=lkc-1,poolId=pool-1"},
                   {"https.ca.location", "/idp.pem"}}));
  CHECK(oidc.mechanism == SaslMechanism::kOAuthBearer);
  CHECK(oidc.oauth.token_endpoint_url == "https://login/token");
  CHECK(oidc.oauth.client_id == "klaxon");
  CHECK(oidc.oauth.client_secret == Secret("hunter2"));
  CHECK(oidc.oauth.scope == "kafka");
  CHECK(oidc.oauth.extensions == "logicalCluster=lkc-1,poolId=pool-1");
  CHECK(oidc.oauth.endpoint.trust.location == "/idp.pem");
  const Pairs base{{"security.protocol", "SASL_SSL"}, {"sasl.mechanism", "OAUTHBEARER"}};
  CHECK(MustReadPairs(With(base, {{"sasl.oauthbearer.token", "abc"}})).oauth.token ==
        Secret("abc"));
  CHECK(MustReadPairs(With(base, {{"sasl.oauthbearer.token_file", "/token"}})).oauth.token_file ==
        "/token");
}

TEST_CASE("each mistake in the security options is told at its key, with what to do",
          "[security]") {
  struct Case {
    Pairs pairs;
    std::string told;
  };

  const Pairs ssl{{"security.protocol", "SSL"}};
  const Pairs sasl{{"security.protocol", "SASL_SSL"}};
  const Pairs oauth = With(sasl, {{"sasl.mechanism", "OAUTHBEARER"}});
  const std::vector<Case> cases{
      {{{"security.protocol", "TLS"}},
       "security.protocol: expected one of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL\n"},
      {With(sasl, {{"sasl.mechanism", "SCRAM"}}),
       "sasl.mechanism: expected one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER\n"},
      {With(sasl, {{"sasl.mechanism", "GSSAPI"}}),
       "sasl.mechanism: Kerberos is not supported; use a listener with SCRAM-SHA-512, OAUTHBEARER "
       "or client certificates\n"},
      {With(sasl, {{"sasl.mechanism", "AWS_MSK_IAM"}}),
       "sasl.mechanism: MSK IAM is not supported; switch on SASL/SCRAM or client certificates for "
       "the MSK cluster and use their port\n"},
      {sasl,
       "security.protocol: SASL_SSL needs sasl.mechanism: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or "
       "OAUTHBEARER (without it other clients use Kerberos, which is not supported)\n"},
      {With(sasl, {{"sasl.mechanism", "PLAIN"}}),
       "sasl.mechanism: PLAIN needs sasl.username\nsasl.mechanism: PLAIN needs sasl.password\n"},
      {With(sasl, {{"sasl.mechanisms", "PLAIN"}, {"sasl.username", "u"}}),
       "sasl.mechanisms: PLAIN needs sasl.password\n"},
      {{{"ssl.ca.location", "/ca"}},
       "ssl.ca.location: is not used with security.protocol PLAINTEXT; set that to SSL or "
       "SASL_SSL\n"},
      {{{"security.protocol", "SASL_PLAINTEXT"},
        {"sasl.mechanism", "PLAIN"},
        {"sasl.username", "u"},
        {"sasl.password", "p"},
        {"ssl.key.pem", "k"}},
       "ssl.key.pem: is not used with security.protocol SASL_PLAINTEXT; set that to SSL or "
       "SASL_SSL\n"},
      {With(ssl, {{"sasl.username", "u"}}),
       "sasl.username: is not used with security.protocol SSL; set that to SASL_SSL or "
       "SASL_PLAINTEXT\n"},
      {With(kScram, {{"sasl.oauthbearer.scope", "s"}}),
       "sasl.oauthbearer.scope: is not used with sasl.mechanism SCRAM-SHA-512; only with "
       "OAUTHBEARER\n"},
      {With(kOidc, {{"sasl.username", "u"}}),
       "sasl.username: is not used with sasl.mechanism OAUTHBEARER\n"},
      {With(oauth, {{"sasl.oauthbearer.token", "t"}, {"sasl.oauthbearer.client.id", "c"}}),
       "sasl.oauthbearer.client.id: is not used without sasl.oauthbearer.token.endpoint.url\n"},
      {oauth,
       "sasl.mechanism: OAUTHBEARER needs one of sasl.oauthbearer.token.endpoint.url, "
       "sasl.oauthbearer.token_file and sasl.oauthbearer.token\n"},
      {With(kOidc, {{"sasl.oauthbearer.token", "t"}}),
       "sasl.mechanism: OAUTHBEARER takes tokens from one place; give one of "
       "sasl.oauthbearer.token.endpoint.url, sasl.oauthbearer.token_file and "
       "sasl.oauthbearer.token\n"},
      {With(oauth, {{"sasl.oauthbearer.token.endpoint.url", "https://login/"}}),
       "sasl.oauthbearer.token.endpoint.url: needs sasl.oauthbearer.client.id and "
       "sasl.oauthbearer.client.secret\n"},
      {With(kOidc, {{"sasl.oauthbearer.method", "default"}}),
       "sasl.oauthbearer.method: a token endpoint is method oidc\n"},
      {With(kOidc, {{"sasl.oauthbearer.token.endpoint.url", "login.example.org"}}),
       "sasl.oauthbearer.token.endpoint.url: expected an address such as "
       "https://login.example.org/oauth2/token\n"},
      {With(kOidc, {{"sasl.oauthbearer.extensions", "auth=x"}}),
       "sasl.oauthbearer.extensions: expected extensions such as "
       "logicalCluster=lkc-1,identityPoolId=pool-1\n"},
      {With(oauth, {{"sasl.oauthbearer.token", "two words"}}),
       "sasl.oauthbearer.token: is no token: it has blanks, line ends or letters beyond ASCII\n"},
      {With(ssl, {{"ssl.ca.location", "/ca"}, {"ssl.ca.pem", "x"}}),
       "ssl.ca.pem: give ssl.ca.location or ssl.ca.pem, not both\n"},
      {With(ssl, {{"ssl.keystore.location", "/a"}, {"ssl.certificate.pem", "x"}}),
       "ssl.certificate.pem: give ssl.keystore.location or ssl.certificate.pem, not both\n"},
      {With(ssl, {{"ssl.key.location", "/k"}}),
       "ssl.key.location: is a key without its certificate; give ssl.certificate.location as "
       "well\n"},
      {With(ssl, {{"ssl.endpoint.identification.algorithm", "ldaps"}}),
       "ssl.endpoint.identification.algorithm: expected one of https, none\n"},
      {With(ssl, {{"enable.ssl.certificate.verification", "no"}}),
       "enable.ssl.certificate.verification: expected one of true, false\n"},
      {With(ssl, {{"ssl.min.version", "TLSv1"}}),
       "ssl.min.version: expected one of TLSv1.2, TLSv1.3\n"},
      {With(kScram, {{"sasl.mechanisms", "SCRAM-SHA-512"}}),
       "sasl.mechanisms: give sasl.mechanism or sasl.mechanisms, not both\n"},
      {With(kScram, {{"sasl.password", std::string("a\0b", 3)}}),
       "sasl.password: must not hold a NUL character\n"},
  };
  for (const Case& each : cases) {
    const SecurityReading reading = Read(each.pairs);
    CHECK(Told(reading) == each.told);
    for (const SettingMistake& mistake : reading.mistakes) {
      CHECK_FALSE((mistake.kind == SettingMistake::Kind::kWrongValue &&
                   mistake.written.find("password") != std::string::npos));
    }
  }
}

TEST_CASE("all mistakes in the security options are told at once", "[security]") {
  const SecurityReading reading = Read({{"security.protocol", "SASL_SSL"},
                                        {"sasl.mechanism", "PLAIN"},
                                        {"sasl.username", "u"},
                                        {"sasl.oauthbearer.scope", "s"},
                                        {"ssl.min.version", "SSLv3"},
                                        {"ssl.key.location", "/k"}});
  CHECK(reading.mistakes.size() == 4);
}

TEST_CASE("every key of a secured connection is there once", "[security]") {
  std::set<std::string_view> names;
  for (const SecurityKey& key : SecurityKeys()) {
    CHECK(names.insert(key.name).second);
  }
  CHECK(names.contains("sasl.password"));
}

}  // namespace
}  // namespace klaxon::kafka
