// What is not listed any more is gone at once, however many there are; and which registry it is
// that answers.

#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/collectors/schema_registry/bench.h"

namespace klaxon::schema_registry_collector {
namespace {

using simulator::RegistryFlavor;
using simulator::RegistryState;
using Strings = std::vector<std::string>;

uint64_t Total(const Bench& bench, IntegrityKind kind) {
  return bench.derived().violation_totals.at(static_cast<size_t>(kind));
}

/// Deletes the first `count` subjects.
void DeleteSome(RegistryState& state, size_t count, bool hard) {
  Strings names;
  for (const auto& [name, subject] : state.subjects) {
    names.push_back(name);
  }
  for (size_t i = 0; i < count; ++i) {
    simulator::DeleteSubject(state, names[i], hard);
  }
}

TEST_CASE("subjects that are not listed any more are gone at once, and lost", "[registry]") {
  const auto flavor =
      GENERATE(RegistryFlavor::kConfluent, RegistryFlavor::kKarapace, RegistryFlavor::kApicurio);
  const size_t gone = GENERATE(size_t{70}, size_t{100});
  RegistryState state = simulator::SizedRegistry(100, 2);
  state.flavor = flavor;
  Bench bench(state);
  bench.Settle();
  bench.nodes[0]->SetFaults({.status = 500, .only = "/subjects/"});  // the lists alone must do
  bench.Change([&](RegistryState& changed) { DeleteSome(changed, gone, true); });
  bench.Poll();
  CHECK(bench.derived().counts.subjects == 100 - gone);
  CHECK(bench.derived().counts.versions == 2 * (100 - gone));
  CHECK(bench.derived().counts.deleted_subjects == 0);
  CHECK(bench.facts->inventory->subjects.size() == 100 - gone);
  REQUIRE(Total(bench, IntegrityKind::kSubjectsLost) == 1);
  CHECK(bench.derived().violations.back().what.starts_with(std::to_string(gone) + " of 100 "));
  bench.Poll();
  CHECK(Total(bench, IntegrityKind::kSubjectsLost) == 1);
}

TEST_CASE("the highest id is not told where there is no id to ask by", "[registry]") {
  Bench bench;
  bench.Settle();
  const Instant told = bench.facts->max_id_answer->taken_at;
  bench.Change([](RegistryState& state) {
    state.subjects.clear();
    state.max_id = 1;
  });
  bench.Poll();
  CHECK(bench.derived().counts.subjects == 0);
  CHECK(bench.facts->max_id_answer->taken_at.mono == told.mono);
}

TEST_CASE("subjects that are deleted softly count so at once", "[registry]") {
  Bench bench(simulator::SizedRegistry(100, 2));
  bench.Settle();
  bench.nodes[0]->SetFaults({.status = 500, .only = "/subjects/"});
  bench.Change([](RegistryState& state) { DeleteSome(state, 60, false); });
  bench.Poll();
  CHECK(bench.derived().counts.subjects == 40);
  CHECK(bench.derived().counts.deleted_subjects == 60);
  CHECK(bench.derived().counts.deleted_versions == 120);
  CHECK(bench.derived().counts.vanished == 0);
  CHECK(bench.derived().violations.empty());

  bench.Change([](RegistryState& state) { DeleteSome(state, 60, true); });
  for (int i = 0; i < 10 && bench.derived().counts.deleted_subjects > 0; ++i) {
    bench.Poll();
  }
  CHECK(bench.facts->inventory->subjects.size() == 40);
  CHECK(bench.derived().violations.empty());  // they were deleted softly first
}

TEST_CASE("without the list of deleted subjects it is not known how they went", "[registry]") {
  Bench bench(simulator::SizedRegistry(30, 1));
  bench.Settle();
  bench.nodes[0]->SetFaults({.status = 500, .deleted = true});
  bench.Change([](RegistryState& state) { state.subjects.clear(); });
  bench.Poll();
  CHECK(bench.derived().counts.subjects == 0);
  CHECK(bench.derived().counts.vanished == 30);
  CHECK_FALSE(bench.reading.problems.empty());
  CHECK(bench.derived().violations.empty());
  bench.nodes[0]->SetFaults({});
  bench.Poll();
  CHECK(bench.facts->inventory->subjects.empty());
  CHECK(bench.derived().counts.vanished == 0);
  CHECK(Total(bench, IntegrityKind::kSubjectsLost) == 1);
}

TEST_CASE("a list that cannot be read loses nothing", "[registry]") {
  simulator::RegistryFaults faults =
      GENERATE(simulator::RegistryFaults{.status = 500}, simulator::RegistryFaults{.html = true},
               simulator::RegistryFaults{.cut_at = 1});
  faults.only = "/subjects";
  Bench bench(simulator::SizedRegistry(30, 1));
  bench.Settle();
  bench.nodes[0]->SetFaults(faults);
  bench.Change([](RegistryState& state) { state.subjects.clear(); });
  for (int i = 0; i < 3; ++i) {
    bench.Poll();
    CHECK(bench.facts->inventory->subjects.size() == 30);
    CHECK(bench.facts->listed->error);
  }
  CHECK(bench.TakeEvents().empty());
}

TEST_CASE("nodes behind one address of which one knows less are told, and lose nothing",
          "[registry]") {
  Bench bench(simulator::SizedRegistry(30, 1));
  bench.Settle();
  const std::string some = bench.facts->inventory->subjects.back()->entity->name;
  bench.nodes[0]->SetFaults({.hidden = some.substr(0, some.size() - 1)});
  bool told = false;
  for (int i = 0; i < 6; ++i) {
    bench.Poll();
    CHECK(bench.derived().counts.subjects == 30);
    told = told || bench.facts->incomplete.find("do nodes behind one address disagree?") !=
                       std::string::npos;
  }
  CHECK(told);
  CHECK(bench.TakeEvents().empty());
  CHECK(bench.derived().violations.empty());
  bench.nodes[0]->SetFaults({});
  bench.Poll();
  CHECK(bench.facts->incomplete.empty());
}

TEST_CASE("another registry under the same URL is told, and begun anew", "[registry]") {
  const bool same_names = GENERATE(false, true);
  Bench bench(simulator::SizedRegistry(30, 1));
  bench.Settle();
  CHECK(bench.facts->kafka_cluster_id == "simulated");
  REQUIRE(IsFresh(bench.facts->identified, bench.clock.Now()));
  bench.Change([](RegistryState& state) { simulator::Register(state, "one-more", "\"int\""); });
  bench.Poll();
  bench.TakeEvents();
  REQUIRE(bench.derived().registered_total == 1);

  bench.Change([&](RegistryState& state) {
    state.kafka_cluster_id = "another";
    state.max_id = 30;
    state.subjects.erase("one-more");
    RegistryState other = state;
    other.subjects.clear();
    for (auto& [name, subject] : state.subjects) {
      subject.versions[0].text =
          R"({"type":"fixed","name":"F","size":)" + std::to_string(subject.versions[0].id) + "}";
      other.subjects[(same_names ? "" : "other-") + name] = subject;
    }
    state = other;
  });
  for (int i = 0; i < 2; ++i) {
    bench.Poll();
  }
  CHECK(bench.TakeEvents() ==
        Strings{"registry_replaced : schema-registry of Kafka cluster another answers, and "
                "schema-registry of Kafka cluster simulated did: everything is read anew"});
  CHECK(bench.facts->kafka_cluster_id == "another");
  CHECK(bench.derived().violations.empty());
  CHECK(bench.derived().counts.subjects == 30);
  CHECK(bench.facts->max_id == 30);
  CHECK_FALSE(bench.derived().replaced.empty());
  CHECK(bench.derived().registered_total == 1);  // counters go on
}

TEST_CASE("whose a registry is is asked rarely, and of Confluent's alone", "[registry]") {
  const auto flavor = GENERATE(RegistryFlavor::kKarapace, RegistryFlavor::kApicurio);
  Bench bench(Shop(flavor));
  bench.Settle();
  CHECK(bench.facts->kafka_cluster_id.empty());
  CHECK(bench.facts->identified == nullptr);
  CHECK(bench.reading.problems.empty());
}

TEST_CASE("references are followed as Confluent's registry does", "[registry]") {
  struct Case {
    const char* what;
    RegistryFlavor flavor;
    const char* from;
    const char* to;
    const char* there;  ///< the subject that is registered
    bool leads;
  };

  const auto& [what, flavor, from, to, there, leads] = GENERATE(
      Case{"within the default context", RegistryFlavor::kConfluent, "r", "a", "a", true},
      Case{"within its own context", RegistryFlavor::kConfluent, ":.ctx:r", "a", ":.ctx:a", true},
      Case{"not into the default one", RegistryFlavor::kConfluent, ":.ctx:r", "a", "a", false},
      Case{"into another one by name", RegistryFlavor::kConfluent, "r", ":.ctx:a", ":.ctx:a", true},
      Case{"between two contexts", RegistryFlavor::kConfluent, ":.one:r", ":.two:a", ":.two:a",
           true},
      Case{"Karapace has none", RegistryFlavor::kKarapace, ":.ctx:r", "a", "a", true});
  INFO(what);
  RegistryState state;
  state.flavor = flavor;
  simulator::Register(state, there, "\"int\"");
  simulator::Register(state, from, "\"long\"");
  state.subjects[from].versions[0].references = {{.name = "x", .subject = to, .version = 1}};
  Bench bench(state);
  bench.Settle();
  CHECK(bench.derived().counts.dangling == (leads ? 0 : 1));
}

}  // namespace
}  // namespace klaxon::schema_registry_collector
