#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "tests/config/sample.h"

namespace klaxon::config {
namespace {

struct MistakeCase {
  std::string sentence{};
  std::string yaml{};
  std::string mistakes{};
};

void CheckMistakes(const std::vector<MistakeCase>& cases) {
  for (const MistakeCase& one : cases) {
    DYNAMIC_SECTION(one.sentence) {
      CHECK(MistakesOf(one.yaml) == one.mistakes);
    }
  }
}

/// A cluster's kafka section with one more line, which is line 5.
std::string Kafka(const std::string& line) {
  return "clusters:\n- name: main\n  kafka:\n    bootstrap.servers: a:9092\n    " + line + "\n";
}

TEST_CASE("a file without mistakes has none") {
  CheckMistakes({
      {"the smallest file", "clusters: [{name: main}]", ""},
      {"a file with a byte order mark",
       "\xEF\xBB\xBF"
       "clusters: [{name: main}]",
       ""},
      {"a file with Windows line ends", "clusters:\r\n- name: main\r\nlisten: :9308\r\n", ""},
      {"the markers of a document", "---\nclusters: [{name: main}]\n...\n", ""},
      {"comments beside the keys", "# here\nclusters: [{name: main}] # there\n", ""},
      {"a section without a value", "log:\nclusters: [{name: main}]", ""},
      {"an optional key without a value", Kafka("interval:"), ""},
      {"a known tag", "clusters: [{name: !!str 5}]", ""},
      {"an alias", "clusters: [{name: &main x, connect: [{name: *main, url: u}]}]", ""},
  });
}

TEST_CASE("a key that is unknown, double or missing is named with its line and path") {
  CheckMistakes({
      {"a mistyped key", Kafka("intervall: 5s"),
       R"(klaxon.yaml:5: clusters[0].kafka.intervall: unknown key; did you mean "interval"?)"},
      {"a key that resembles none", "clusters: [{name: main}]\nlog: {zzzzzzzzzz: 1}",
       "klaxon.yaml:2: log.zzzzzzzzzz: unknown key; known here: level"},
      {"a whole unknown section, whose inside is not looked at",
       "exporters: {a: 1, b: [2]}\nclusters: [{name: main}]",
       "klaxon.yaml:1: exporters: unknown key; known here: listen, log, clusters"},
      {"the same key twice, with the line of the first",
       "clusters:\n- name: main\nlisten: :1\nlisten: :2\n",
       "klaxon.yaml:4: listen: duplicate key; first given on line 3"},
      {"the same key twice, deep below", Kafka("labels: {a: 1, b: 2, a: 3}"),
       "klaxon.yaml:5: clusters[0].kafka.labels.a: duplicate key; first given on line 5"},
      {"the same key twice inside an unknown section",
       "clusters: [{name: main}]\nexporters:\n  x: [{a: 1, a: 2}]",
       "klaxon.yaml:2: exporters: unknown key; known here: listen, log, clusters\n"
       "klaxon.yaml:3: exporters.x[0].a: duplicate key; first given on line 3"},
      {"a required key that is not there: the line of its map",
       "clusters:\n- kafka:\n    bootstrap.servers: a:1\n",
       "klaxon.yaml:2: clusters[0].name: required, but not given"},
      {"a required key without a value", "clusters:\n- kafka: {bootstrap.servers: a:1}\n  name:\n",
       "klaxon.yaml:3: clusters[0].name: required, but it has no value"},
      {"a required text that is empty", "clusters:\n- name: \"\"\n",
       "klaxon.yaml:2: clusters[0].name: must not be empty, found \"\""},
      {"a required key of a section without a value", "clusters:\n- name: main\n  kafka:\n",
       "klaxon.yaml:3: clusters[0].kafka.bootstrap.servers: required, but not given"},
      {"an empty file", "", "klaxon.yaml: clusters: required, but not given"},
      {"a file of comments", "# nothing yet\n", "klaxon.yaml: clusters: required, but not given"},
      {"what the reader of a section finds", "listen: :1\nclusters: []\n",
       "klaxon.yaml:2: clusters: name at least one cluster"},
      {"a merge key", "clusters:\n- &one {name: main}\n- <<: *one\n  name: other\n",
       "klaxon.yaml:3: clusters[1].<<: merging (\"<<\") is not supported; write the keys out, or "
       "use "
       "an alias for a whole value"},
      {"a key that is a list", "clusters: [{name: main}]\n? [a, b]\n: c\n",
       "klaxon.yaml:2: a key must be text, found a list"},
      {"a key that is nothing", "clusters: [{name: main, ~: 5}]\n",
       "klaxon.yaml:1: clusters[0]: a key must be text, found nothing"},
  });
}

TEST_CASE("a value of the wrong kind says what was expected and what was found") {
  CheckMistakes({
      {"text instead of a duration", Kafka("interval: soon"),
       R"(klaxon.yaml:5: clusters[0].kafka.interval: expected a duration such as 10s, found "soon")"},
      {"a number without a unit instead of a duration", Kafka("interval: 10"),
       R"(klaxon.yaml:5: clusters[0].kafka.interval: expected a duration such as 10s, found "10")"},
      {"a list instead of a duration", Kafka("interval: [10s]"),
       "klaxon.yaml:5: clusters[0].kafka.interval: expected a duration such as 10s, found a list"},
      {"a duration that is too short", Kafka("interval: 500ms"),
       R"(klaxon.yaml:5: clusters[0].kafka.interval: out of range (1s to 1h), found "500ms")"},
      {"a duration that is too long", Kafka("interval: 61m"),
       R"(klaxon.yaml:5: clusters[0].kafka.interval: out of range (1s to 1h), found "61m")"},
      {"text instead of a whole number", Kafka("groups: many"),
       R"(klaxon.yaml:5: clusters[0].kafka.groups: expected a whole number, found "many")"},
      {"a fraction instead of a whole number", Kafka("groups: 2.5"),
       R"(klaxon.yaml:5: clusters[0].kafka.groups: expected a whole number, found "2.5")"},
      {"a number beyond 64 bits", Kafka("groups: 99999999999999999999"),
       "klaxon.yaml:5: clusters[0].kafka.groups: expected a whole number, found "
       "\"99999999999999999999\""},
      {"a number outside its range", Kafka("groups: 0"),
       R"(klaxon.yaml:5: clusters[0].kafka.groups: out of range (1 to 1000), found "0")"},
      {"an infinite number", Kafka("jitter: inf"),
       R"(klaxon.yaml:5: clusters[0].kafka.jitter: expected a number, found "inf")"},
      {"a fraction outside its range", Kafka("jitter: 1.5"),
       R"(klaxon.yaml:5: clusters[0].kafka.jitter: out of range (0 to 1), found "1.5")"},
      {"yes instead of true", Kafka("enabled: yes"),
       R"(klaxon.yaml:5: clusters[0].kafka.enabled: expected true or false, found "yes")"},
      {"a map instead of text", Kafka("rack: {a: b}"),
       "klaxon.yaml:5: clusters[0].kafka.rack: expected text, found a map"},
      {"a name that is not of the choice", "clusters: [{name: main}]\nlog:\n  level: loud\n",
       R"(klaxon.yaml:3: log.level: expected one of debug, info, warn, found "loud")"},
      {"an address without a port", "listen: localhost\nclusters: [{name: main}]",
       R"(klaxon.yaml:1: listen: expected an address such as 127.0.0.1:9092, found "localhost")"},
      {"one bad address among those in one text",
       "clusters: [{name: main, kafka: {bootstrap.servers: \"a:1,b:x, c:3\"}}]",
       "klaxon.yaml:1: clusters[0].kafka.bootstrap.servers: expected addresses such as "
       "127.0.0.1:9092, found \"b:x\""},
      {"one bad address in a list, with its own line",
       "clusters:\n- name: main\n  kafka:\n    bootstrap.servers:\n    - a:1\n    - b\n",
       "klaxon.yaml:6: clusters[0].kafka.bootstrap.servers[1]: expected addresses such as "
       "127.0.0.1:9092, found \"b\""},
      {"no address at all", "clusters: [{name: main, kafka: {bootstrap.servers: []}}]",
       "klaxon.yaml:1: clusters[0].kafka.bootstrap.servers: expected at least one address, found a "
       "list"},
      {"a map instead of a list of text", Kafka("topics: {a: b}"),
       "klaxon.yaml:5: clusters[0].kafka.topics: expected a list of text, found a map"},
      {"a map inside a list of text", Kafka("topics: [a, {b: c}]"),
       "klaxon.yaml:5: clusters[0].kafka.topics[1]: expected text, found a map"},
      {"a list inside a map of text", Kafka("labels: {team: [a]}"),
       "klaxon.yaml:5: clusters[0].kafka.labels.team: expected text, found a list"},
      {"text instead of a map", "log: info\nclusters: [{name: main}]",
       R"(klaxon.yaml:1: log: expected a map, found "info")"},
      {"a map instead of a list of maps", "clusters: {name: main}",
       "klaxon.yaml:1: clusters: name at least one cluster\n"
       "klaxon.yaml:1: clusters: expected a list of maps (each begins with \"- \"), found a map"},
      {"text inside a list of maps", "clusters: [{name: a}, b]",
       R"(klaxon.yaml:1: clusters[1]: expected a map, found "b")"},
      {"a tag of another program", "clusters: [{name: !include main.txt}]",
       "klaxon.yaml:1: clusters[0].name: the tag \"!include\" is not understood; leave it out"},
  });
}

TEST_CASE("all mistakes come at once, in the order of the file") {
  CHECK(MistakesOf("liste: :1\n"
                   "clusters:\n"
                   "- name: main\n"
                   "  connect:\n"
                   "  - {name: etl, interval: 2h}\n"
                   "  kafka:\n"
                   "    interval: 5\n"
                   "    bootstrap.servers: x\n"
                   "log: {level: 3}\n") ==
        "klaxon.yaml:1: liste: unknown key; did you mean \"listen\"?\n"
        "klaxon.yaml:5: clusters[0].connect[0].url: required, but not given\n"
        "klaxon.yaml:5: clusters[0].connect[0].interval: out of range (1s to 1h), found \"2h\"\n"
        "klaxon.yaml:7: clusters[0].kafka.interval: expected a duration such as 10s, found \"5\"\n"
        "klaxon.yaml:8: clusters[0].kafka.bootstrap.servers: expected addresses such as "
        "127.0.0.1:9092, found \"x\"\n"
        "klaxon.yaml:9: log.level: expected one of debug, info, warn, found \"3\"");
}

TEST_CASE("more than a hundred mistakes are counted instead of shown") {
  std::string yaml = "clusters: [{name: main}]\n";
  for (int i = 0; i < 150; ++i) {
    yaml += fmt::format("unknown{}: 1\n", i);
  }
  Document document = Document::Parse(yaml, "klaxon.yaml");
  (void)ReadSample(document.Root());
  const std::vector<Mistake> mistakes = document.mistakes();
  REQUIRE(mistakes.size() == 101);
  CHECK(ToString(mistakes.front()) ==
        "klaxon.yaml:2: unknown0: unknown key; known here: listen, log, clusters");
  CHECK(ToString(mistakes.back()) == "klaxon.yaml: and 50 more mistakes");
}

TEST_CASE("a mistake knows its column") {
  Document document =
      Document::Parse("clusters: [{name: main}]\nlog: {level: loud, leve: 1}", "klaxon.yaml");
  (void)ReadSample(document.Root());
  const std::vector<Mistake> mistakes = document.mistakes();
  REQUIRE(mistakes.size() == 2);
  CHECK(mistakes[0].position == Position{2, 14});  // the value
  CHECK(mistakes[1].position == Position{2, 20});  // the key
}

TEST_CASE("a map that its reader forgot to finish is finished when it goes away") {
  Document document = Document::Parse("listen: 1\nlisten2: 2\n", "klaxon.yaml");
  {
    YamlMap root = document.Root();
    (void)root.Integer("listen", 0);
    CHECK(document.ok());
  }
  CHECK(ToString(document.mistakes()) ==
        "klaxon.yaml:2: listen2: unknown key; did you mean \"listen\"?");
}

}  // namespace
}  // namespace klaxon::config
