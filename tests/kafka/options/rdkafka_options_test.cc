#include "agent/kafka/rdkafka_options.h"

#include <array>

#include <catch2/catch_test_macros.hpp>
#include <librdkafka/rdkafka.h>

#include "tests/support/certificates.h"

namespace klaxon::kafka {
namespace {

/// me.pem holds a certificate and its key, me.p12 too, ca.p12 an authority.
class Stores {
 public:
  Stores() {
    const testing::CertificateAuthority authority;
    const testing::IssuedCertificate me = authority.Issue({});
    folder_.Write("me.pem", me.certificate + me.key);
    folder_.Write("me.p12", testing::Pkcs12(me.certificate, me.key, "secret"));
    folder_.Write("ca.p12", testing::Pkcs12(authority.certificate(), "", "secret"));
  }

  std::string Path(const std::string& name) const { return folder_.Path(name); }

 private:
  testing::ScratchFolder folder_;
};

/// What librdkafka says to the options: it reads every store when a handle is made. Empty: nothing.
std::string MakeHandle(const std::vector<RdkafkaOption>& options) {
  std::array<char, 512> words{};
  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "log_level", "0", words.data(), words.size());
  for (const RdkafkaOption& option : options) {
    CAPTURE(option.key);
    if (rd_kafka_conf_set(conf, option.key.c_str(), option.value.Reveal().c_str(), words.data(),
                          words.size()) != RD_KAFKA_CONF_OK) {
      rd_kafka_conf_destroy(conf);
      return words.data();
    }
  }
  rd_kafka_t* const handle = rd_kafka_new(RD_KAFKA_CONSUMER, conf, words.data(), words.size());
  if (handle == nullptr) {
    rd_kafka_conf_destroy(conf);
    return words.data();
  }
  rd_kafka_destroy(handle);
  return "";
}

std::string ValueOf(const std::vector<RdkafkaOption>& options, const std::string& key) {
  for (const RdkafkaOption& option : options) {
    if (option.key == key) {
      return option.value.Reveal();
    }
  }
  return "";
}

TEST_CASE("librdkafka makes a handle of every kind of secured connection", "[rdkafka]") {
  const Stores stores;
  const std::string pem = stores.Path("me.pem");

  struct Case {
    std::string what;
    SecurityOptions options;
  };

  const tls::ClientOptions trusting{.trust = {.location = pem}};
  const std::vector<Case> cases{
      {"plain", {}},
      {"TLS with the system's authorities", {.protocol = SecurityProtocol::kSsl}},
      {"TLS with an own authority", {.protocol = SecurityProtocol::kSsl, .tls = trusting}},
      {"authorities in PKCS#12",
       {.protocol = SecurityProtocol::kSsl,
        .tls = {.trust = {.location = stores.Path("ca.p12"), .password = Secret("secret")}}}},
      {"a client certificate with its key in one PEM file",
       {.protocol = SecurityProtocol::kSsl,
        .tls = {.trust = {.location = pem}, .certificate = {.location = pem}}}},
      {"a client certificate and its key apart",
       {.protocol = SecurityProtocol::kSsl,
        .tls = {.certificate = {.location = pem}, .key = {.location = pem}}}},
      {"a client certificate in PKCS#12",
       {.protocol = SecurityProtocol::kSsl,
        .tls = {.certificate = {.location = stores.Path("me.p12"), .password = Secret("secret")}}}},
      {"nothing verified",
       {.protocol = SecurityProtocol::kSsl, .tls = {.verify = false, .verify_host_name = false}}},
      {"SCRAM over TLS",
       {.protocol = SecurityProtocol::kSaslSsl,
        .tls = trusting,
        .mechanism = SaslMechanism::kScramSha512,
        .username = "u",
        .password = Secret("p")}},
      {"PLAIN",
       {.protocol = SecurityProtocol::kSaslPlaintext, .username = "u", .password = Secret("p")}},
      {"OAUTHBEARER",
       {.protocol = SecurityProtocol::kSaslSsl,
        .mechanism = SaslMechanism::kOAuthBearer,
        .oauth = {.token = Secret("t")}}},
  };
  for (const Case& each : cases) {
    CAPTURE(each.what);
    const Result<std::vector<RdkafkaOption>> options = ToRdkafka(each.options);
    REQUIRE(options);
    CHECK(MakeHandle(*options).empty());
  }
}

TEST_CASE("what is wrong with a store comes out before a connection is tried", "[rdkafka]") {
  const Stores stores;
  const SecurityOptions wrong_password{
      .protocol = SecurityProtocol::kSsl,
      .tls = {.trust = {.location = stores.Path("ca.p12"), .password = Secret("hunter2")}}};
  const Result<std::vector<RdkafkaOption>> options = ToRdkafka(wrong_password);
  REQUIRE_FALSE(options);
  CHECK(options.error().message() ==
        stores.Path("ca.p12") + " cannot be read as PKCS#12; is its password right?");
  const SecurityOptions missing{.protocol = SecurityProtocol::kSsl,
                                .tls = {.trust = {.location = stores.Path("none.pem")}}};
  CHECK_FALSE(MakeHandle(*ToRdkafka(missing)).empty());
}

TEST_CASE("librdkafka is told the same as was read", "[rdkafka]") {
  const SecurityOptions options{.protocol = SecurityProtocol::kSaslSsl,
                                .tls = {.verify_host_name = false, .cipher_suites = "HIGH"},
                                .mechanism = SaslMechanism::kScramSha256,
                                .username = "klaxon",
                                .password = Secret("hunter2")};
  const Result<std::vector<RdkafkaOption>> told = ToRdkafka(options);
  REQUIRE(told);
  CHECK(ValueOf(*told, "security.protocol") == "SASL_SSL");
  CHECK(ValueOf(*told, "sasl.mechanisms") == "SCRAM-SHA-256");
  CHECK(ValueOf(*told, "sasl.username") == "klaxon");
  CHECK(ValueOf(*told, "sasl.password") == "hunter2");
  CHECK(ValueOf(*told, "ssl.endpoint.identification.algorithm") == "none");
  CHECK(ValueOf(*told, "enable.ssl.certificate.verification") == "true");
  CHECK(ValueOf(*told, "ssl.cipher.suites") == "HIGH");
}

}  // namespace
}  // namespace klaxon::kafka
