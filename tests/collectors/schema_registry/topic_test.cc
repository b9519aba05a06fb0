// The collector with the registry's topic: records written by hand, as Confluent documents them, to
// brokers of librdkafka; nodes and the topic's configuration from the simulator.

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

#include "agent/kafka/wire/client.h"
#include "agent/simulator/cluster.h"
#include "tests/collectors/schema_registry/bench.h"
#include "tests/support/mock_brokers.h"

namespace klaxon::schema_registry_collector {
namespace {

using simulator::RegistryState;
using testing::MockBrokers;
using Strings = std::vector<std::string>;

constexpr const char* kTopic = "_schemas";

std::string SchemaKey(const std::string& subject, int version) {
  return fmt::format(R"({{"keytype":"SCHEMA","subject":"{}","version":{},"magic":1}})", subject,
                     version);
}

std::string SchemaValue(const std::string& subject, int version, int id, bool deleted = false) {
  return fmt::format(R"({{"subject":"{}","version":{},"id":{},"schema":"\"{}\"","deleted":{}}})",
                     subject, version, id, id % 2 == 0 ? "long" : "int", deleted);
}

/// Brokers with the topic, a node, and the collector on both.
class TopicBench {
 public:
  explicit TopicBench(const RegistryState& state = {}) : nodes(state) {
    brokers.CreateTopic(kTopic, 1);
  }

  void Write(const std::string& key, const std::optional<std::string>& value) {
    brokers.Write(kTopic, 0, {.key = key, .value = value});
  }

  void Register(const std::string& subject, int version, int id, bool deleted = false) {
    Write(SchemaKey(subject, version), SchemaValue(subject, version, id, deleted));
  }

  void Start(std::unique_ptr<kafka::ClusterClient> client = nullptr,
             Duration interval = std::chrono::seconds{30}) {
    nodes.Follow(kTopic,
                 {.reader = {.cluster = "main", .bootstrap = brokers.bootstrap()},
                  .client = std::move(client)},
                 interval);
  }

  /// Polls until it is as wanted; false: not within many seconds.
  bool Await(const std::function<bool()>& wanted) {
    const MonoTime limit = nodes.clock.Now().mono + std::chrono::seconds{30};
    while (nodes.clock.Now().mono < limit) {
      nodes.Poll();
      if (nodes.facts != nullptr && wanted()) {
        return true;
      }
    }
    return false;
  }

  bool AwaitEvents(const Strings& wanted) {
    Strings events;
    return Await([&] {
      for (std::string& each : nodes.TakeEvents()) {
        events.push_back(std::move(each));
      }
      return events == wanted;
    });
  }

  MockBrokers brokers{};
  Bench nodes;
};

TEST_CASE("a registry's topic tells its subjects and every change", "[registry][topic]") {
  RegistryState state;
  simulator::Register(state, "orders-value", "\"int\"");
  TopicBench bench(state);
  bench.Write(R"({"keytype":"NOOP","magic":0})", std::nullopt);
  bench.Register("orders-value", 1, 1);
  bench.Write(R"({"keytype":"CONFIG","subject":"orders-value","magic":0})",
              R"({"compatibilityLevel":"FULL"})");
  bench.Start();
  REQUIRE(bench.Await([&] { return bench.nodes.facts->from_topic; }));
  CHECK(bench.nodes.facts->topic.records == 3);
  CHECK(bench.nodes.Find("orders-value")->compatibility == "FULL");
  CHECK(bench.nodes.Find("orders-value")->mode == "");
  CHECK(bench.nodes.facts->max_id == 1);
  CHECK(bench.nodes.TakeEvents().empty());

  bench.Register("orders-value", 2, 2);
  CHECK(bench.AwaitEvents(
      {"schema_registered orders-value: version 2, id 2\n- \"int\"\n+ \"long\""}));
  bench.Register("orders-value", 1, 1, true);
  CHECK(bench.AwaitEvents({"schema_deleted orders-value: version 1, id 1"}));
  bench.Write(SchemaKey("orders-value", 1), std::nullopt);
  CHECK(bench.AwaitEvents({"schema_gone orders-value: version 1, id 1"}));
  bench.Write(R"({"keytype":"CONFIG","subject":"orders-value","magic":0})", std::nullopt);
  CHECK(bench.AwaitEvents(
      {"compatibility_changed orders-value: FULL -> BACKWARD: loosened (the registry's own)"}));
  bench.Write(R"({"keytype":"MODE","subject":"orders-value","magic":0})", R"({"mode":"READONLY"})");
  CHECK(bench.AwaitEvents({"registry_mode_changed orders-value: its own: none -> READONLY"}));
  bench.Write(R"({"keytype":"CONFIG","subject":null,"magic":0})",
              R"({"compatibilityLevel":"NONE"})");
  CHECK(bench.AwaitEvents({"compatibility_changed : BACKWARD -> NONE: turned off"}));
  bench.Write(R"({"keytype":"DELETE_SUBJECT","subject":"orders-value","magic":0})",
              R"({"subject":"orders-value","version":2})");
  CHECK(bench.AwaitEvents({"subject_deleted orders-value: 1 version"}));
  bench.Write(SchemaKey("orders-value", 2), std::nullopt);
  CHECK(bench.AwaitEvents({"subject_gone orders-value: 1 version"}));
  CHECK(bench.nodes.derived().violations.empty());
}

TEST_CASE("two deletions at once are no loss, a record deleted past the registry is",
          "[registry][topic]") {
  RegistryState state;
  simulator::Register(state, "a-value", "\"int\"");
  TopicBench bench(state);
  for (const int version : {1, 2, 3}) {
    bench.Register("a-value", version, version);
  }
  bench.Start();
  REQUIRE(bench.Await([&] { return bench.nodes.facts->from_topic; }));
  bench.Register("a-value", 1, 1, true);
  bench.Write(SchemaKey("a-value", 1), std::nullopt);
  REQUIRE(bench.Await([&] { return bench.nodes.Find("a-value")->versions.size() == 2; }));
  CHECK(bench.nodes.derived().violations.empty());
  bench.Write(SchemaKey("a-value", 2), std::nullopt);
  REQUIRE(bench.Await([&] { return bench.nodes.Find("a-value")->versions.size() == 1; }));
  REQUIRE(bench.nodes.derived().violations.size() == 1);
  CHECK(bench.nodes.derived().violations[0].kind == IntegrityKind::kVersionLost);
  CHECK(bench.nodes.derived().violations[0].what.find("a-value version 2") != std::string::npos);
}

TEST_CASE("with the topic followed, nodes are asked for their health alone", "[registry][topic]") {
  RegistryState state;
  simulator::Register(state, "a-value", "\"int\"");
  TopicBench bench(state);
  bench.Register("a-value", 1, 1);
  bench.Start();
  REQUIRE(bench.Await([&] { return bench.nodes.facts->from_topic; }));
  const uint64_t before = bench.nodes.Requests();
  bench.Register("b-value", 1, 2);
  REQUIRE(bench.Await([&] { return bench.nodes.facts->inventory->subjects.size() == 2; }));
  // The next time that nodes are asked is an interval away, 30 s: the change came by the topic.
  CHECK(bench.nodes.Requests() == before);
}

TEST_CASE("a topic that tells another registry's subjects is not believed", "[registry][topic]") {
  TopicBench bench(simulator::ShopRegistry());
  bench.Register("other-value", 1, 1);
  bench.Start(nullptr, std::chrono::seconds{1});
  REQUIRE(bench.Await([&] { return bench.nodes.facts->whole; }));
  CHECK_FALSE(bench.nodes.facts->from_topic);
  CHECK(bench.nodes.derived().counts.subjects == 6);
  REQUIRE(bench.nodes.reading.problems.size() == 1);
  CHECK(bench.nodes.reading.problems[0].error.message().find("is it this registry's topic?") !=
        std::string::npos);

  bench.nodes.Change([](RegistryState& other) {
    other.subjects.clear();
    simulator::Register(other, "other-value", "\"int\"");
  });
  CHECK(bench.Await([&] { return bench.nodes.facts->from_topic; }));
  CHECK(bench.nodes.reading.problems.empty());
}

TEST_CASE("without the topic the nodes tell the subjects", "[registry][topic]") {
  TopicBench bench(simulator::ShopRegistry());
  bench.brokers.RefuseTopic(kTopic, 29);  // TOPIC_AUTHORIZATION_FAILED
  bench.Start();
  REQUIRE(bench.Await([&] { return bench.nodes.facts->whole; }));
  CHECK_FALSE(bench.nodes.facts->from_topic);
  CHECK(bench.nodes.facts->listed_from == bench.nodes.nodes[0]->url());
  REQUIRE(bench.nodes.reading.problems.size() == 1);
  CHECK(bench.nodes.reading.problems[0].scope == "topic _schemas");
  CHECK(bench.nodes.facts->topic.name == kTopic);
  CHECK_FALSE(IsFresh(bench.nodes.facts->topic.tailed, bench.nodes.clock.Now()));
}

TEST_CASE("a topic that is not compacted is damage, and told once", "[registry][topic]") {
  simulator::ClusterSpec spec;
  spec.topics.push_back({.name = kTopic});  // cleanup.policy delete, as topics have it
  SystemClock clock;
  const auto cluster = simulator::Cluster::Start(spec, clock);
  REQUIRE(cluster);
  RegistryState state;
  simulator::Register(state, "a-value", "\"int\"");
  TopicBench bench(state);
  bench.Register("a-value", 1, 1);
  kafka::wire::ClientOptions options;
  options.bootstrap = (*cluster)->bootstrap();
  bench.Start(std::make_unique<kafka::wire::Client>(options, clock));
  REQUIRE(bench.Await([&] { return bench.nodes.facts->topic.policy != nullptr; }));
  CHECK(bench.nodes.facts->topic.cleanup_policy == "delete");
  bench.Register("a-value", 2, 2);
  REQUIRE(bench.Await([&] { return bench.nodes.Find("a-value")->versions.size() == 2; }));
  REQUIRE(bench.nodes.derived().violations.size() == 1);
  CHECK(bench.nodes.derived().violations[0].kind == IntegrityKind::kNotCompacted);
}

TEST_CASE("without a topic the one that registries have by themselves is looked up",
          "[registry][topic]") {
  struct Case {
    const char* what;
    const char* topic;
    simulator::RegistryFlavor flavor;
    bool known;
  };

  const auto& [what, topic, flavor, known] = GENERATE(
      Case{"it is there", kTopic, simulator::RegistryFlavor::kConfluent, true},
      Case{"there is none", "orders", simulator::RegistryFlavor::kConfluent, false},
      Case{"it is not this registry's", kTopic, simulator::RegistryFlavor::kApicurio, false});
  INFO(what);
  simulator::ClusterSpec spec;
  spec.topics.push_back({.name = topic});
  SystemClock clock;
  const auto cluster = simulator::Cluster::Start(spec, clock);
  REQUIRE(cluster);
  RegistryState state = simulator::ShopRegistry();
  state.flavor = flavor;
  Bench bench(state);
  kafka::wire::ClientOptions options;
  options.bootstrap = (*cluster)->bootstrap();
  bench.Follow("", {.reader = {}, .client = std::make_unique<kafka::wire::Client>(options, clock)});
  bench.Settle();
  CHECK(bench.reading.problems.empty());
  CHECK_FALSE(bench.facts->topic.followed);
  CHECK(bench.facts->topic.name == (known ? kTopic : ""));
  CHECK(bench.facts->topic.cleanup_policy == (known ? "delete" : ""));
  CHECK(bench.derived().violations.size() == (known ? 1 : 0));
}

TEST_CASE("records that are none of a registry's are counted, and left out", "[registry][topic]") {
  struct Case {
    const char* what;
    std::string key;
    std::optional<std::string> value;
  };

  const std::string good = SchemaValue("a-value", 1, 1);
  for (const Case& each :
       {Case{"no key", "", good}, Case{"a key that is no JSON", "a-value", good},
        Case{"a key without a type", R"({"subject":"a-value","version":1})", good},
        Case{"a key without a version", R"({"keytype":"SCHEMA","subject":"a-value"})", good},
        Case{"a negative version", R"({"keytype":"SCHEMA","subject":"a-value","version":-1})",
             good},
        Case{"a value of another subject", SchemaKey("b-value", 1), good},
        Case{"a value of another version", SchemaKey("a-value", 2), good},
        Case{"an id of 0", SchemaKey("a-value", 1), SchemaValue("a-value", 1, 0)},
        Case{"half a value", SchemaKey("a-value", 1), good.substr(0, 20)},
        Case{"a list", SchemaKey("a-value", 1), "[]"},
        Case{"a level that is a list", R"({"keytype":"CONFIG","subject":"a"})", "[]"},
        Case{"a deletion of nothing", R"({"keytype":"DELETE_SUBJECT"})", "{}"},
        Case{"a key of 20 kB", std::string(20'000, ' ') + SchemaKey("a-value", 1), good}}) {
    INFO(each.what);
    Ledger ledger;
    CHECK_FALSE(ledger.Apply(each.key, each.value, true));
    CHECK(ledger.unreadable() == 1);
    CHECK(ledger.book().size() == 0);
    CHECK(ledger.Apply(SchemaKey("a-value", 1), good, true));
    CHECK(ledger.book().size() == 1);
    CHECK(ledger.max_id() == 1);
  }
}

}  // namespace
}  // namespace klaxon::schema_registry_collector
