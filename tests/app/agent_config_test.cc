#include "agent/app/agent_config.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "tests/support/certificates.h"

namespace klaxon::app {
namespace {

using config::Document;

std::string MistakesIn(const std::string& text) {
  config::Document document = config::Document::Parse(text, "klaxon.yaml");
  (void)ReadAgentConfig(document);
  return ToString(document.mistakes());
}

TEST_CASE("the smallest useful file is a name and bootstrap servers", "[config]") {
  config::Document document = config::Document::Parse(
      "clusters: [{name: main, kafka: {bootstrap.servers: 'broker:9092'}}]", "klaxon.yaml");
  const AgentConfig config = ReadAgentConfig(document);
  INFO(ToString(document.mistakes()));
  REQUIRE(document.ok());
  REQUIRE(config.sources.size() == 1);
  CHECK(config.sources[0]->place().cluster == "main");
  CHECK(config.sources[0]->place().collector == "kafka");
  CHECK(config.listen == HostPort{"", kDefaultPort});
}

TEST_CASE("every mistake in a file is told at once, with its line", "[config]") {
  const std::string mistakes = MistakesIn(
      "listne: 1:2\n"
      "log: {level: loud}\n"
      "clusters:\n"
      "- name: main\n"
      "  kafka: {bootstrap.servers: 'broker:9092', intervall: 10s}\n"
      "- name: main\n"
      "  kafka: {bootstrap.servers: 'x:1'}\n"
      "- name: 'a b'\n"
      "  connect: [{name: etl, url: 'http://c:1', interval: 0s}]\n"
      "- name: empty\n");
  for (const std::string expected :
       {"klaxon.yaml:1: listne: unknown key; did you mean \"listen\"?", "klaxon.yaml:2: log.level",
        "klaxon.yaml:5: clusters[0].kafka.intervall: unknown key; did you mean \"interval\"?",
        "klaxon.yaml:6: clusters[1].name: a second cluster is named \"main\"",
        "klaxon.yaml:8: clusters[2].name: may hold letters",
        "klaxon.yaml:9: clusters[2].connect[0].interval",
        "klaxon.yaml:10: clusters[3].name: the cluster has nothing to watch"}) {
    INFO(mistakes);
    CHECK(mistakes.find(expected) != std::string::npos);
  }
}

TEST_CASE("a reload with another password concerns that source alone", "[config]") {
  const testing::ScratchFolder folder;
  const auto read = [&] {
    config::Document document = config::Document::Parse(
        "clusters:\n"
        "- name: one\n"
        "  kafka: {bootstrap.servers: 'a:1', security.protocol: SASL_SSL, sasl.mechanism: PLAIN,"
        " sasl.username: u, sasl.password_file: one}\n"
        "- name: two\n"
        "  kafka: {bootstrap.servers: 'a:1', command.config: client.properties}\n"
        "  connect: [{name: etl, url: 'https://c:1', username: u, password_file: three}]\n",
        "klaxon.yaml", config::ProcessEnvironment(), folder.Path("."));
    std::vector<SourceRef> sources = ReadAgentConfig(document).sources;
    INFO(ToString(document.mistakes()));
    REQUIRE(document.ok());
    REQUIRE(sources.size() == 3);
    return sources;
  };
  const std::string login =
      "security.protocol=SASL_SSL\nsasl.mechanism=PLAIN\n"
      "sasl.jaas.config=a.PlainLoginModule required username=\"u\" password=";
  folder.Write("one", "secret");
  folder.Write("client.properties", login + "\"secret\";\n");
  folder.Write("three", "secret");
  const std::vector<SourceRef> first = read();
  const auto same_as_first = [&](const std::vector<SourceRef>& sources) {
    return std::vector<bool>{sources[0]->SameAs(*first[0]), sources[1]->SameAs(*first[1]),
                             sources[2]->SameAs(*first[2])};
  };
  CHECK(same_as_first(read()) == std::vector<bool>{true, true, true});
  folder.Write("one", "another");
  CHECK(same_as_first(read()) == std::vector<bool>{false, true, true});
  folder.Write("one", "secret");
  folder.Write("client.properties", login + "\"another\";\n");
  CHECK(same_as_first(read()) == std::vector<bool>{true, false, true});
  folder.Write("client.properties", login + "\"secret\";\n");
  folder.Write("three", "another");
  CHECK(same_as_first(read()) == std::vector<bool>{true, true, false});
}

TEST_CASE("two Connect clusters of one cluster need two names", "[config]") {
  CHECK(MistakesIn("clusters: [{name: main, connect: [{name: a, url: 'http://c:1'}, "
                   "{name: a, url: 'http://d:1'}]}]")
            .find("a second Connect cluster is named \"a\"") != std::string::npos);
}

TEST_CASE("one worker belongs to one Connect cluster", "[config]") {
  CHECK(MistakesIn("clusters: [{name: main, connect: [{name: a, url: 'http://c:1'}, "
                   "{name: b, url: ['http://d:1', 'http://c:1']}]}]") ==
        "klaxon.yaml:1: clusters[0].connect[1].url: http://c:1 is a worker of \"a\" in the cluster "
        "\"main\" already");
  CHECK(MistakesIn("clusters: [{name: one, connect: [{name: a, url: 'http://c:1'}]}, "
                   "{name: two, connect: [{name: a, url: 'http://c:1'}]}]") ==
        "klaxon.yaml:1: clusters[1].connect[0].url: http://c:1 is a worker of \"a\" in the cluster "
        "\"one\" already");
}

TEST_CASE("what would watch nothing, or nothing new, is a mistake", "[config]") {
  const std::string kafka = "- name: c\n  kafka:\n    bootstrap.servers: a:1\n";

  struct Case {
    std::string cluster{};
    std::string mistake{};
  };

  const std::vector<Case> cases{
      {"- name: c\n  connect: []\n",
       "t.yaml:2: clusters[0].name: the cluster has nothing to watch; give it kafka"},
      {"- name: c\n  connect: []\n  rest_proxy: []\n  schema_registry: []\n",
       "t.yaml:2: clusters[0].name: the cluster has nothing to watch; give it kafka"},
      {kafka + "    record_samples: {topics: []}\n",
       "t.yaml:5: clusters[0].kafka.record_samples.topics: is empty; give topics or patterns"},
      {kafka + "    record_samples: {topics: ['']}\n",
       "t.yaml:5: clusters[0].kafka.record_samples.topics: holds an empty name; give topics"},
      {kafka + "    connect_topics:\n    - {name: etl, status: s, config: s}\n"
               "  connect:\n  - {name: etl, url: http://w}\n",
       "t.yaml:6: clusters[0].kafka.connect_topics[0].config: names the same topic as status; "
       "give"},
      {kafka + "    connect_topics:\n    - {name: etl, status: s}\n",
       "t.yaml:6: clusters[0].kafka.connect_topics[0].name: no Connect cluster is watched here; "
       "give "
       "this cluster \"connect: [{name: etl, url: ...}]\" as well"},
      {kafka + "    connect_topics:\n    - {name: etk, status: s}\n"
               "  connect:\n  - {name: etl, url: http://w}\n  - {name: more, url: http://v}\n",
       "t.yaml:6: clusters[0].kafka.connect_topics[0].name: no Connect cluster is named \"etk\"; "
       "write one of those under connect: etl, more"},
      {kafka + "  connect:\n  - name: etl\n    url: [http://w:80/, http://v, 'HTTP://W']\n",
       "t.yaml:7: clusters[0].connect[0].url: holds the same address twice: http://w:80/; give it "
       "once"},
      {kafka + "  schema_registry:\n  - {name: r, url: 'https://r/a,https://r:443/a/'}\n",
       "t.yaml:6: clusters[0].schema_registry[0].url: holds the same address twice"},
  };
  for (const Case& each : cases) {
    INFO(each.cluster);
    Document document = Document::Parse("clusters:\n" + each.cluster, "t.yaml");
    ReadAgentConfig(document);
    REQUIRE(document.mistakes().size() == 1);
    const std::string mistake = ToString(document.mistakes()[0]);
    INFO(mistake);
    CHECK(mistake.starts_with(each.mistake));
  }
  Document good = Document::Parse("clusters:\n" + kafka +
                                      "    connect_topics:\n    - {name: etl, status: s}\n"
                                      "  connect:\n  - {name: etl, url: [http://w, https://w]}\n"
                                      "  rest_proxy: []\n",
                                  "t.yaml");
  const AgentConfig config = ReadAgentConfig(good);
  CHECK(good.ok());
  REQUIRE(config.sources.size() == 3);
  CHECK(config.sources[0]->place().collector == "kafka");
  CHECK(config.sources[2]->place().collector == "connect");
}

TEST_CASE("the label of clusters must tell them apart and be no other metric's", "[config]") {
  const std::string two =
      "clusters: [{name: a, kafka: {bootstrap.servers: 'a:1'}}, "
      "{name: b, kafka: {bootstrap.servers: 'b:1'}}]\n";
  CHECK(MistakesIn("cluster_label: ''\n" + two).find("need a label") != std::string::npos);
  CHECK(MistakesIn("cluster_label: topic\n" + two).find("is a label of") != std::string::npos);
  CHECK(MistakesIn("cluster_label: kafka\n" + two).empty());
}

TEST_CASE("recovery that acts needs a directory to remember in", "[config]") {
  const std::string connect =
      "clusters: [{name: a, connect: [{name: etl, url: 'http://c:8083', recovery: {mode: act}}]}]";
  CHECK(MistakesIn(connect).find("write `state: {directory: /var/lib/klaxon}` beside") !=
        std::string::npos);
  CHECK(MistakesIn("state: {directory: /var/lib/klaxon}\n" + connect).empty());
}

TEST_CASE("a file without clusters says what is missing", "[config]") {
  CHECK(MistakesIn("listen: ':9308'\n").find("clusters") != std::string::npos);
}

TEST_CASE("the command line makes the same configuration as a file", "[config]") {
  const Result<AgentConfig> quick = ConfigFrom({.cluster = "main",
                                                .bootstrap = "a:1,b:2",
                                                .connect = {"http://c:8083", "http://d:8083"},
                                                .interval = "5s"});
  REQUIRE(quick);
  REQUIRE(quick->sources.size() == 3);
  config::Document document = config::Document::Parse(
      "clusters:\n"
      "- name: main\n"
      "  kafka: {bootstrap.servers: [a:1, b:2], interval: 5s}\n"
      "  connect:\n"
      "  - {name: connect, url: 'http://c:8083', interval: 5s}\n"
      "  - {name: connect-2, url: 'http://d:8083', interval: 5s}\n",
      "klaxon.yaml");
  const AgentConfig file = ReadAgentConfig(document);
  REQUIRE(document.ok());
  for (size_t i = 0; i < 3; ++i) {
    CHECK(quick->sources[i]->SameAs(*file.sources[i]));
  }
}

TEST_CASE("mistakes on the command line do not speak of a file", "[config]") {
  const Result<AgentConfig> quick = ConfigFrom({.cluster = "main", .bootstrap = "no port here"});
  REQUIRE_FALSE(quick);
  CHECK(quick.error().message().starts_with("command line: "));
}

TEST_CASE("sources are the same only when everything about them is", "[config]") {
  const auto source = [](const QuickStart& options) {
    return ConfigFrom(options).value().sources.at(0);
  };
  const SourceRef one = source({.cluster = "main", .bootstrap = "a:1"});
  CHECK(one->SameAs(*source({.cluster = "main", .bootstrap = "a:1"})));
  CHECK_FALSE(one->SameAs(*source({.cluster = "other", .bootstrap = "a:1"})));
  CHECK_FALSE(one->SameAs(*source({.cluster = "main", .bootstrap = "b:1"})));
  CHECK_FALSE(one->SameAs(*source({.cluster = "main", .bootstrap = "a:1", .interval = "7s"})));
  CHECK_FALSE(one->SameAs(*source({.cluster = "main", .connect = {"http://a:1"}})));
}

}  // namespace
}  // namespace klaxon::app
