// A simulated cluster that wants TLS and a login, from the side of our client and of librdkafka:
// the latter so that what client and simulator both have wrong cannot pass.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <librdkafka/rdkafka.h>

#include "agent/kafka/wire/client.h"
#include "agent/kafka/wire/messages/metadata.h"
#include "tests/simulator/small_cluster.h"
#include "tests/support/certificates.h"

namespace klaxon::simulator {
namespace {

using kafka::SaslMechanism;
using kafka::SecurityProtocol;
using testing::CertificateAuthority;
using testing::IssuedCertificate;

/// A cluster of three brokers behind TLS and every mechanism.
struct Guarded {
  CertificateAuthority authority{};
  SystemClock clock{};
  std::unique_ptr<Cluster> cluster{};

  explicit Guarded(bool tls, Duration session = {}) {
    ClusterSpec spec = SmallSpec(3);
    const IssuedCertificate issued = authority.Issue({});
    if (tls) spec.tls.certificate.pem = Secret(issued.certificate + issued.key);
    spec.login = {.mechanisms = {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"},
                  .users = {{"alice", "alice-s3cret"}, {"a,b=c", "other-s3cret"}},
                  .session = session};
    auto started = Cluster::Start(spec, clock);
    REQUIRE(started);
    cluster = std::move(*started);
  }

  kafka::wire::ClientOptions Options(SaslMechanism mechanism, bool tls) const {
    kafka::wire::ClientOptions options{.cluster = "test", .bootstrap = cluster->bootstrap()};
    options.security = {
        .protocol = tls ? SecurityProtocol::kSaslSsl : SecurityProtocol::kSaslPlaintext,
        .tls = {.trust = {.pem = Secret(authority.certificate())}},
        .mechanism = mechanism,
        .username = "alice",
        .password = Secret("alice-s3cret")};
    return options;
  }

  /// One Metadata request: how many brokers there are, or the error.
  Result<size_t> Ask(kafka::wire::Client& client) {
    kafka::CallOf<kafka::wire::MetadataRequest> call(kafka::kAnyBroker, {});
    kafka::Call* const calls[] = {&call};
    client.Exchange(calls, clock.Now().mono + std::chrono::seconds{10}, {});
    if (!call.response()) return call.response().error();
    return call.response()->brokers.size();
  }
};

TEST_CASE("our client logs in to a simulated cluster by every mechanism", "[simulator]") {
  for (const bool tls : {false, true}) {
    Guarded guarded(tls);
    for (const SaslMechanism mechanism :
         {SaslMechanism::kPlain, SaslMechanism::kScramSha256, SaslMechanism::kScramSha512}) {
      INFO("mechanism " << static_cast<int>(mechanism) << (tls ? " over TLS" : ""));
      kafka::wire::Client client(guarded.Options(mechanism, tls), guarded.clock);
      const auto brokers = guarded.Ask(client);
      INFO((brokers ? "" : brokers.error().message()));
      REQUIRE(brokers);
      CHECK(*brokers == 3);
    }
    auto options = guarded.Options(SaslMechanism::kPlain, tls);
    options.security.password = Secret("wr0ng-s3cret");
    kafka::wire::Client stranger(options, guarded.clock);
    CHECK(guarded.Ask(stranger).error().reason() == Reason::kUnauthorized);
    options.security.protocol = tls ? SecurityProtocol::kSsl : SecurityProtocol::kPlaintext;
    kafka::wire::Client nobody(options, guarded.clock);
    CHECK(guarded.Ask(nobody).error().reason() == Reason::kUnreachable);
  }
}

TEST_CASE("a simulated session ends, and is prolonged by a new login", "[simulator]") {
  Guarded guarded(true, std::chrono::milliseconds{1000});
  kafka::wire::Client client(guarded.Options(SaslMechanism::kScramSha256, true), guarded.clock);
  CHECK(Eventually([&] {
    CHECK(guarded.Ask(client));
    return guarded.cluster->Logins() >= 3;
  }));
  CHECK(guarded.cluster->OpenConnections() == 1);
}

/// What librdkafka sees: the count of brokers, or 0 when it cannot log in within five seconds.
int BrokersSeenByRdkafka(const Guarded& guarded, std::map<std::string, std::string> settings) {
  std::string bootstrap;
  for (const HostPort& address : guarded.cluster->bootstrap())
    bootstrap += ToString(address) + ",";
  settings["bootstrap.servers"] = bootstrap;
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set_log_cb(conf, [](const rd_kafka_t*, int, const char*, const char*) {});
  char error[512] = "";
  for (const auto& [key, value] : settings) {
    const auto set = rd_kafka_conf_set(conf, key.c_str(), value.c_str(), error, sizeof(error));
    INFO(error);
    REQUIRE(set == RD_KAFKA_CONF_OK);
  }
  const std::unique_ptr<rd_kafka_t, void (*)(rd_kafka_t*)> handle(
      rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof(error)), rd_kafka_destroy);
  INFO(error);
  REQUIRE(handle);
  const struct rd_kafka_metadata* metadata = nullptr;
  const auto outcome = rd_kafka_metadata(handle.get(), 1, nullptr, &metadata, 5'000);
  if (outcome != RD_KAFKA_RESP_ERR_NO_ERROR) return 0;
  const int brokers = metadata->broker_cnt;
  rd_kafka_metadata_destroy(metadata);
  return brokers;
}

TEST_CASE("librdkafka logs in to a simulated cluster by every mechanism", "[simulator]") {
  for (const bool tls : {false, true}) {
    const Guarded guarded(tls);
    std::map<std::string, std::string> settings{
        {"security.protocol", tls ? "sasl_ssl" : "sasl_plaintext"}};
    if (tls) settings["ssl.ca.pem"] = guarded.authority.certificate();
    for (const std::string mechanism : {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"}) {
      for (const auto& [user, password] : std::map<std::string, std::string>{
               {"alice", "alice-s3cret"}, {"a,b=c", "other-s3cret"}}) {
        INFO(mechanism << " as " << user << (tls ? " over TLS" : ""));
        settings["sasl.mechanism"] = mechanism;
        settings["sasl.username"] = user;
        settings["sasl.password"] = password;
        CHECK(BrokersSeenByRdkafka(guarded, settings) == 3);
      }
    }
  }
}

}  // namespace
}  // namespace klaxon::simulator
