#include <array>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

#include "tests/config/sample.h"

namespace klaxon::config {
namespace {

using namespace std::chrono_literals;
using Pairs = std::vector<std::pair<std::string, std::string>>;

Sample ReadSample(std::string_view text, const Environment& environment = Variables({})) {
  Document document = Document::Parse(text, "klaxon.yaml", environment);
  Sample sample = ReadSample(document.Root());
  INFO(ToString(document.mistakes()));
  CHECK(document.ok());
  return sample;
}

TEST_CASE("every value that is written is read") {
  const Sample sample = ReadSample(R"(
listen: "[::1]:9400"
log: {level: warn}
clusters:
  - name: main
    kafka:
      bootstrap.servers: "a:9092, b:9093"
      interval: 1m30s
      groups: 7
      jitter: 0.25
      enabled: false
      topics: [orders, "payments, old"]
      rack: r1
      labels: {team: data, on-call: "yes"}
    connect:
      - {name: etl, url: "http://c1:8083", interval: 7s, password: hidden}
      - {name: cdc, url: "http://c2:8083"}
  - name: 42
)");
  CHECK(sample.listen == HostPort{"::1", 9400});
  CHECK(sample.level == Level::kWarn);
  REQUIRE(sample.clusters.size() == 2);
  const Sample::Cluster& main = sample.clusters[0];
  CHECK(main.name == "main");
  CHECK(main.bootstrap == std::vector<HostPort>{{"a", 9092}, {"b", 9093}});
  CHECK(main.interval == 90s);
  CHECK(main.groups == 7);
  CHECK(main.jitter == 0.25);
  CHECK_FALSE(main.enabled);
  CHECK(main.topics == std::vector<std::string>{"orders", "payments, old"});
  CHECK(main.rack == "r1");
  CHECK(main.labels == Pairs{{"team", "data"}, {"on-call", "yes"}});
  REQUIRE(main.connect.size() == 2);
  CHECK(main.connect[0].interval == 7s);
  CHECK(main.connect[0].password.Reveal() == "hidden");
  CHECK(main.connect[1].name == "cdc");
  CHECK(main.connect[1].interval == 5s);
  CHECK(main.connect[1].password.empty());
  CHECK(sample.clusters[1].name == "42");
}

TEST_CASE("what is not written, or has no value, keeps its default") {
  const std::string text = GENERATE_COPY(
      std::string("clusters: [{name: main, kafka: {bootstrap.servers: a:1}}]"),
      std::string("listen:\nlog:\nclusters:\n- name: main\n  connect:\n  kafka:\n"
                  "    bootstrap.servers: a:1\n    interval:\n    groups: ~\n    jitter: null\n"
                  "    enabled:\n    topics:\n    rack:\n    labels:\n"));
  const Sample sample = ReadSample(text);
  const Sample::Cluster defaults;
  CHECK(sample.listen == HostPort{"127.0.0.1", 9308});
  CHECK(sample.level == Level::kInfo);
  REQUIRE(sample.clusters.size() == 1);
  const Sample::Cluster& main = sample.clusters[0];
  CHECK(main.interval == defaults.interval);
  CHECK(main.groups == defaults.groups);
  CHECK(main.jitter == defaults.jitter);
  CHECK(main.enabled == defaults.enabled);
  CHECK(main.topics == defaults.topics);
  CHECK(main.rack == std::nullopt);
  CHECK(main.labels.empty());
  CHECK(main.connect.empty());
}

TEST_CASE("a list of text may be written in three forms") {
  struct Case {
    std::string sentence{};
    std::string yaml{};
    std::vector<std::string> texts{};
  };

  const std::vector<Case> cases{
      {"in brackets", "topics: [a, b]", {"a", "b"}},
      {"a line each", "topics:\n- a\n- b", {"a", "b"}},
      {"with commas, blanks around them left out", "topics: ' a ,b,, '", {"a", "b"}},
      {"a single one", "topics: a", {"a"}},
      {"none in brackets is none, not the default", "topics: []", {}},
      {"none in quotes is none, not the default", "topics: ''", {}},
  };
  for (const Case& one : cases) {
    DYNAMIC_SECTION(one.sentence) {
      Document document = Document::Parse(one.yaml, "klaxon.yaml");
      YamlMap root = document.Root();
      CHECK(root.StringList("topics", {"default"}) == one.texts);
      CHECK(document.ok());
    }
  }
}

TEST_CASE("where commas are not asked for, a list has to be a list") {
  Document document = Document::Parse("patterns: a,b\nothers: ['a,b']", "klaxon.yaml");
  YamlMap root = document.Root();
  CHECK(root.StringList("patterns", {}, ListForm::kSequence).empty());
  CHECK(root.StringList("others", {}, ListForm::kSequence) == std::vector<std::string>{"a,b"});
  CHECK(ToString(document.mistakes()) ==
        "klaxon.yaml:1: patterns: expected a list of text, found \"a,b\"");
}

TEST_CASE("variables of the environment are put in") {
  struct Case {
    std::string sentence{};
    std::string written{};
    std::string value{};
  };

  const Environment environment =
      Variables({{"NAME", "main"}, {"EMPTY", ""}, {"YAML", "{a: ${NAME}}"}});
  const std::vector<Case> cases{
      {"alone", "${NAME}", "main"},
      {"in the middle and twice", "a-${NAME}-${NAME}-b", "a-main-main-b"},
      {"with a default that is not needed", "${NAME:-x}", "main"},
      {"with a default for one that is not set", "${NONE:-x:-$y}", "x:-$y"},
      {"with a default for one that is empty", "${EMPTY:-x}", "x"},
      {"with an empty default", "a${NONE:-}", "a"},
      {"empty", "a${EMPTY}", "a"},
      {"as text only: never as YAML or as a variable again", "${YAML}", "{a: ${NAME}}"},
      {"two dollars stand for one", "$${NAME} $$5", "${NAME} $5"},
      {"other dollars stay", "^a$|$b $", "^a$|$b $"},
  };
  for (const Case& one : cases) {
    DYNAMIC_SECTION(one.sentence) {
      for (const std::string quote : {"'", "\""}) {
        const std::string text = fmt::format("clusters: [{{name: {0}{1}{0}}}]", quote, one.written);
        CHECK(ReadSample(text, environment).clusters.at(0).name == one.value);
      }
    }
  }
}

TEST_CASE("variables are put in for every kind of value, and never in keys") {
  const Environment environment = Variables({{"X", "a:1,b:2"}, {"D", "20s"}, {"T", "false"}});
  Document document = Document::Parse(
      "servers: ${X}\ntime: ${D}\nflag: ${T}\nlist: ['${D}']\nmap: {'${D}': '${D}'}\n", "k.yaml",
      environment);
  YamlMap root = document.Root();
  CHECK(root.HostPorts("servers") == std::vector<HostPort>{{"a", 1}, {"b", 2}});
  CHECK(root.Duration("time", 1s) == 20s);
  CHECK_FALSE(root.Bool("flag", true));
  CHECK(root.StringList("list") == std::vector<std::string>{"20s"});
  CHECK(root.StringMap("map") == Pairs{{"${D}", "20s"}});
  CHECK(document.ok());
}

TEST_CASE("the environment of the process is the default") {
  REQUIRE(::setenv("KLAXON_CONFIG_TEST", "here", 1) == 0);  // NOLINT(concurrency-mt-unsafe)
  Document document = Document::Parse("name: ${KLAXON_CONFIG_TEST}", "k.yaml");
  CHECK(document.Root().String("name", "") == "here");
}

TEST_CASE("the same text gives the same values and the same mistakes") {
  const std::string text = "clusters: [{name: a, b: c}]\nlog: {level: x}\nlisten: ${NONE}";
  CHECK(MistakesOf(text) == MistakesOf(text));
  CHECK_FALSE(MistakesOf(text).empty());
}

}  // namespace
}  // namespace klaxon::config
