#include <array>
#include <map>
#include <set>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "agent/metrics/writer.h"
#include "tests/metrics/estate.h"
#include "tests/metrics/recording_writer.h"

namespace klaxon::metrics {
namespace {

using std::chrono::seconds;
using Names = std::vector<std::string>;

AnswerRef Aged(Duration age) {
  return std::make_shared<const Answer>(
      Answer{.source = "topics",
             .taken_at = {.wall = {}, .mono = testing::EstateNow().mono - age},
             .good_for = seconds{30},
             .error = {}});
}

struct Proxy {
  RestProxyFacts facts{};
  RestProxyDerived derived{};
};

Proxy Healthy(EntityTable& names) {
  RestProxyNodeFacts node{.entity = names.Intern("http://a:8082")};
  node.state = RestProxyState::kServing;
  node.polled = node.listed = node.identified = node.brokers_listed = Aged(seconds{1});
  node.kind = RestProxyKind::kConfluent;
  node.api = "v2";
  node.off = {"/brokers"};
  node.latency = 0.25;
  node.topics = std::make_shared<const Names>(Names{"a", "b"});
  node.brokers = {1, 2, 3};
  Proxy proxy;
  proxy.facts.nodes = {node};
  proxy.derived.nodes = {{.same_cluster = true,
                          .missing = Names{"c"},
                          .compared = 3,
                          .missing_brokers = std::vector<int32_t>{}}};
  return proxy;
}

View ViewOf(const Proxy& proxy) {
  Section section{.cluster = "main", .collector = "rest_proxy", .instance = "rest"};
  section.facts = std::make_shared<const RestProxyFacts>(proxy.facts);
  return {.version = 1,
          .now = testing::EstateNow(),
          .parts = {{.section = std::make_shared<const Section>(section),
                     .derived = std::make_shared<const RestProxyDerived>(proxy.derived)}}};
}

std::map<std::string, double> Emitted(const View& view) {
  testing::RecordingWriter out;
  Emit(RestProxyTable(), view, out);
  CHECK(out.twice().empty());
  CHECK(out.misfits().empty());
  return out.samples();
}

std::set<std::string> UnknownIn(const View& view) {
  const std::array<Table, 1> tables{RestProxyTable()};
  std::set<std::string> metrics;
  for (const UnknownScope& scope : UnknownScopes(tables, view)) {
    metrics.emplace(scope.metric);
  }
  return metrics;
}

const std::string kLabels = "{cluster=main,proxy=rest,node=http://a:8082";

TEST_CASE("a proxy that tells all has every metric", "[metrics]") {
  EntityTable names;
  const View view = ViewOf(Healthy(names));
  const auto samples = Emitted(view);
  const auto value = [&](const std::string& name, const std::string& label = "") {
    return samples.at("kafka_rest_proxy_" + name + kLabels + label + "}");
  };
  CHECK(value("up") == 1);
  CHECK(value("node_state", ",state=serving") == 1);
  CHECK(value("node_state", ",state=hanging") == 0);
  CHECK(value("info", ",kind=confluent,version=,api=v2") == 1);
  CHECK(value("response_seconds") == 0.25);
  CHECK(value("topics") == 2);
  CHECK(value("brokers") == 3);
  CHECK(value("endpoint_off", ",endpoint=/brokers") == 1);
  CHECK(value("same_cluster") == 1);
  CHECK(value("missing_topics") == 1);
  CHECK(value("missing_brokers") == 0);
  CHECK(UnknownIn(view).empty());
}

TEST_CASE("of a proxy that hangs only its state is left", "[metrics]") {
  EntityTable names;
  Proxy proxy = Healthy(names);
  proxy.facts.nodes[0].state = RestProxyState::kHanging;
  proxy.derived.nodes[0] = {.same_cluster = true};
  const View view = ViewOf(proxy);
  const auto samples = Emitted(view);
  CHECK(samples.at("kafka_rest_proxy_up" + kLabels + "}") == 0);
  CHECK(samples.at("kafka_rest_proxy_node_state" + kLabels + ",state=hanging}") == 1);
  CHECK(samples.size() == 5);
  CHECK(UnknownIn(view).contains("kafka_rest_proxy_topics"));
  CHECK(UnknownIn(view).contains("kafka_rest_proxy_missing_topics"));
}

TEST_CASE("what cannot be understood, or is too old, is unknown", "[metrics]") {
  EntityTable names;
  Proxy proxy = Healthy(names);
  proxy.facts.nodes[0].state = RestProxyState::kUnknown;
  proxy.derived.nodes[0] = {};
  CHECK(Emitted(ViewOf(proxy)).empty());
  CHECK(UnknownIn(ViewOf(proxy)).contains("kafka_rest_proxy_up"));
  proxy = Healthy(names);
  RestProxyNodeFacts& node = proxy.facts.nodes[0];
  node.polled = node.listed = node.identified = node.brokers_listed = Aged(seconds{31});
  proxy.derived.nodes[0] = {};
  CHECK(Emitted(ViewOf(proxy)).empty());
}

}  // namespace
}  // namespace klaxon::metrics
