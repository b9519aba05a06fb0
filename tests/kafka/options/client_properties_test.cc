#include "agent/kafka/client_properties.h"

#include <catch2/catch_test_macros.hpp>

#include "agent/kafka/java_client_keys.h"

namespace klaxon::kafka {
namespace {

/// No file is looked at.
ClientProperties Read(const std::string& text, const std::string& first_bytes = "") {
  return ReadClientProperties(text, [&](const std::string&) { return first_bytes; });
}

std::string Told(const ClientProperties& read) {
  std::string all;
  for (const PropertiesMistake& mistake : read.mistakes) {
    all += std::to_string(mistake.line) + ": " + mistake.what + "\n";
  }
  return all;
}

SecurityOptions MustRead(const std::string& text) {
  const ClientProperties read = Read(text);
  CAPTURE(Told(read));
  REQUIRE(read.mistakes.empty());
  return read.security;
}

TEST_CASE("a Java client's file for SCRAM over TLS is read", "[properties]") {
  const ClientProperties read = Read(R"(# Kafka's own tools read this too
bootstrap.servers=kafka-1:9093,kafka-2:9093
client.id=ops
security.protocol=SASL_SSL
sasl.mechanism=SCRAM-SHA-512
sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required \
  username="klaxon" \
  password="hunter\\"2";
ssl.truststore.location=/etc/kafka/ca.p12
ssl.truststore.password=changeit
ssl.truststore.type=PKCS12
)");
  CHECK(Told(read).empty());
  CHECK(read.without_effect.empty());
  CHECK(read.bootstrap_servers == "kafka-1:9093,kafka-2:9093");
  CHECK(read.client_id == "ops");
  CHECK(read.security.protocol == SecurityProtocol::kSaslSsl);
  CHECK(read.security.mechanism == SaslMechanism::kScramSha512);
  CHECK(read.security.username == "klaxon");
  CHECK(read.security.password == Secret("hunter\"2"));
  CHECK(read.security.tls.trust ==
        tls::Store{.location = "/etc/kafka/ca.p12", .password = Secret("changeit")});
  CHECK(read.security.tls.verify_host_name);
}

TEST_CASE("a managed service's file for PLAIN is read", "[properties]") {
  const SecurityOptions options = MustRead(
      "security.protocol=SASL_SSL\n"
      "sasl.mechanism=PLAIN\n"
      "sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule   required "
      "username='KEY' password='SECRET';\n"
      "client.dns.lookup=use_all_dns_ips\nsession.timeout.ms=45000\nacks=all\n");
  CHECK(options.mechanism == SaslMechanism::kPlain);
  CHECK(options.username == "KEY");
  CHECK(options.password == Secret("SECRET"));
  CHECK(options.tls == tls::ClientOptions{});
}

TEST_CASE("client certificates are read as PKCS#12, as a PEM file and written out",
          "[properties]") {
  const SecurityOptions store = MustRead(
      "security.protocol=SSL\nssl.keystore.type=pkcs12\nssl.keystore.location=/me.p12\n"
      "ssl.keystore.password=a\nssl.key.password=a\nssl.truststore.location=/ca.jks\n");
  CHECK(store.tls.certificate == tls::Store{.location = "/me.p12", .password = Secret("a")});
  CHECK(store.tls.key == tls::Store{});
  const SecurityOptions file = MustRead(
      "security.protocol=SSL\nssl.keystore.type=PEM\nssl.keystore.location=/me.pem\n"
      "ssl.key.password=b\nssl.truststore.type=pem\nssl.truststore.location=/ca.pem\n");
  CHECK(file.tls.certificate == tls::Store{.location = "/me.pem", .password = Secret("b")});
  CHECK(file.tls.trust == tls::Store{.location = "/ca.pem"});
  const SecurityOptions written = MustRead(
      "security.protocol=SSL\nssl.keystore.type=PEM\n"
      "ssl.keystore.certificate.chain=-----BEGIN CERTIFICATE----- \\\n  AAA \\\n"
      "  -----END CERTIFICATE-----\n"
      "ssl.keystore.key=K\nssl.key.password=c\nssl.truststore.type=PEM\n"
      "ssl.truststore.certificates=C\n");
  CHECK(written.tls.certificate ==
        tls::Store{.pem = Secret("-----BEGIN CERTIFICATE-----\nAAA\n-----END CERTIFICATE-----\n")});
  CHECK(written.tls.key == tls::Store{.pem = Secret("K"), .password = Secret("c")});
  CHECK(written.tls.trust == tls::Store{.pem = Secret("C")});
}

TEST_CASE("the oldest of the enabled versions of TLS is the least", "[properties]") {
  const auto least = [](const std::string& versions) {
    return MustRead("security.protocol=SSL\nssl.enabled.protocols=" + versions).tls.min_version;
  };
  CHECK(least("TLSv1.2,TLSv1.3") == tls::Version::kTls12);
  CHECK(least("TLSv1.3") == tls::Version::kTls13);
  CHECK(least("TLSv1, TLSv1.1, TLSv1.2") == tls::Version::kTls12);
  // With this alone Java goes on speaking 1.2.
  CHECK(MustRead("security.protocol=SSL\nssl.protocol=TLSv1.3\n").tls.min_version ==
        tls::Version::kTls12);
}

TEST_CASE("an empty algorithm switches the check of host names off", "[properties]") {
  CHECK_FALSE(MustRead("security.protocol=SSL\nssl.endpoint.identification.algorithm=\n")
                  .tls.verify_host_name);
  CHECK(MustRead("security.protocol=SSL\nssl.endpoint.identification.algorithm=https\n")
            .tls.verify_host_name);
}

TEST_CASE("OIDC is read from JAAS and from the newer keys", "[properties]") {
  const std::string base =
      "security.protocol=SASL_SSL\nsasl.mechanism=OAUTHBEARER\n"
      "sasl.oauthbearer.token.endpoint.url=https://login/token\n"
      "sasl.login.callback.handler.class=org.apache.kafka.common.security.oauthbearer."
      "OAuthBearerLoginCallbackHandler\n";
  const SecurityOptions jaas = MustRead(
      base +
      "sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule "
      "required clientId=\"id\" clientSecret=\"secret\" scope=\"kafka\" "
      "extension_logicalCluster=\"lkc-1\" extension_identityPoolId=\"pool-1\" "
      "ssl.truststore.location=\"/idp.p12\" ssl.truststore.password=\"pw\";\n");
  CHECK(jaas.oauth.client_id == "id");
  CHECK(jaas.oauth.client_secret == Secret("secret"));
  CHECK(jaas.oauth.scope == "kafka");
  CHECK(jaas.oauth.extensions == "logicalCluster=lkc-1,identityPoolId=pool-1");
  CHECK(jaas.oauth.endpoint.trust == tls::Store{.location = "/idp.p12", .password = Secret("pw")});
  const SecurityOptions keys = MustRead(
      base + "sasl.jaas.config=a.OAuthBearerLoginModule required;\n" +
      "sasl.oauthbearer.client.credentials.client.id=id\n"
      "sasl.oauthbearer.client.credentials.client.secret=secret\nsasl.oauthbearer.scope=kafka\n");
  CHECK(keys.oauth.client_id == "id");
  CHECK(keys.oauth.client_secret == Secret("secret"));
  CHECK(keys.oauth.scope == "kafka");
}

TEST_CASE("keys without effect are named with the reason, not refused", "[properties]") {
  const ClientProperties read = Read(
      "acks=all\nretries=3\nsasl.mechansim=PLAIN\nmy.own=1\nssl.truststore.location=/ca\n"
      "confluent.metrics.x=1\n");
  CHECK(Told(read).empty());
  CHECK(read.without_effect ==
        "ssl.truststore.location (is not used with security.protocol PLAINTEXT; set that to SSL or "
        "SASL_SSL); acks, retries, confluent.metrics.x (of no use to Klaxon); my.own (unknown); "
        "sasl.mechansim (unknown; did you mean sasl.mechanism?)");
}

TEST_CASE("each mistake in a Java client's file is told with its line", "[properties]") {
  struct Case {
    std::string text;
    std::string told;
    std::string first_bytes = "";
  };

  const std::string plain = "security.protocol=SASL_SSL\nsasl.mechanism=PLAIN\nsasl.jaas.config=";
  const std::vector<Case> cases{
      {"security.protocol=TLS",
       "1: security.protocol: expected one of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL, found "
       "\"TLS\"\n"},
      {"\n\nsecurity.protocol=SASL_SSL",
       "3: security.protocol: SASL_SSL needs sasl.mechanism: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 "
       "or OAUTHBEARER (without it other clients use Kerberos, which is not supported)\n"},
      {"security.protocol=SASL_SSL\nsasl.mechanism=PLAIN",
       "2: sasl.mechanism: PLAIN needs sasl.jaas.config with a login module, a username and a "
       "password\n"},
      {plain + "a.PlainLoginModule required username=\"u\";",
       "3: sasl.jaas.config: PlainLoginModule needs password=\"...\"\n"},
      {plain + "a.PlainLoginModule required password=\"hunter2;",
       "3: sasl.jaas.config: a quote without its end; expected ...LoginModule required "
       "name=\"value\" ... ;\n"},
      {plain + "a.ScramLoginModule required username=\"u\" password=\"hunter2\";",
       "3: sasl.jaas.config: ScramLoginModule does not fit sasl.mechanism PLAIN\n"},
      {plain + "com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true;",
       "3: sasl.jaas.config: Kerberos is not supported; use a listener with SCRAM-SHA-512, "
       "OAUTHBEARER or client certificates\n"},
      {plain + "org.acme.MagicLoginModule required;",
       "3: sasl.jaas.config: expected PlainLoginModule, ScramLoginModule or "
       "OAuthBearerLoginModule, found \"MagicLoginModule\"\n"},
      {"security.protocol=SASL_SSL\nsasl.mechanism=AWS_MSK_IAM\n"
       "sasl.jaas.config=software.amazon.msk.auth.iam.IAMLoginModule required;",
       "2: sasl.mechanism: MSK IAM is not supported; switch on SASL/SCRAM or client certificates "
       "for the MSK cluster and use their port, found \"AWS_MSK_IAM\"\n"
       "3: sasl.jaas.config: MSK IAM is not supported; switch on SASL/SCRAM or client certificates "
       "for the MSK cluster and use their port\n"},
      {"security.protocol=SASL_SSL\nsasl.mechanism=OAUTHBEARER\n"
       "sasl.jaas.config=a.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub=\"a\";",
       "3: sasl.jaas.config: unsigned tokens (unsecuredLogin...) are not made; use a token "
       "endpoint, or a token in a file by sasl.oauthbearer.token_file in Klaxon's own "
       "configuration\n"},
      {"security.protocol=SSL\nssl.truststore.location=/ca.jks\nssl.truststore.type=JKS",
       "2: ssl.truststore.location: /ca.jks is a Java key store (JKS), which is not read here; "
       "convert it: keytool -importkeystore -srckeystore /ca.jks -destkeystore /ca.jks.p12 "
       "-deststoretype PKCS12\n",
       "\xFE\xED\xFE\xED"},
      {"security.protocol=SSL\nssl.truststore.location=/ca.jks\nssl.truststore.type=jks",
       "2: ssl.truststore.location: /ca.jks is a Java key store (JKS), which is not read here; "
       "convert it: keytool -importkeystore -srckeystore /ca.jks -destkeystore /ca.jks.p12 "
       "-deststoretype PKCS12\n",
       "\xFE\xED\xFE\xED"},
      {"security.protocol=SSL\nssl.keystore.type=BCFKS",
       "2: ssl.keystore.type: expected PKCS12 or PEM, found \"BCFKS\"\n"},
      {"security.protocol=SSL\nssl.enabled.protocols=TLSv1,TLSv1.1",
       "2: ssl.enabled.protocols: has neither TLSv1.2 nor TLSv1.3; older versions are not "
       "spoken\n"},
      {"config.providers=file\nclient.id=a$b\nssl.truststore.password=${file:/hunter2:x}",
       "3: ssl.truststore.password: comes from a config provider (\"${...}\"), which is not "
       "supported; write the value, or give Klaxon a configuration of its own\n"},
      {"a=\\u12\nsecurity.protocol=X",
       "1: \\u needs four hexadecimal digits; write \\\\ for a plain \\\n"
       "2: security.protocol: expected one of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL, found "
       "\"X\"\n"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.text);
    const ClientProperties read = Read(each.text, each.first_bytes);
    CHECK(Told(read) == each.told);
    CHECK((Told(read) + read.without_effect).find("hunter2") == std::string::npos);
  }
}

TEST_CASE("keys of Java clients are told from unknown ones", "[properties]") {
  CHECK(JavaClientKeys().size() > 100);
  CHECK(IsJavaClientKey("metadata.recovery.strategy"));
  CHECK(IsJavaClientKey("metrics.context.x"));
  CHECK_FALSE(IsJavaClientKey("sasl.mechansim"));
}

}  // namespace
}  // namespace klaxon::kafka
