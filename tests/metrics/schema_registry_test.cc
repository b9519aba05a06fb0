#include <array>
#include <optional>
#include <set>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "agent/metrics/writer.h"
#include "tests/metrics/estate.h"
#include "tests/metrics/recording_writer.h"

namespace klaxon::metrics {
namespace {

using std::chrono::seconds;

AnswerRef ToldBefore(std::optional<Duration> age) {
  return !age ? nullptr
              : std::make_shared<const Answer>(
                    Answer{.source = "/mode",
                           .taken_at = {.wall = {}, .mono = testing::EstateNow().mono - *age},
                           .good_for = seconds{30},
                           .error = {}});
}

View RegistryView(const std::string& mode, std::optional<Duration> age) {
  SchemaRegistryFacts facts;
  facts.settings = ToldBefore(seconds{1});
  facts.mode = mode;
  facts.mode_told = ToldBefore(age);
  Section section{.cluster = "main", .collector = "schema_registry", .instance = "shop"};
  section.facts = std::make_shared<const SchemaRegistryFacts>(facts);
  return {.version = 1,
          .now = testing::EstateNow(),
          .parts = {{.section = std::make_shared<const Section>(section),
                     .derived = std::make_shared<const SchemaRegistryDerived>()}}};
}

TEST_CASE("a registry's mode is told by its own age, not by the level's", "[metrics]") {
  struct Case {
    const char* what;
    const char* mode;
    std::optional<Duration> age;
    size_t series;
    bool unknown;
  };

  const std::string name = "kafka_schema_registry_mode";
  for (const Case& each : {Case{"told just now", "READONLY", seconds{1}, 1, false},
                           Case{"told too long ago", "READONLY", seconds{31}, 0, true},
                           Case{"never told", "", std::nullopt, 0, true},
                           Case{"there are no modes", "", seconds{1}, 0, false}}) {
    INFO(each.what);
    const View view = RegistryView(each.mode, each.age);
    testing::RecordingWriter out;
    Emit(SchemaRegistryTable(), view, out);
    CHECK(out.families().count(name) == each.series);
    CHECK(out.families().contains("kafka_schema_registry_compatibility"));
    if (each.series > 0) {
      CHECK(out.samples().at(name + "{cluster=main,registry=shop,mode=READONLY}") == 1);
      CHECK(out.samples().at(name + "{cluster=main,registry=shop,mode=READWRITE}") == 0);
    }
    const std::array<Table, 1> tables{SchemaRegistryTable()};
    std::set<std::string> unknown;
    for (const UnknownScope& scope : UnknownScopes(tables, view)) {
      unknown.emplace(scope.metric);
    }
    CHECK(unknown.contains(name) == each.unknown);
  }
}

}  // namespace
}  // namespace klaxon::metrics
