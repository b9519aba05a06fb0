// What a registry lists and does not tell: it must neither stop what comes behind it nor be taken
// for gone.

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "agent/analysis/registry_integrity.h"
#include "tests/collectors/schema_registry/bench.h"

namespace klaxon::schema_registry_collector {
namespace {

using simulator::RegistryFaults;
using simulator::RegistryFlavor;
using simulator::RegistryState;

size_t CountOf(const Bench& bench, UnreadablePart part) {
  return bench.facts->unreadable == nullptr ? 0 : bench.facts->unreadable->Count(part);
}

/// The message of the problem of that scope; empty: there is none.
std::string ProblemOf(const Bench& bench, std::string_view scope) {
  const auto& problems = bench.reading.problems;
  const auto found = std::ranges::find_if(
      problems, [&](const Problem& problem) { return problem.scope.starts_with(scope); });
  return found == problems.end() ? "" : found->error.message();
}

struct Fault {
  const char* what;
  RegistryFaults faults;
};

TEST_CASE("a subject that cannot be read stops nothing behind it", "[registry]") {
  const auto& [what, base] =
      GENERATE(Fault{"403", {.status = 403}}, Fault{"500", {.status = 500}},
               Fault{"a web page", {.html = true}}, Fault{"half of it", {.cut_at = 1}});
  INFO(what);
  RegistryFaults faults = base;
  faults.only = "/subjects/customers-value";
  RegistryState state = Shop(RegistryFlavor::kApicurio);  // read subject by subject from the start
  state.subjects["orders-value"].versions[0].references = {
      {.name = "c", .subject = "customers-value", .version = 1}};
  Bench bench(state);
  bench.nodes[0]->SetFaults(faults);
  bench.Settle();
  CHECK(bench.facts->inventory->subjects.size() == 5);
  CHECK(bench.derived().counts.dangling == 0);  // nobody knows
  REQUIRE(CountOf(bench, UnreadablePart::kVersions) == 1);
  CHECK(bench.facts->unreadable->subjects[0].name == "customers-value");
  CHECK_FALSE(bench.facts->unreadable->subjects[0].why.empty());
  for (int i = 0; i < 3; ++i) {  // it stays told in polls that do not try again
    bench.Poll();
    CHECK(ProblemOf(bench, "subjects that cannot").starts_with("customers-value: "));
  }
  CHECK(bench.TakeEvents().empty());

  bench.nodes[0]->SetFaults({});
  for (int i = 0; i < 12 && bench.Find("customers-value") == nullptr; ++i) {
    bench.Poll();
  }
  CHECK(bench.Find("customers-value") != nullptr);
  CHECK(CountOf(bench, UnreadablePart::kVersions) == 0);
  CHECK(ProblemOf(bench, "subjects that cannot").empty());
  CHECK(bench.TakeEvents().empty());  // it is not new
}

TEST_CASE("what was known of a subject stays when it can be read no more", "[registry]") {
  Bench bench(Shop(RegistryFlavor::kApicurio));
  bench.Settle();
  bench.nodes[0]->SetFaults({.status = 403, .only = "/subjects/orders-value"});
  for (int i = 0; i < 15; ++i) {
    bench.Poll();
  }
  CHECK(CountOf(bench, UnreadablePart::kVersions) == 1);
  REQUIRE(bench.Find("orders-value") != nullptr);
  CHECK(bench.Find("orders-value")->versions.size() == 2);
  CHECK(bench.TakeEvents().empty());
  CHECK(bench.derived().violations.empty());

  bench.Change([](RegistryState& state) { simulator::Register(state, "new-value", "\"int\""); });
  bench.Poll();
  CHECK(bench.Find("new-value") != nullptr);

  bench.nodes[0]->SetFaults({});
  bench.Change([](RegistryState& state) { state.subjects.erase("orders-value"); });
  for (int i = 0; i < 25 && bench.Find("orders-value") != nullptr; ++i) {
    bench.Poll();
  }
  CHECK(bench.Find("orders-value") == nullptr);
  CHECK(bench.facts->unreadable == nullptr);
}

constexpr Duration kPatience = std::chrono::milliseconds{500};
constexpr Duration kHangs = 2 * kPatience;  // a hanging answer holds a thread of the node's

TEST_CASE("subjects that hang stop neither the first scan nor what is registered later",
          "[registry]") {
  const size_t hanging = GENERATE(size_t{1}, size_t{2});
  INFO(hanging);
  const RegistryFaults hang{.delay = kHangs, .only = "/subjects/hangs-"};
  Bench bench(Shop(RegistryFlavor::kApicurio));  // read subject by subject from the start
  bench.Change([&](RegistryState& state) {
    for (size_t i = 0; i < hanging; ++i) {  // neither the first nor the last by name
      simulator::Register(state, "hangs-" + std::to_string(i), "\"int\"");
    }
  });
  bench.WaitForAnswers(kPatience);
  const bool later = GENERATE(false, true);
  INFO(later);
  if (later) {
    bench.Settle();
  }
  bench.nodes[0]->SetFaults(hang);
  bench.Change([](RegistryState& state) { simulator::Register(state, "z-value", "\"int\""); });
  bench.Poll();
  for (int i = 0; i < 15 && CountOf(bench, UnreadablePart::kVersions) < hanging; ++i) {
    bench.Poll();
  }
  bench.Poll();
  CHECK(bench.facts->whole);
  CHECK(bench.facts->stuck.empty());
  CHECK(CountOf(bench, UnreadablePart::kVersions) == hanging);
  CHECK(bench.Find("z-value") != nullptr);
  CHECK((bench.Find("hangs-0") != nullptr) == later);  // what was known stays
  CHECK(ProblemOf(bench, "subjects that cannot").find("hangs-0: ") != std::string::npos);

  bench.nodes[0]->SetFaults({});
  for (int i = 0; i < 15 && bench.facts->unreadable != nullptr; ++i) {
    bench.Poll();
  }
  CHECK(bench.facts->unreadable == nullptr);
  CHECK(bench.Find("hangs-0") != nullptr);
}

TEST_CASE("settings of a subject that hang are told, and stop none behind it", "[registry]") {
  const std::string resource = GENERATE("/config/", "/mode/");
  INFO(resource);
  Bench bench;
  bench.WaitForAnswers(kPatience);
  bench.nodes[0]->SetFaults({.delay = kHangs, .only = resource + "orders-value"});
  for (int i = 0; i < 4; ++i) {
    bench.Poll();
  }
  REQUIRE(CountOf(bench, UnreadablePart::kSettings) == 1);
  CHECK(bench.facts->unreadable->subjects[0].name == "orders-value");
  for (const SubjectRef& subject : bench.facts->inventory->subjects) {
    INFO(subject->entity->name);
    CHECK((subject->compatibility && subject->mode) != (subject->entity->name == "orders-value"));
  }
  CHECK(bench.facts->subject_settings_at);

  bench.nodes[0]->SetFaults({});
  for (int i = 0; i < 3; ++i) {
    bench.Poll();
  }
  CHECK(bench.facts->unreadable == nullptr);
  CHECK(bench.reading.problems.empty());
}

TEST_CASE("settings of one subject that cannot be read stop none behind it", "[registry]") {
  Bench bench;
  bench.nodes[0]->SetFaults({.status = 403, .only = "/config/customers-value"});
  for (int i = 0; i < 3; ++i) {
    bench.Poll();
    CHECK(ProblemOf(bench, "subjects whose settings").starts_with("customers-value: "));
  }
  for (const SubjectRef& subject : bench.facts->inventory->subjects) {
    INFO(subject->entity->name);
    CHECK((subject->compatibility && subject->mode) !=
          (subject->entity->name == "customers-value"));
  }
  CHECK(CountOf(bench, UnreadablePart::kSettings) == 1);
  CHECK(bench.facts->subject_settings_at);

  bench.nodes[0]->SetFaults({});
  bench.Poll();
  CHECK(bench.facts->unreadable == nullptr);
  CHECK(bench.Find("customers-value")->compatibility == "");
}

TEST_CASE("one subject whose mode is not there decides for no other", "[registry]") {
  Bench bench;
  bench.nodes[0]->SetFaults({.status = 404, .only = "/mode/customers-value"});
  for (int i = 0; i < 3; ++i) {
    bench.Poll();
  }
  bench.Change([](RegistryState& state) { state.subjects["orders-value"].mode = "READONLY"; });
  for (int i = 0; i < 3; ++i) {
    bench.Poll();
  }
  CHECK(bench.facts->mode == "READWRITE");
  CHECK(bench.Find("orders-value")->mode == "READONLY");
  CHECK(CountOf(bench, UnreadablePart::kSettings) == 1);
  CHECK(ProblemOf(bench, "subjects whose settings").starts_with("customers-value: "));
}

TEST_CASE("a mode that was told once and cannot be read now keeps its age", "[registry]") {
  const int status = GENERATE(404, 405, 500, 501, 503);
  const int polls = GENERATE(1, 3);
  INFO(status << " in " << polls << " polls");
  Bench bench;
  bench.Change([](RegistryState& state) { state.subjects["orders-value"].mode = "READONLY"; });
  bench.Settle();
  const Instant told_at = bench.facts->mode_told->taken_at;
  bench.nodes[0]->SetFaults({.status = status, .only = "/mode"});
  for (int i = 0; i < polls; ++i) {
    bench.Poll();
  }
  CHECK(bench.facts->settings->taken_at.mono > told_at.mono);
  const bool lacks = polls > 1 && status != 500 && status != 503;  // it says so twice
  CHECK(bench.facts->mode == (lacks ? "" : "READWRITE"));
  CHECK(bench.facts->nodes[0].LacksModes() == lacks);
  if (!lacks) {
    CHECK(bench.facts->mode_told->taken_at.mono == told_at.mono);
    CHECK(bench.facts->mode_told->error);
    CHECK_FALSE(ProblemOf(bench, "mode of").empty());
    CHECK(bench.Find("orders-value")->mode == "READONLY");
  }

  bench.nodes[0]->SetFaults({});
  for (int i = 0; i < 12; ++i) {  // it is asked every 10 polls
    bench.Poll();
  }
  CHECK(bench.facts->mode == "READWRITE");
  CHECK_FALSE(bench.facts->mode_told->error);
  CHECK(bench.Find("orders-value")->mode == "READONLY");
  CHECK(bench.reading.problems.empty());
}

TEST_CASE("a registry without modes is asked for its mode now and then", "[registry]") {
  Bench bench(Shop(RegistryFlavor::kApicurio));
  bench.Settle();
  CHECK(bench.facts->mode.empty());
  CHECK(bench.facts->nodes[0].LacksModes());
  CHECK(bench.reading.problems.empty());
  bench.Change([](RegistryState& state) { state.flavor = RegistryFlavor::kConfluent; });
  for (int i = 0; i < 10 && bench.facts->mode.empty(); ++i) {
    bench.Poll();
  }
  CHECK(bench.facts->mode == "READWRITE");
}

TEST_CASE("a node whose mode is not there decides for no other", "[registry]") {
  Bench bench(simulator::ShopRegistry(), 2);
  bench.nodes[1]->SetFaults({.status = 404, .only = "/mode"});
  bench.Settle();
  CHECK(bench.facts->nodes[0].mode == "READWRITE");
  CHECK(bench.facts->nodes[1].LacksModes());
  bench.Change([](RegistryState& state) {
    state.mode = "READONLY";
    state.subjects["orders-value"].mode = "READONLY";
  });
  for (int i = 0; i < 4; ++i) {
    bench.Poll();
  }
  CHECK(bench.facts->mode == "READONLY");
  CHECK(bench.Find("orders-value")->mode == "READONLY");
}

TEST_CASE("settings are read again in as many requests as are allowed", "[registry]") {
  Bench bench(simulator::SizedRegistry(40, 1));
  bench.SpendOnSettings(40);
  bench.Settle();
  bench.Change([](RegistryState& state) {
    for (auto& [name, subject] : state.subjects) {
      subject.compatibility = "FULL";
    }
  });
  const auto changed = [&] {
    return std::ranges::count_if(bench.facts->inventory->subjects, [](const SubjectRef& subject) {
      return subject->compatibility == "FULL";
    });
  };
  bench.Poll();
  CHECK(changed() == 20);
  bench.Poll();
  CHECK(changed() == 40);
}

TEST_CASE("while all schemas together cannot be read it says so, then reads one by one",
          "[registry]") {
  Bench bench;
  bench.nodes[0]->SetFaults({.status = 500, .code = 50001, .only = "/schemas"});
  bench.Poll();
  CHECK_FALSE(bench.facts->whole);
  CHECK(bench.facts->stuck.find("50001") != std::string::npos);
  bench.Settle();
  CHECK(bench.facts->stuck.empty());
  CHECK(bench.derived().counts.versions == 7);
  for (int i = 0; i < 3; ++i) {
    bench.Poll();
    CHECK(ProblemOf(bench, "subjects").find("one by one") != std::string::npos);
  }
  bench.nodes[0]->SetFaults({});
  for (int i = 0; i < 70 && !bench.reading.problems.empty(); ++i) {
    bench.Poll();
  }
  CHECK(bench.reading.problems.empty());
  CHECK(bench.derived().counts.versions == 7);
}

TEST_CASE("subjects with odd names are left out, and told", "[registry]") {
  const auto flavor = GENERATE(RegistryFlavor::kConfluent, RegistryFlavor::kApicurio);
  RegistryState state = Shop(flavor);
  simulator::Register(state, std::string(10'240, 'x'), "\"int\"");
  simulator::Register(state, "", "\"long\"");
  Bench bench(state);
  bench.Settle();
  CHECK(bench.facts->inventory->subjects.size() == 6);
  REQUIRE(CountOf(bench, UnreadablePart::kLeftOut) == 2);
  const auto& left_out = bench.facts->unreadable->subjects;
  CHECK(left_out[0].why == "its name is empty");
  CHECK(left_out[1].name == std::string(100, 'x') + "... (10240 bytes)");
  CHECK(left_out[1].why == "its name has 10240 bytes; names of up to 1024 are read");
  CHECK(bench.reading.problems.empty());

  bench.Change([](RegistryState& changed) { changed.subjects.erase(""); });
  for (int i = 0; i < 12 && CountOf(bench, UnreadablePart::kLeftOut) == 2; ++i) {
    bench.Poll();
  }
  CHECK(CountOf(bench, UnreadablePart::kLeftOut) == 1);
}

TEST_CASE("a comparison that failed is told until the next one", "[registry]") {
  Bench bench(simulator::ShopRegistry(), 2);
  bench.Settle();
  bench.nodes[1]->SetFaults({.status = 500, .only = "/subjects"});
  for (int i = 0; i < 3; ++i) {
    bench.Poll();
  }
  for (int i = 0; i < 5; ++i) {
    INFO(i);
    bench.Poll();
    CHECK(ProblemOf(bench, "comparison with").find("; asked 2") != std::string::npos);
    CHECK_FALSE(bench.facts->nodes[1].compare_failed.empty());
  }
  bench.nodes[1]->SetFaults({});
  for (int i = 0; i < 3; ++i) {
    bench.Poll();
  }
  CHECK(bench.reading.problems.empty());
  CHECK(bench.facts->nodes[1].compare_failed.empty());
}

TEST_CASE("equal damage is one line with its own time", "[registry]") {
  SchemaRegistryDerived derived;
  std::vector<analysis::Change> changes;
  const auto at = [](int second) {
    return Instant{.wall = WallTime{std::chrono::seconds{second}},
                   .mono = MonoTime{std::chrono::seconds{second}}};
  };
  const IntegrityViolation one{
      .kind = IntegrityKind::kNodesDisagree, .at = {}, .what = "a differs"};
  const IntegrityViolation two{
      .kind = IntegrityKind::kNodesDisagree, .at = {}, .what = "b differs"};
  analysis::KeepViolations({one}, at(10), changes, derived);
  analysis::KeepViolations({two}, at(20), changes, derived);
  analysis::KeepViolations({one}, at(30), changes, derived);
  REQUIRE(derived.violations.size() == 2);
  const IntegrityViolation& last = derived.violations.back();
  CHECK(last.what == "a differs");
  CHECK(last.times == 2);
  CHECK(last.first.mono == at(10).mono);
  CHECK(last.at.mono == at(30).mono);
  CHECK(derived.violation_totals.at(static_cast<size_t>(IntegrityKind::kNodesDisagree)) == 3);
  CHECK(changes.size() == 3);
}

}  // namespace
}  // namespace klaxon::schema_registry_collector
