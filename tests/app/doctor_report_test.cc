#include "agent/app/doctor_report.h"

#include <memory>

#include <catch2/catch_test_macros.hpp>

namespace klaxon::app {
namespace {

const kafka::Finding kHostile{.step = kafka::Step::kName,
                              .outcome = kafka::Outcome::kBad,
                              .subject = "a\x1b[31m:9092",
                              .said = "b\n  ok  forged",
                              .mend = std::string("c\0d", 3)};

TEST_CASE("what a terminal would obey stays out of a finding's lines", "[doctor]") {
  const std::string lines = FindingLines(kHostile);
  CHECK(lines ==
        "  bad      name        a?[31m:9092: b?  ok  forged\n"
        "                       -> c?d\n");
}

TEST_CASE("a finding in JSON is valid whatever bytes it holds", "[doctor]") {
  kafka::Finding odd = kHostile;
  odd.said = "\xff\xfe";
  const std::string json = DiagnosesAsJson({{.cluster = "c", .findings = {odd}}});
  CHECK(json.find("\"said\": \"\xef\xbf\xbd\xef\xbf\xbd\"") != std::string::npos);
  CHECK(json.find("\"good\": false") != std::string::npos);
}

TEST_CASE("of a source other than Kafka it tells each part that failed", "[doctor]") {
  Section section{.cluster = "main", .collector = "connect", .instance = "etl"};
  CHECK(FindingLines(AnswersOf(section).front()) ==
        "  bad      answers     connect/main/etl: nothing was answered\n");
  section.facts = std::make_shared<const Facts>();
  CHECK(FindingLines(AnswersOf(section).front()) ==
        "  ok       answers     connect/main/etl: all that was asked was answered\n");
  section.status.problems = {{.scope = "worker a", .error = {Reason::kTimeout, "too slow"}},
                             {.scope = "worker b", .error = {Reason::kRefused, "401"}}};
  REQUIRE(AnswersOf(section).size() == 2);
  CHECK(FindingLines(AnswersOf(section).back()) ==
        "  bad      answers     connect/main/etl, worker b: 401\n");
}

TEST_CASE("mistakes in the configuration are JSON as well, one each", "[doctor]") {
  CHECK(MistakesAsJson("a.yaml:3: x: y\nb \"\xff\"") ==
        "{\n \"clusters\": [],\n \"mistakes\": [\n  \"a.yaml:3: x: y\",\n  \"b "
        "\\\"\xef\xbf\xbd\\\"\"\n ]\n}\n");
}

}  // namespace
}  // namespace klaxon::app
