#include "agent/analysis/record_samples.h"

#include <catch2/catch_test_macros.hpp>

namespace klaxon::analysis {
namespace {

using namespace std::string_literals;  // NOLINT(google-build-using-namespace): bytes with zeros
using std::chrono::seconds;

AnswerRef ListedAt(seconds when, seconds good_for = seconds{60}) {
  return std::make_shared<const Answer>(Answer{.source = "test",
                                               .taken_at = {.wall = {}, .mono = MonoTime{} + when},
                                               .good_for = good_for,
                                               .error = {}});
}

Instant Second(seconds when) {
  return {.wall = {}, .mono = MonoTime{} + when};
}

SchemaVersionFacts VersionOf(int32_t id, bool deleted = false) {
  return {.version = 1,
          .deleted = deleted,
          .schema = std::make_shared<const SchemaFacts>(SchemaFacts{.id = id, .type = "AVRO"})};
}

/// 23 lives, 25 is soft-deleted.
SchemaRegistryFacts RegistryListed(seconds listed) {
  auto inventory = std::make_shared<RegistryInventory>();
  inventory->subjects.push_back(std::make_shared<const SubjectFacts>(
      SubjectFacts{.versions = {VersionOf(23), VersionOf(25, true)}}));
  SchemaRegistryFacts facts;
  facts.inventory = std::move(inventory);
  facts.listed = facts.max_id_answer = ListedAt(listed);
  facts.whole = true;
  facts.max_id = 30;
  facts.max_id_told = true;
  return facts;
}

RecordSampleFacts SampleOf(const std::string& value, seconds when) {
  static EntityTable names;
  WireCount count{.prefix = ReadPrefix(RecordPart::kValue, value), .records = 1};
  SampledTopic topic{.entity = names.Intern("orders"), .records = 1};
  topic.parts[IndexOf(RecordPart::kValue)].counts.push_back(std::move(count));
  topic.sampled = ListedAt(when);
  RecordSampleFacts facts;
  facts.topics.push_back(std::move(topic));
  return facts;
}

using DerivedRef = std::shared_ptr<const RecordSamplesDerived>;

WireKind KindIn(const DerivedRef& derived) {
  return derived->topics.at(0).at(IndexOf(RecordPart::kValue)).findings.at(0).verdict.kind;
}

TEST_CASE("samples are judged by what the registry beside their cluster lists",
          "[record_samples]") {
  const SchemaRegistryFacts registry = RegistryListed(seconds{20});

  struct Case {
    std::string value;
    WireKind kind;
  };

  for (const Case& each :
       {Case{"\0\0\0\0\x17x"s, WireKind::kKnown}, Case{"\0\0\0\0\x19x"s, WireKind::kSoftDeleted},
        Case{"\0\0\0\0\x1ax"s, WireKind::kDeleted},
        Case{"\0\0\0\x01\x1ax"s, WireKind::kOtherRegistry},
        Case{"\0\x17\0\0\0x"s, WireKind::kLittleEndian}}) {
    const RecordSampleFacts facts = SampleOf(each.value, seconds{10});
    CHECK(Name(KindIn(AdvanceSamples(nullptr, false, facts, {&registry}, Second(seconds{30})))) ==
          Name(each.kind));
  }
}

TEST_CASE("an id is unknown only when the registry was listed after the record was read",
          "[record_samples]") {
  const std::string value = "\0\0\0\0\x1ax"s;
  const SchemaRegistryFacts early = RegistryListed(seconds{5});
  const SchemaRegistryFacts late = RegistryListed(seconds{15});
  const RecordSampleFacts first = SampleOf(value, seconds{10});
  DerivedRef derived = AdvanceSamples(nullptr, false, first, {&early}, Second(seconds{11}));
  CHECK(KindIn(derived) == WireKind::kUnresolved);
  derived = AdvanceSamples(derived, true, first, {&late}, Second(seconds{16}));
  CHECK(KindIn(derived) == WireKind::kDeleted);
  // The next sample comes before the next list: what was absent does not become unresolved again.
  const RecordSampleFacts second = SampleOf(value, seconds{20});
  derived = AdvanceSamples(derived, false, second, {&late}, Second(seconds{21}));
  CHECK(KindIn(derived) == WireKind::kDeleted);
}

TEST_CASE("what cannot be believed judges nothing", "[record_samples]") {
  const RecordSampleFacts facts = SampleOf("\0\0\0\0\x1ax"s, seconds{10});
  SchemaRegistryFacts part = RegistryListed(seconds{20});
  part.whole = false;
  SchemaRegistryFacts incomplete = RegistryListed(seconds{20});
  incomplete.incomplete = "the list is cut";
  const SchemaRegistryFacts good = RegistryListed(seconds{20});
  for (const auto& registries : std::vector<std::vector<const SchemaRegistryFacts*>>{
           {}, {&part}, {&incomplete}, {&good, &part}}) {
    CHECK(KindIn(AdvanceSamples(nullptr, false, facts, registries, Second(seconds{30}))) ==
          WireKind::kUnresolved);
  }
  const RecordSampleFacts live = SampleOf("\0\0\0\0\x17x"s, seconds{10});
  const DerivedRef fresh = AdvanceSamples(nullptr, false, live, {&good}, Second(seconds{30}));
  CHECK(KindIn(fresh) == WireKind::kKnown);
  const DerivedRef same = AdvanceSamples(fresh, true, live, {&good}, Second(seconds{31}));
  CHECK(same == fresh);
  // Stale: the list was of second 20 and good for 60.
  CHECK(KindIn(AdvanceSamples(fresh, true, live, {&good}, Second(seconds{90}))) ==
        WireKind::kUnresolved);
}

}  // namespace
}  // namespace klaxon::analysis
