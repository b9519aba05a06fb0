#include <catch2/catch_test_macros.hpp>

#include "exporters/status_page/page.h"
#include "exporters/status_page/registry_section.h"
#include "tests/exporters/status_page/estate.h"

namespace klaxon::status_page {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace)

SchemaRegistryFacts Registry(EntityTable& names) {
  SchemaRegistryFacts facts;
  facts.kind = RegistryKind::kConfluent;
  facts.listed = facts.settings = AnswerAt(100);
  facts.listed_from = "http://a:8081";
  facts.whole = true;
  facts.compatibility = "BACKWARD";
  const auto schema = std::make_shared<const SchemaFacts>(SchemaFacts{.id = 1, .type = "AVRO"});
  auto inventory = std::make_shared<RegistryInventory>();
  inventory->subjects.push_back(std::make_shared<const SubjectFacts>(SubjectFacts{
      .entity = names.Intern("orders-value"), .versions = {{.version = 1, .schema = schema}}}));
  facts.inventory = inventory;
  for (const char* url : {"http://a:8081", "http://b:8081"}) {
    facts.nodes.push_back({.entity = names.Intern(url),
                           .state = RegistryNodeState::kServing,
                           .polled = AnswerAt(100),
                           .told = AnswerAt(100)});
  }
  facts.answers = {facts.listed};
  return facts;
}

View ViewWith(SchemaRegistryFacts facts, SchemaRegistryDerived derived = {}) {
  View view = ViewOf({SectionOf("schema_registry", std::move(facts))});
  view.parts.at(0).derived = std::make_shared<const SchemaRegistryDerived>(std::move(derived));
  return view;
}

std::string PageWith(SchemaRegistryFacts facts, SchemaRegistryDerived derived = {}) {
  return RenderPage(ViewWith(std::move(facts), std::move(derived)), At(110),
                    {.version = "1", .refresh = false, .sources = 1});
}

bool Has(const std::string& page, std::string_view piece) {
  return page.find(piece) != std::string::npos;
}

TEST_CASE("damage is shown once, with the time at which it was seen", "[status_page]") {
  EntityTable names;
  SchemaRegistryDerived derived;
  derived.violations.push_back({.kind = IntegrityKind::kIdChanged,
                                .at = At(50),
                                .what = "id 7 stands for two schemas",
                                .first = At(20),
                                .times = 3});
  const std::vector<Trouble> troubles = TroublesIn(ViewWith(Registry(names), derived), At(110));
  REQUIRE(troubles.size() == 1);
  CHECK(troubles[0].severity == Severity::kBroken);
  CHECK(troubles[0].why == "id 7 stands for two schemas; 3 times, first 90 s ago");
  REQUIRE(troubles[0].answer != nullptr);
  CHECK(troubles[0].answer->taken_at.mono == At(50).mono);
}

TEST_CASE("a comparison that fails is shown instead of nothing", "[status_page]") {
  EntityTable names;
  SchemaRegistryFacts facts = Registry(names);
  CHECK(Has(PageWith(facts), "not compared yet"));
  facts.nodes[1].compare_failed = "it answers 500; asked 02:00";
  CHECK(Has(PageWith(facts), "title=\"it answers 500; asked 02:00\""));
  facts.nodes[1].compared = AnswerAt(100);
  CHECK(Has(PageWith(facts), "not compared since: it answers 500"));
}

TEST_CASE("what cannot be read is counted and named", "[status_page]") {
  EntityTable names;
  SchemaRegistryFacts facts = Registry(names);
  CHECK_FALSE(Has(PageWith(facts), "not shown"));
  auto all = std::make_shared<UnreadableSubjects>();
  all->counts = {1, 0, 1};
  all->subjects = {{.name = "secret-value",
                    .part = UnreadablePart::kVersions,
                    .why = "answers <403>",
                    .since = At(80)},
                   {.name = "\xE2\x80\xAE"
                            "eulav",
                    .part = UnreadablePart::kLeftOut,
                    .why = "its name is odd"}};
  facts.unreadable = all;
  const std::string page = PageWith(facts);
  CHECK(Has(page, "1 subjects cannot be read, the settings of 0 cannot, and 1 are left out"));
  CHECK(Has(page, "<code>secret-value</code> cannot be read: answers &lt;403&gt;, for 30 s"));
  CHECK(Has(page, "<code>&lt;U+202E&gt;eulav</code> left out: its name is odd"));
}

TEST_CASE("a mode is shown by its own age", "[status_page]") {
  EntityTable names;
  SchemaRegistryFacts facts = Registry(names);
  facts.mode = facts.nodes[0].mode = "READONLY";
  facts.mode_told = facts.nodes[0].mode_told = AnswerAt(100);
  CHECK(Has(PageWith(facts), "<td data-label=\"Mode\">READONLY</td>"));
  CHECK(Has(PageWith(facts), "the schema registry is in mode READONLY"));
  facts.mode_told = facts.nodes[0].mode_told =
      WithError(AnswerAt(90), Error(Reason::kRefused, "answers <500>"));
  CHECK(Has(PageWith(facts), "not read since: answers &lt;500&gt;"));
  facts.mode_told = facts.nodes[0].mode_told = AnswerAt(60);
  CHECK_FALSE(Has(PageWith(facts), "READONLY"));
}

TEST_CASE("a registry that checks no compatibility is a problem, also of one subject",
          "[status_page]") {
  EntityTable names;
  SchemaRegistryFacts facts = Registry(names);
  CHECK(TroublesIn(ViewWith(facts), At(110)).empty());
  facts.compatibility = "NONE";
  std::vector<Trouble> troubles = TroublesIn(ViewWith(facts), At(110));
  REQUIRE(troubles.size() == 1);
  CHECK(troubles[0].severity == Severity::kAtRisk);
  CHECK(troubles[0].what == "the schema registry checks no compatibility");

  facts.compatibility = "BACKWARD";
  auto subject = *facts.inventory->subjects[0];
  subject.compatibility = "NONE";
  auto inventory = std::make_shared<RegistryInventory>();
  inventory->subjects.push_back(std::make_shared<const SubjectFacts>(subject));
  facts.inventory = inventory;
  troubles = TroublesIn(ViewWith(facts), At(110));
  REQUIRE(troubles.size() == 1);
  CHECK(troubles[0].what == "1 subject with no compatibility checks");
  CHECK(troubles[0].why.ends_with("e.g. in orders-value"));
  facts.kind = RegistryKind::kApicurio;  // which says NONE of each without a level of its own
  CHECK(TroublesIn(ViewWith(facts), At(110)).empty());
}

TEST_CASE("another registry under the same URL is a problem for a day", "[status_page]") {
  EntityTable names;
  SchemaRegistryDerived derived;
  derived.replaced = "b answers, and a did";
  derived.replaced_at = At(50);
  const std::vector<Trouble> troubles = TroublesIn(ViewWith(Registry(names), derived), At(110));
  REQUIRE(troubles.size() == 1);
  CHECK(troubles[0].what == "another schema registry answers");
  CHECK(troubles[0].why == "b answers, and a did");
}

TEST_CASE("subjects that left the list without a word are told as such", "[status_page]") {
  EntityTable names;
  SchemaRegistryDerived derived;
  derived.counts.vanished = 3;
  CHECK(Has(PageWith(Registry(names), derived),
            "3 subjects left the list, softly deleted or for good"));
}

TEST_CASE("a first scan that cannot go on says why", "[status_page]") {
  EntityTable names;
  SchemaRegistryFacts facts = Registry(names);
  facts.whole = false;
  CHECK(Has(PageWith(facts), "the first scan goes on"));
  facts.stuck = "http://a:8081 answers 403";
  CHECK(Has(PageWith(facts), "the first scan cannot go on: http://a:8081 answers 403"));
}

}  // namespace
}  // namespace klaxon::status_page
