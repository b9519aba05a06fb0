#include <chrono>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/analysis/rest_proxy/rest_proxy.h"

namespace klaxon::analysis {
namespace {

using std::chrono::seconds;
using Names = std::vector<std::string>;

Instant At(int second) {
  return {.wall = WallTime(seconds{1'700'000'000 + second}), .mono = MonoTime(seconds{second})};
}

AnswerRef AnswerAt(int second) {
  return std::make_shared<const Answer>(
      Answer{.source = "test", .taken_at = At(second), .good_for = seconds{30}, .error = {}});
}

KafkaFacts Kafka(EntityTable& names, const Names& topics, int second = 100) {
  KafkaFacts kafka;
  kafka.cluster_id = "abc-1";
  kafka.brokers = {{.id = 1}, {.id = 2}};
  for (const std::string& topic : topics) {
    kafka.topics.push_back({.entity = names.Intern(topic)});
  }
  kafka.metadata = AnswerAt(second);
  return kafka;
}

RestProxyFacts Proxy(EntityTable& names, const Names& topics, int second = 101) {
  RestProxyNodeFacts node{.entity = names.Intern("http://a:8082")};
  node.state = RestProxyState::kServing;
  node.polled = node.listed = node.identified = node.brokers_listed = AnswerAt(second);
  node.topics = std::make_shared<const Names>(topics);
  node.cluster_id = "abc-1";
  node.brokers = {1, 2};
  RestProxyFacts facts;
  facts.nodes = {node};
  return facts;
}

TEST_CASE("a proxy that sees what Kafka has misses nothing", "[rest_proxy]") {
  EntityTable names;
  const KafkaFacts kafka = Kafka(names, {"__consumer_offsets", "_schemas", "orders"});
  const RestProxyFacts facts = Proxy(names, {"_schemas", "orders", "unseen"});
  const auto derived = JoinRestProxy(facts, &kafka, nullptr, At(102));
  CHECK(derived->nodes[0].same_cluster == true);
  CHECK(derived->nodes[0].missing == Names{});
  CHECK(derived->nodes[0].compared == 2);
  CHECK(derived->nodes[0].missing_brokers == std::vector<int32_t>{});
}

TEST_CASE("a topic is missed only when two listings in a row lack it", "[rest_proxy]") {
  EntityTable names;
  const KafkaFacts kafka = Kafka(names, {"new", "old"});
  const auto first = JoinRestProxy(Proxy(names, {"old"}, 101), &kafka, nullptr, At(102));
  CHECK_FALSE(first->nodes[0].missing);  // it may just have been created
  const auto caught_up =
      JoinRestProxy(Proxy(names, {"new", "old"}, 111), &kafka, first.get(), At(112));
  CHECK(caught_up->nodes[0].missing == Names{});
  const auto second = JoinRestProxy(Proxy(names, {"old"}, 111), &kafka, first.get(), At(112));
  CHECK(second->nodes[0].missing == Names{"new"});
  const RestProxyFacts third_facts = Proxy(names, {}, 121);
  const auto third = JoinRestProxy(third_facts, &kafka, second.get(), At(122));
  CHECK(third->nodes[0].missing == Names{"new"});
  // Kafka is polled again, the proxy not yet: nothing new is concluded.
  const KafkaFacts fewer = Kafka(names, {"old"}, 123);
  const auto fourth = JoinRestProxy(third_facts, &fewer, third.get(), At(124));
  CHECK(fourth->nodes[0].missing == Names{});
}

TEST_CASE("another cluster and lost brokers are told", "[rest_proxy]") {
  EntityTable names;
  KafkaFacts kafka = Kafka(names, {"orders"});
  kafka.cluster_id = "other";
  kafka.brokers.push_back({.id = 7});
  const auto derived = JoinRestProxy(Proxy(names, {"orders"}), &kafka, nullptr, At(102));
  CHECK(derived->nodes[0].same_cluster == false);
  CHECK(derived->nodes[0].missing_brokers == std::vector<int32_t>{7});
}

TEST_CASE("nothing is compared with what cannot be believed", "[rest_proxy]") {
  EntityTable names;
  const RestProxyFacts facts = Proxy(names, {"orders"});
  KafkaFacts doubtful = Kafka(names, {"a"});
  doubtful.proof = MetadataProof::kDoubtful;
  const KafkaFacts old = Kafka(names, {"a"}, 10);
  for (const KafkaFacts* kafka :
       {static_cast<const KafkaFacts*>(nullptr), static_cast<const KafkaFacts*>(&doubtful), &old}) {
    const auto derived = JoinRestProxy(facts, kafka, nullptr, At(102));
    CHECK_FALSE(derived->nodes[0].missing);
    CHECK_FALSE(derived->nodes[0].missing_brokers);
  }
  RestProxyFacts down = facts;
  down.nodes[0].state = RestProxyState::kUnreachable;
  const KafkaFacts kafka = Kafka(names, {"a"});
  CHECK_FALSE(JoinRestProxy(down, &kafka, nullptr, At(102))->nodes[0].missing);
  CHECK_FALSE(JoinRestProxy(facts, &kafka, nullptr, At(200))->nodes[0].same_cluster);
}

}  // namespace
}  // namespace klaxon::analysis
