// The collector against nodes that speak the registry's REST interface, with what analysis makes of
// it: what a user of the page and the metrics would see.

#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "agent/analysis/registry.h"
#include "tests/collectors/schema_registry/bench.h"

namespace klaxon::schema_registry_collector {
namespace {

using simulator::RegistryFlavor;
using simulator::RegistryState;
using Strings = std::vector<std::string>;

TEST_CASE("a registry is read as it is, whoever made it", "[registry]") {
  const auto flavor =
      GENERATE(RegistryFlavor::kConfluent, RegistryFlavor::kKarapace, RegistryFlavor::kApicurio);
  Bench bench(Shop(flavor));
  bench.Settle();

  const bool apicurio = flavor == RegistryFlavor::kApicurio;
  CHECK(bench.facts->kind == (apicurio                              ? RegistryKind::kApicurio
                              : flavor == RegistryFlavor::kKarapace ? RegistryKind::kKarapace
                                                                    : RegistryKind::kConfluent));
  CHECK(bench.facts->version == "8.5.0");
  CHECK(bench.facts->compatibility == "BACKWARD");
  CHECK(bench.facts->mode == (apicurio ? "" : "READWRITE"));
  CHECK(bench.facts->max_id == 7);
  CHECK(bench.facts->max_id_told == !apicurio);
  CHECK(bench.derived().counts.subjects == 6);
  CHECK(bench.derived().counts.versions == 7);
  CHECK(bench.derived().counts.types.at("AVRO") == 5);

  const SubjectFacts* orders = bench.Find("orders-value");
  REQUIRE(orders != nullptr);
  REQUIRE(orders->versions.size() == 2);
  CHECK(orders->versions[1].schema->id == 2);
  CHECK(orders->compatibility == (apicurio ? "NONE" : ""));
  CHECK(bench.Find("payments-value")->compatibility == "FULL");
  CHECK(bench.Find("payments-value")->versions[0].schema->type == "JSON");
  CHECK(bench.TakeEvents().empty());  // nothing is new because we began to look
}

TEST_CASE("what changes in a registry is told with what differs", "[registry]") {
  const auto flavor =
      GENERATE(RegistryFlavor::kConfluent, RegistryFlavor::kKarapace, RegistryFlavor::kApicurio);
  Bench bench(Shop(flavor));
  bench.Settle();

  bench.Change([](RegistryState& state) {
    simulator::Register(
        state, "customers-value",
        R"({"type":"record","name":"Customer","namespace":"shop","fields":[{"name":"id","type":"long"},{"name":"name","type":"string"},{"name":"email","type":"string"}]})");
  });
  bench.Poll();
  CHECK(bench.TakeEvents() == Strings{"schema_registered customers-value: version 2, id 8\n"
                                      "+ {\"name\":\"email\",\"type\":\"string\"}"});

  bench.Change([](RegistryState& state) { simulator::Register(state, "new-key", "\"int\""); });
  bench.Poll();
  CHECK(bench.TakeEvents() == Strings{"subject_created new-key: version 1, id 9, AVRO"});

  bench.Change([](RegistryState& state) { simulator::DeleteSubject(state, "new-key", false); });
  bench.Poll();
  CHECK(bench.TakeEvents() == Strings{"subject_deleted new-key: 1 version"});
  CHECK(bench.derived().counts.deleted_subjects == 1);

  bench.Change([](RegistryState& state) { simulator::DeleteSubject(state, "new-key", true); });
  for (int i = 0; i < 12 && bench.Find("new-key") != nullptr; ++i) {
    bench.Poll();
  }
  CHECK(bench.TakeEvents() == Strings{"subject_gone new-key: 1 version"});

  bench.Change([](RegistryState& state) { state.compatibility = "NONE"; });
  bench.Poll();
  CHECK(bench.TakeEvents() == Strings{"compatibility_changed : BACKWARD -> NONE: turned off"});
  CHECK(bench.derived().violations.empty());
}

TEST_CASE("a producer that makes schemas fills the events with no more than it must",
          "[registry]") {
  RegistryState state = simulator::SizedRegistry(40, 1);
  simulator::Register(state, "a-value", "0");
  Bench bench(state);
  bench.Settle();
  bench.Change([](RegistryState& changed) {
    changed.compatibility = "FULL";
    for (int i = 1; i <= 30; ++i) {
      simulator::Register(changed, "a-value", std::to_string(i));
    }
    for (auto& [name, subject] : changed.subjects) {
      if (name != "a-value") {
        simulator::Register(changed, name, "\"of " + name + "\"");
      }
    }
  });
  Strings events;
  for (int i = 0; i < 3; ++i) {
    bench.Poll();
    for (std::string& event : bench.TakeEvents()) {
      events.push_back(std::move(event));
    }
  }
  CHECK(bench.derived().registered_total == 70);
  CHECK(events.size() < 50);
  CHECK(std::ranges::count(events, "compatibility_changed : BACKWARD -> FULL") == 1);
  CHECK(std::ranges::any_of(events, [](const std::string& event) {
    return event.starts_with("schema_registered a-value: and ") &&
           event.find(" more versions, up to version ") != std::string::npos;
  }));
}

TEST_CASE("versions that are deleted softly, restored and deleted for good are told",
          "[registry]") {
  Bench bench;
  bench.Settle();
  bench.Change(
      [](RegistryState& state) { simulator::DeleteVersion(state, "orders-value", 1, false); });
  bench.Poll();
  CHECK(bench.TakeEvents() == Strings{"schema_deleted orders-value: version 1, id 1"});
  CHECK(bench.derived().counts.deleted_versions == 1);

  bench.Change([](RegistryState& state) {
    state.subjects["orders-value"].versions.front().deleted = false;
  });
  bench.Poll();
  bench.Poll();
  CHECK(bench.TakeEvents() == Strings{"schema_restored orders-value: version 1, id 1"});

  bench.Change(
      [](RegistryState& state) { simulator::DeleteVersion(state, "orders-value", 1, false); });
  bench.Poll();
  bench.Change(
      [](RegistryState& state) { simulator::DeleteVersion(state, "orders-value", 1, true); });
  bench.Poll();
  bench.Poll();
  CHECK(bench.TakeEvents() == Strings{"schema_deleted orders-value: version 1, id 1",
                                      "schema_gone orders-value: version 1, id 1"});
  CHECK(bench.derived().violations.empty());
}

TEST_CASE("modes and levels of subjects are told when they change", "[registry]") {
  Bench bench;
  bench.Settle();
  bench.Change([](RegistryState& state) {
    state.mode = "READONLY";
    state.subjects["orders-value"].mode = "READONLY";
    state.subjects["orders-value"].compatibility = "FULL_TRANSITIVE";
  });
  for (int i = 0; i < 3; ++i) {
    bench.Poll();
  }
  Strings events = bench.TakeEvents();
  std::ranges::sort(events);
  CHECK(events == Strings{"compatibility_changed orders-value: BACKWARD -> FULL_TRANSITIVE",
                          "registry_mode_changed : READWRITE -> READONLY",
                          "registry_mode_changed orders-value: its own: none -> READONLY"});
}

TEST_CASE("a registry that was tampered with raises the right alarm", "[registry]") {
  struct Case {
    const char* what;
    void (*tamper)(RegistryState&);
    IntegrityKind kind;
  };

  const auto& [what, tamper, kind] = GENERATE(
      Case{"an id stands for another schema",
           [](RegistryState& state) { simulator::ReplaceSchema(state, 3, "\"bytes\""); },
           IntegrityKind::kIdChanged},
      Case{"a version has another id",
           [](RegistryState& state) { state.subjects["orders-value"].versions[0].id = 4000; },
           IntegrityKind::kIdChanged},
      Case{"the ids start anew", [](RegistryState& state) { state.max_id = 2; },
           IntegrityKind::kMaxIdFell});
  INFO(what);
  Bench bench;
  bench.Settle();
  REQUIRE(bench.derived().violations.empty());
  bench.Change(tamper);
  for (int i = 0; i < 4; ++i) {
    bench.Poll();
  }
  REQUIRE(bench.derived().violations.size() == 1);  // and once only
  CHECK(bench.derived().violations.front().kind == kind);
  CHECK(bench.derived().violation_totals.at(static_cast<size_t>(kind)) == 1);
}

TEST_CASE("ids that begin with 0 leave none unused", "[registry]") {
  Bench bench;
  bench.Change([](RegistryState& state) {
    --state.max_id;
    for (auto& [name, subject] : state.subjects) {
      for (auto& version : subject.versions) {
        --version.id;
      }
    }
  });
  bench.Settle();
  CHECK(bench.derived().counts.unused_ids == 0);
}

TEST_CASE("a version deleted softly and for good between two polls is not called lost",
          "[registry]") {
  Bench bench;
  bench.Settle();
  bench.Change([](RegistryState& state) {
    simulator::DeleteVersion(state, "orders-value", 1, false);
    simulator::DeleteVersion(state, "orders-value", 1, true);
  });
  Strings events;
  for (int i = 0; i < 4 && events.empty(); ++i) {
    bench.Poll();
    events = bench.TakeEvents();
  }
  CHECK(events == Strings{"schema_gone orders-value: version 1, id 1; not seen deleted softly "
                          "first: both since the poll before, or lost"});
  CHECK(bench.derived().violations.empty());
  CHECK(bench.derived().counts.unused_ids == 1);
}

TEST_CASE("the leader is the one that the nodes' group in Kafka names", "[registry]") {
  struct Case {
    const char* what;
    const char* leader_url;
    std::optional<size_t> node;
  };

  const auto& [what, leader_url, node] =
      GENERATE(Case{"a configured node, with a slash", "http://A:8081/", 0},
               Case{"a node that is not configured", "http://c:8081", std::nullopt},
               Case{"nobody", "", std::nullopt});
  INFO(what);
  EntityTable entities;
  SchemaRegistryFacts facts;
  for (const char* url : {"http://a:8081", "http://b:8081/apis"}) {
    facts.nodes.push_back({.entity = entities.Intern(url)});
  }
  const Instant now = SystemClock().Now();
  auto group = std::make_shared<RegistryGroupFacts>();
  group->leader_url = leader_url;
  group->members = {{.member_id = "m", .url = "http://b:8081"}};
  KafkaFacts kafka;
  kafka.groups.push_back(
      {.entity = entities.Intern("schema-registry"),
       .state = "Stable",
       .registry = group,
       .described = std::make_shared<const Answer>(Answer{.source = "DescribeGroups",
                                                          .taken_at = now,
                                                          .good_for = std::chrono::seconds{30},
                                                          .error = {}})});
  const auto first = analysis::DeriveRegistry({}, facts, &kafka, now);
  REQUIRE(first.derived->leader);
  CHECK(first.derived->leader->node == node);
  CHECK(first.derived->leader->url == leader_url);
  CHECK(first.changes.empty());  // who leads when we begin to look is not new

  auto other = std::make_shared<RegistryGroupFacts>(*group);
  other->leader_url = "http://b:8081";
  kafka.groups[0].registry = other;
  kafka.groups[0].described = std::make_shared<const Answer>(*kafka.groups[0].described);
  const auto second =
      analysis::DeriveRegistry({.facts = &facts, .derived = first.derived}, facts, &kafka, now);
  REQUIRE(second.changes.size() == 1);
  CHECK(second.changes[0].kind == EventKind::kRegistryLeader);
  CHECK(second.changes[0].detail.starts_with("http://b:8081 leads, and "));
  CHECK(second.derived->leader->node == 1);

  const Instant later{.wall = now.wall, .mono = now.mono + std::chrono::minutes{1}};
  const auto third =
      analysis::DeriveRegistry({.facts = &facts, .derived = second.derived}, facts, &kafka, later);
  CHECK_FALSE(third.derived->leader);  // the group was not described for too long
  CHECK(third.changes.empty());
}

TEST_CASE("subjects that vanish together are lost, not deleted", "[registry]") {
  Bench bench(simulator::SizedRegistry(30, 2));
  bench.Settle();
  bench.Change([](RegistryState& state) {
    while (state.subjects.size() > 5) {
      state.subjects.erase(state.subjects.begin());
    }
  });
  bench.Poll();
  REQUIRE(bench.derived().violations.size() == 1);
  CHECK(bench.derived().violations.front().kind == IntegrityKind::kSubjectsLost);
}

TEST_CASE("two nodes that go on disagreeing are told, one that is behind for a moment is not",
          "[registry]") {
  Bench bench(simulator::ShopRegistry(), 2);
  bench.Settle();
  bench.nodes[1]->Change(
      [](RegistryState& state) { simulator::Register(state, "only-here-value", "\"int\""); });
  for (int i = 0; i < 3; ++i) {
    bench.Poll();
  }
  CHECK(bench.derived().violations.empty());
  bench.nodes[0]->Change(
      [](RegistryState& state) { simulator::Register(state, "only-here-value", "\"int\""); });
  for (int i = 0; i < 6; ++i) {
    bench.Poll();
  }
  CHECK(bench.derived().violations.empty());
  CHECK(bench.facts->nodes[1].comparison.differences == 0);

  bench.nodes[1]->Change(
      [](RegistryState& state) { simulator::ReplaceSchema(state, 2, "\"split brain\""); });
  for (int i = 0; i < 12 && bench.derived().violations.empty(); ++i) {
    bench.Poll();
  }
  REQUIRE_FALSE(bench.derived().violations.empty());
  CHECK(bench.derived().violations.front().kind == IntegrityKind::kNodesDisagree);
  CHECK(bench.derived().violations.front().what.find("another schema under id 2") !=
        std::string::npos);
}

TEST_CASE("the next node tells the subjects when the first one is gone", "[registry]") {
  Bench bench(simulator::ShopRegistry(), 2);
  bench.Settle();
  CHECK(bench.facts->listed_from == bench.nodes[0]->url());
  bench.nodes[0]->SetFaults({.status = 500, .code = 50001});
  const Reading reading = bench.Poll();
  CHECK(reading.answered);
  REQUIRE(reading.problems.size() == 1);
  CHECK(reading.problems[0].error.message().find("50001") != std::string::npos);
  CHECK(bench.facts->listed_from == bench.nodes[1]->url());
  CHECK(bench.facts->nodes[0].state == RegistryNodeState::kNotServing);
  CHECK(bench.derived().violations.empty());
  CHECK(bench.TakeEvents().empty());
}

TEST_CASE("an unchanged registry costs few requests", "[registry]") {
  Bench bench(simulator::SizedRegistry(2'500, 2));
  bench.Settle();
  bench.Poll();
  for (int i = 0; i < 20; ++i) {
    const uint64_t before = bench.Requests();
    bench.Poll();
    const uint64_t pages = 1;
    CHECK(bench.Requests() - before <= pages + 20);
    CHECK(bench.facts->poll_requests == bench.Requests() - before);
  }
  CHECK(bench.derived().counts.versions == 5'000);
  CHECK(bench.derived().violations.empty());
}

}  // namespace
}  // namespace klaxon::schema_registry_collector
