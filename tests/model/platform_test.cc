#include "agent/model/platform.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

namespace klaxon {
namespace {

using std::chrono::seconds;

constexpr Instant kJoinTime{.wall = {}, .mono = MonoTime{seconds{100}}};

AnswerRef AnswerOfAge(int age) {
  return std::make_shared<const Answer>(
      Answer{.source = "test",
             .taken_at = {.wall = {}, .mono = kJoinTime.mono - seconds{age}},
             .good_for = seconds{30},
             .error = {}});
}

template <class SomeFacts, class SomeDerived>
ViewPart PartOf(const std::string& cluster, const std::string& collector, SomeFacts facts) {
  Section section{.cluster = cluster, .collector = collector, .instance = collector};
  section.facts = std::make_shared<const SomeFacts>(std::move(facts));
  return {.section = std::make_shared<const Section>(section),
          .published = {},
          .derived = std::make_shared<const SomeDerived>()};
}

ViewPart Kafka(const std::string& cluster, const std::string& id, int age = 1) {
  KafkaFacts facts;
  facts.cluster_id = id;
  facts.metadata = AnswerOfAge(age);
  return PartOf<KafkaFacts, KafkaDerived>(cluster, "kafka", facts);
}

/// One of each platform, all of which tell the same id; empty: none.
std::vector<ViewPart> Platforms(const std::string& cluster, const std::string& id, int age = 1) {
  ConnectFacts connect;
  connect.kafka_cluster_id = id;
  connect.root = AnswerOfAge(age);
  RestProxyFacts proxy;
  proxy.nodes.push_back({.state = RestProxyState::kServing});
  proxy.nodes[0].cluster_id = id;
  proxy.nodes[0].polled = proxy.nodes[0].identified = AnswerOfAge(age);
  SchemaRegistryFacts registry;
  registry.kafka_cluster_id = id;
  registry.identified = AnswerOfAge(age);
  ZookeeperFacts ensemble;
  ensemble.kafka.cluster_id = id;
  ensemble.kafka_read = AnswerOfAge(age);
  return {PartOf<ConnectFacts, ConnectDerived>(cluster, "connect", connect),
          PartOf<SchemaRegistryFacts, SchemaRegistryDerived>(cluster, "schema_registry", registry),
          PartOf<RestProxyFacts, RestProxyDerived>(cluster, "rest_proxy", proxy),
          PartOf<ZookeeperFacts, ZookeeperDerived>(cluster, "zookeeper", ensemble)};
}

/// "connect main id-1 cluster_id", a link a line; "-" for a Kafka that is not watched.
std::vector<std::string> LinksAmong(std::vector<ViewPart> parts,
                                    const std::vector<ViewPart>& more) {
  parts.insert(parts.end(), more.begin(), more.end());
  const View view{.version = 1, .now = kJoinTime, .parts = std::move(parts)};
  std::vector<std::string> lines;
  for (const PlatformLink& link : PlatformLinksOf(view, kJoinTime)) {
    CHECK(IsFresh(link.answer, kJoinTime));
    lines.push_back(link.platform->collector + " " +
                    (link.kafka == nullptr ? "-" : link.kafka->cluster) + " " + link.cluster_id +
                    " " + std::string(Name(link.by)));
  }
  return lines;
}

TEST_CASE("platforms are joined with the Kafka of their cluster id", "[platform]") {
  CHECK(LinksAmong({Kafka("main", "id-1"), Kafka("other", "id-2")}, Platforms("main", "id-1")) ==
        std::vector<std::string>{
            "connect main id-1 cluster_id", "schema_registry main id-1 cluster_id",
            "rest_proxy main id-1 cluster_id", "zookeeper main id-1 cluster_id"});
}

TEST_CASE("what a platform tells goes before where it is configured", "[platform]") {
  CHECK(LinksAmong({Kafka("main", "id-1"), Kafka("other", "id-2")}, Platforms("main", "id-2")) ==
        std::vector<std::string>{
            "connect other id-2 cluster_id", "schema_registry other id-2 cluster_id",
            "rest_proxy other id-2 cluster_id", "zookeeper other id-2 cluster_id"});
}

TEST_CASE("a Kafka that is not watched is told by its id", "[platform]") {
  CHECK(LinksAmong({Kafka("main", "id-1")}, Platforms("main", "id-9")) ==
        std::vector<std::string>{"connect - id-9 cluster_id", "schema_registry - id-9 cluster_id",
                                 "rest_proxy - id-9 cluster_id", "zookeeper - id-9 cluster_id"});
  CHECK(LinksAmong({}, Platforms("main", "")).empty());
}

TEST_CASE("a REST proxy moves only by an id that its nodes agree on", "[platform]") {
  struct Case {
    std::string what;
    std::vector<std::string> ids;  ///< of the nodes; "": tells none, "-": does not serve
    bool watched;                  ///< the Kafka that it is configured with
    std::string link;
  };

  const std::vector<Case> cases{
      {"all tell the same", {"id-2", "id-2"}, true, "rest_proxy other id-2 cluster_id"},
      {"one tells another", {"id-1", "id-2"}, true, "rest_proxy main id-1 configuration"},
      {"one is foreign, the others tell none",
       {"", "id-9", ""},
       true,
       "rest_proxy main id-1 configuration"},
      {"one tells the right one, the others none",
       {"", "id-1", ""},
       true,
       "rest_proxy main id-1 cluster_id"},
      {"one tells, and nothing else is known", {"", "id-9"}, false, "rest_proxy - id-9 cluster_id"},
      {"they disagree, and nothing else is known", {"id-1", "id-9"}, false, ""},
      {"who does not serve has no word", {"-", "id-2"}, true, "rest_proxy other id-2 cluster_id"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.what);
    RestProxyFacts proxy;
    for (const std::string& id : each.ids) {
      RestProxyNodeFacts node;
      node.state = id == "-" ? RestProxyState::kUnreachable : RestProxyState::kServing;
      node.polled = node.identified = AnswerOfAge(1);
      node.cluster_id = id == "-" ? "id-7" : id;
      proxy.nodes.push_back(node);
    }
    const std::vector<ViewPart> watched =
        each.watched ? std::vector<ViewPart>{Kafka("main", "id-1"), Kafka("other", "id-2")}
                     : std::vector<ViewPart>{};
    const auto lines = LinksAmong(
        watched, {PartOf<RestProxyFacts, RestProxyDerived>("main", "rest_proxy", proxy)});
    CHECK(lines ==
          (each.link.empty() ? std::vector<std::string>{} : std::vector<std::string>{each.link}));
  }
}

TEST_CASE("what is not told, or of long ago, is joined by the configuration", "[platform]") {
  const std::vector<std::string> configured{
      "connect main id-1 configuration", "schema_registry main id-1 configuration",
      "rest_proxy main id-1 configuration", "zookeeper main id-1 configuration"};
  CHECK(LinksAmong({Kafka("main", "id-1")}, Platforms("main", "")) == configured);
  CHECK(LinksAmong({Kafka("main", "id-1")}, Platforms("main", "id-2", 60)) == configured);
  CHECK(LinksAmong({Kafka("main", "id-1", 60)}, Platforms("main", "")).empty());
  CHECK(LinksAmong({Kafka("elsewhere", "id-1")}, Platforms("main", "")).empty());
}

}  // namespace
}  // namespace klaxon
