#include "tests/contract/subjects.h"

#include <catch2/catch_test_macros.hpp>

#include "agent/kafka/wire/client.h"
#include "agent/model/connect_facts.h"
#include "agent/model/rest_proxy_facts.h"
#include "agent/model/schema_registry_facts.h"
#include "agent/model/zookeeper_facts.h"
#include "collectors/connect/collector.h"
#include "collectors/kafka/collector.h"
#include "collectors/record_samples/collector.h"
#include "collectors/rest_proxy/collector.h"
#include "collectors/schema_registry/collector.h"
#include "collectors/zookeeper/collector.h"

namespace klaxon::testing {
namespace {

constexpr Duration kTimeout = std::chrono::milliseconds{500};

/// Of nodes that tell their state in `polled`; all must be known not to serve.
template <class Nodes, class Good>
size_t PolledIn(const Nodes& nodes, const Instant& now, Good good) {
  size_t polled = 0;
  for (const auto& node : nodes) {
    CHECK_FALSE(good(node));
    CHECK_FALSE(node.why.empty());
    polled += IsFresh(node.polled, now) ? 1U : 0U;
  }
  return polled;
}

size_t PolledWorkers(const Facts& facts, const Instant& now) {
  const auto& connect = dynamic_cast<const ConnectFacts&>(facts);
  CHECK(connect.listed == nullptr);
  CHECK(connect.connectors.empty());
  return PolledIn(connect.workers, now, [](const auto& worker) { return worker.alive; });
}

size_t PolledRegistries(const Facts& facts, const Instant& now) {
  const auto& registry = dynamic_cast<const SchemaRegistryFacts&>(facts);
  CHECK(registry.listed == nullptr);
  CHECK(registry.inventory == nullptr);
  return PolledIn(registry.nodes, now, [&](const auto& node) { return node.Serves(now); });
}

size_t PolledProxies(const Facts& facts, const Instant& now) {
  const auto& proxy = dynamic_cast<const RestProxyFacts&>(facts);
  return PolledIn(proxy.nodes, now, [&](const auto& node) { return node.Serves(now); });
}

size_t PolledServers(const Facts& facts, const Instant& now) {
  const auto& zookeeper = dynamic_cast<const ZookeeperFacts&>(facts);
  return PolledIn(zookeeper.servers, now, [&](const auto& server) { return server.Serves(now); });
}

std::unique_ptr<Collector> MakeKafka(uint16_t port, Clock& clock, http::HttpClient&) {
  kafka_collector::Config config;
  config.bootstrap = {{.host = "127.0.0.1", .port = port}};
  config.interval = kInterval;
  config.request_timeout = kTimeout;
  kafka::wire::ClientOptions options = kafka_collector::ClientOptionsOf(config, "main");
  return std::make_unique<kafka_collector::KafkaCollector>(
      config, std::make_unique<kafka::wire::Client>(std::move(options), clock));
}

std::unique_ptr<Collector> MakeConnect(uint16_t port, Clock&, http::HttpClient& http) {
  connect_collector::Config config;
  config.name = "etl";
  config.source.urls = {"http://127.0.0.1:" + std::to_string(port)};
  config.interval = kInterval;
  config.request_timeout = kTimeout;
  return std::make_unique<connect_collector::ConnectCollector>(config, http);
}

std::unique_ptr<Collector> MakeRegistry(uint16_t port, Clock&, http::HttpClient& http) {
  schema_registry_collector::Config config;
  config.name = "main";
  config.source.urls = {"http://127.0.0.1:" + std::to_string(port)};
  config.interval = kInterval;
  config.request_timeout = kTimeout;
  return std::make_unique<schema_registry_collector::SchemaRegistryCollector>(config, http);
}

std::unique_ptr<Collector> MakeRestProxy(uint16_t port, Clock&, http::HttpClient& http) {
  rest_proxy_collector::Config config;
  config.name = "rest";
  config.source.urls = {"http://127.0.0.1:" + std::to_string(port)};
  config.interval = kInterval;
  config.request_timeout = kTimeout;
  return std::make_unique<rest_proxy_collector::RestProxyCollector>(config, http);
}

std::unique_ptr<Collector> MakeZookeeper(uint16_t port, Clock&, http::HttpClient& http) {
  zookeeper_collector::Config config;
  config.servers = {{.host = "127.0.0.1", .port = port}};
  config.interval = kInterval;
  config.request_timeout = kTimeout;
  return std::make_unique<zookeeper_collector::ZookeeperCollector>(config, http);
}

std::unique_ptr<Collector> MakeRecordSamples(uint16_t port, Clock&, http::HttpClient&) {
  record_samples_collector::Config config;
  config.topics = {"*"};
  config.interval = kInterval;
  return std::make_unique<record_samples_collector::RecordSamplesCollector>(
      config, kafka::RecordReaderOptions{.cluster = "main",
                                         .bootstrap = {{.host = "127.0.0.1", .port = port}}});
}

}  // namespace

const std::vector<Subject>& Subjects() {
  static const std::vector<Subject> subjects = {{"kafka", MakeKafka},
                                                {"connect", MakeConnect, PolledWorkers},
                                                {"schema_registry", MakeRegistry, PolledRegistries},
                                                {"rest_proxy", MakeRestProxy, PolledProxies},
                                                {"zookeeper", MakeZookeeper, PolledServers},
                                                {"record_samples", MakeRecordSamples}};
  return subjects;
}

const Subject& ConnectSubject() {
  return Subjects()[1];
}

std::string Http(const std::string& status, const std::string& type, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\nContent-Type: " + type +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

HostileServer::Script Reply(const std::string& bytes, bool hang) {
  return [bytes, hang](HostileServer::Peer& peer) {
    while (!peer.Receive().empty() && peer.Send(bytes)) {
      if (hang) {
        peer.Hang();
      }
    }
  };
}

}  // namespace klaxon::testing
