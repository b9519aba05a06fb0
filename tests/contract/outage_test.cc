// A start while everything is down: what never answered is told as such, not left out.

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/analysis/advance.h"
#include "agent/metrics/writer.h"
#include "tests/contract/hostile_server.h"
#include "tests/contract/subjects.h"
#include "tests/metrics/recording_writer.h"

namespace klaxon {
namespace {

using testing::HostileServer;
using testing::Subject;
using Peer = HostileServer::Peer;
using Series = std::map<std::string, double>;

struct Outage {
  const char* name;
  HostileServer::Script script;  ///< none: nobody listens
  std::string proxy_state;
  std::string node_state;  ///< of registries and ZooKeeper; ZooKeeper is not asked over HTTP
};

/// What belongs to the configuration of one node, of every kind of source, after the first poll.
Series ExpectedOf(const std::string& kind, const std::string& address, const Outage& outage) {
  const std::string url = "http://" + address;
  if (kind == "connect") {
    return {{"kafka_connect_up{cluster=main,connect=,worker=" + url + "}", 0}};
  }
  if (kind == "rest_proxy") {
    const std::string node = "{cluster=main,proxy=,node=" + url;
    return {{"kafka_rest_proxy_up" + node + "}", 0},
            {"kafka_rest_proxy_node_state" + node + ",state=" + outage.proxy_state + "}", 1},
            {"kafka_rest_proxy_node_state" + node + ",state=serving}", 0}};
  }
  if (kind == "schema_registry") {
    const std::string node = "{cluster=main,registry=,node=" + url;
    return {{"kafka_schema_registry_up" + node + "}", 0},
            {"kafka_schema_registry_node_state" + node + ",state=" + outage.node_state + "}", 1},
            {"kafka_schema_registry_node_state" + node + ",state=serving}", 0}};
  }
  if (kind == "zookeeper" && outage.node_state == "unreachable") {
    const std::string server = "{cluster=main,server=" + address;
    return {{"zookeeper_server_alive" + server + "}", 0},
            {"zookeeper_server_state" + server + ",state=unreachable}", 1},
            {"zookeeper_server_state" + server + ",state=serving}", 0}};
  }
  return {};
}

/// All series of the source after its first poll, those about the polling left out.
Series SeriesOf(const Subject& subject, uint16_t port) {
  SystemClock clock;
  const std::unique_ptr<http::HttpClient> http = http::MakeHttpClient();
  const std::unique_ptr<Collector> collector = subject.make(port, clock, *http);
  const MonoTime began = clock.Now().mono;
  Section section{.cluster = "main", .collector = subject.name};
  section.facts = collector
                      ->Poll({.clock = clock,
                              .interval = testing::kInterval,
                              .deadline = began + testing::kInterval,
                              .stop = {}})
                      .facts;
  const View view = analysis::Advance({}, {std::make_shared<const Section>(section)}, clock.Now());
  testing::RecordingWriter out;
  for (const metrics::Table table : {metrics::ConnectTable(), metrics::SchemaRegistryTable(),
                                     metrics::RestProxyTable(), metrics::ZookeeperTable()}) {
    metrics::Emit(table, view, out);
  }
  return out.samples();
}

TEST_CASE("what never answered since the start is told as down", "[contract]") {
  const std::vector<Outage> outages{
      {"refuses connections", nullptr, "unreachable", "unreachable"},
      {"is silent", [](Peer& peer) { peer.Hang(); }, "hanging", "unreachable"},
      {"answers 500",
       testing::Reply(testing::Http("500 Internal Server Error", "application/json", "{}")),
       "failing", "not_serving"},
  };
  for (const Outage& outage : outages) {
    for (const Subject& subject : testing::Subjects()) {
      INFO(subject.name << " starts with a server that " << outage.name);
      const HostileServer::Script none = [](Peer&) {};
      auto server = std::make_unique<HostileServer>(outage.script ? outage.script : none);
      const uint16_t port = server->port();
      if (!outage.script) {
        server.reset();
      }
      const Series series = SeriesOf(subject, port);
      const std::string address = "127.0.0.1:" + std::to_string(port);
      for (const auto& [name, value] : ExpectedOf(subject.name, address, outage)) {
        CAPTURE(name);
        const auto found = series.find(name);
        CHECK((found != series.end() && found->second == value));
      }
      if (subject.polled != nullptr) {
        for (const char* const family : {"kafka_connect_connectors", "kafka_rest_proxy_topics",
                                         "kafka_schema_registry_subjects", "zookeeper_znodes"}) {
          const auto at = series.lower_bound(family);
          CHECK((at == series.end() || !at->first.starts_with(std::string(family) + "{")));
        }
      }
    }
  }
}

}  // namespace
}  // namespace klaxon
