#include "agent/connect/connectors.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "agent/connect/json_value.h"

namespace klaxon::connect {
namespace {

// As a 4.3.1 worker answers, shortened.
constexpr const char* kTwoConnectors = R"({
  "ksrc": {
    "status": {"name": "ksrc",
      "connector": {"state": "RUNNING", "worker_id": "127.0.0.1:18083", "version": "1"},
      "tasks": [
        {"id": 1, "state": "FAILED", "worker_id": "127.0.0.1:18084", "version": "1",
         "trace": "a.B: generic\n\tat x\nCaused by: c.D: disk full\n\t... 9 more\n"},
        {"id": 0, "state": "RUNNING", "worker_id": "127.0.0.1:18083"}],
      "type": "source"},
    "info": {"name": "ksrc", "type": "source",
      "config": {"connector.class": "klaxon.test.FaultySource", "database.password": "hunter2",
                 "tasks.max": "2", "name": "ksrc"},
      "tasks": [{"connector": "ksrc", "task": 0}, {"connector": "ksrc", "task": 1}]}},
  "a/b c": {
    "status": {"name": "a/b c", "connector": {"state": "PAUSED", "worker_id": "127.0.0.1:18083"},
               "tasks": [], "type": "sink"}}})";

TEST_CASE("connectors are read with their tasks in order", "[connect]") {
  const auto connectors = ParseConnectors(kTwoConnectors);
  REQUIRE(connectors);
  REQUIRE(connectors->size() == 2);
  const ConnectorFacts& odd = (*connectors)[0].facts;
  CHECK((*connectors)[0].name == "a/b c");
  CHECK(odd.type == "sink");
  CHECK(odd.connector_class.empty());
  CHECK(odd.state == "PAUSED");
  CHECK(odd.tasks.empty());
  const ConnectorFacts& source = (*connectors)[1].facts;
  CHECK((*connectors)[1].name == "ksrc");
  CHECK(source.type == "source");
  CHECK(source.connector_class == "klaxon.test.FaultySource");
  CHECK(source.plugin_version == "1");
  CHECK(source.intent == ConnectIntent::kRunning);
  CHECK(odd.intent == ConnectIntent::kPaused);
  CHECK(source.config.tasks_max == 2);
  CHECK(source.config.hash != 0);
  CHECK(odd.config.hash == 0);
  CHECK(source.state == "RUNNING");
  CHECK(source.worker == "127.0.0.1:18083");
  REQUIRE(source.tasks.size() == 2);
  CHECK(source.tasks[0].id == 0);
  CHECK(source.tasks[0].root_cause.empty());
  CHECK(source.tasks[1].state == "FAILED");
  CHECK(source.tasks[1].root_cause == "c.D: disk full");
}

TEST_CASE("a connector without a status is told apart", "[connect]") {
  const auto connectors = ParseConnectors(R"({"x": {"info": {"type": "sink", "config": {}}}})");
  REQUIRE(connectors);
  REQUIRE(connectors->size() == 1);
  CHECK((*connectors)[0].facts.state.empty());
  CHECK((*connectors)[0].facts.tasks.empty());
}

TEST_CASE("a connector that is just being deleted does not hide the others", "[connect]") {
  const auto connectors = ParseConnectors(
      R"({"x": {"info": null, "status": {"type": "sink", "connector": {"state": "RUNNING"}}},
          "y": {"info": {"type": "source", "config": {}}}})");
  REQUIRE(connectors);
  REQUIRE(connectors->size() == 2);
  CHECK((*connectors)[0].facts.type == "sink");
  CHECK((*connectors)[0].facts.state == "RUNNING");
  CHECK((*connectors)[1].facts.type == "source");
}

TEST_CASE("a connector may have the name of anything in the answer", "[connect]") {
  for (const std::string name : {"config", "status", "info", "connector", ""}) {
    const auto connectors =
        ParseConnectors("{\"" + name + R"(": {"status": {"connector": {"state": "RUNNING"}},
          "info": {"config": {"connector.class": "a.B", "config": "c"}}}})");
    REQUIRE(connectors);
    CHECK((*connectors)[0].name == name);
    CHECK((*connectors)[0].facts.state == "RUNNING");
    CHECK((*connectors)[0].facts.connector_class == "a.B");
  }
}

TEST_CASE("an answer that is not what Connect sends is an error that names the place",
          "[connect]") {
  struct Case {
    const char* body;
    const char* says;
  };

  const Case bad = GENERATE(
      Case{"", "not JSON: it is empty"}, Case{"{", "not JSON: it ends in the middle (byte 1)"},
      Case{"<html>", "not JSON"}, Case{"\"\xff\"", "not JSON"},
      Case{"null", "the answer is null instead of an object"},
      Case{"[]", "the answer is array instead of an object"},
      Case{R"({"x": 1})", "x is number instead of an object"},
      Case{R"({"x": {"status": null}})", "x.status is null instead of an object"},
      Case{R"({"x": {"status": {}}})", "x.status.connector.state is nothing instead of a state"},
      Case{R"({"x": {"status": {"connector": {"state": 1}}}})",
           "x.status.connector.state is number instead of text"},
      Case{R"({"x": {"status": {"connector": {"state": "RUNNING"}, "tasks": {}}}})",
           "x.status.tasks is object instead of a list"},
      Case{R"({"x": {"status": {"connector": {"state": "RUNNING"}, "tasks": [{"id": "0"}]}}})",
           "x.status.tasks[0].id is string instead of a number"},
      Case{R"({"x": {"status": {"connector": {"state": "RUNNING"}, "tasks": [{"id": -1}]}}})",
           "x.status.tasks[0].id is number instead of a number of 0"},
      Case{R"({"x": {"info": {"config": []}}})", "x.info.config is array instead of an object"});
  INFO(bad.body);
  const auto connectors = ParseConnectors(bad.body);
  REQUIRE_FALSE(connectors);
  INFO(connectors.error().message());
  CHECK(connectors.error().reason() == Reason::kBadAnswer);
  CHECK(connectors.error().message().find(bad.says) != std::string::npos);
}

TEST_CASE("an answer cut off anywhere is an error", "[connect]") {
  const std::string whole = kTwoConnectors;
  REQUIRE(ParseConnectors(whole));
  for (size_t size = 0; size < whole.size(); ++size) {
    REQUIRE_FALSE(ParseConnectors(whole.substr(0, size)));
  }
}

/// Of every kind of JSON value, one.
const std::vector<std::string> kValues = {
    "null",          "true", "-1.5e3", "\"text\"", "[]", "{}", "[[[]]]", "{\"a\": {\"b\": 1}}",
    "99999999999999"};

TEST_CASE("a value of the wrong shape in any field hides no other connector", "[connect]") {
  const std::string whole = kTwoConnectors;
  // Every value of the document is replaced by each kind of value.
  size_t replaced = 0;
  for (size_t at = whole.find("\": "); at != std::string::npos; at = whole.find("\": ", at + 1)) {
    const size_t begin = at + 3;
    size_t end = begin;
    int depth = 0;
    for (bool quoted = false; end < whole.size(); ++end) {
      const char byte = whole[end];
      if (byte == '"' && whole[end - 1] != '\\') quoted = !quoted;
      if (quoted) continue;
      depth += byte == '{' || byte == '[' ? 1 : 0;
      if ((byte == '}' || byte == ']') && depth-- == 0) break;
      if (byte == ',' && depth == 0) break;
    }
    for (const std::string& value : kValues) {
      const std::string body = whole.substr(0, begin) + value + whole.substr(end);
      INFO(body);
      const auto connectors = ParseConnectors(body);
      ++replaced;
      REQUIRE(connectors);
      CHECK(connectors->size() == 2);
      const bool odd_is_hit = begin > whole.find("\"a/b c\"");
      const ConnectorFacts& other = (*connectors)[odd_is_hit ? 1 : 0].facts;
      CHECK_FALSE(other.untold);
      CHECK(other.state == (odd_is_hit ? "RUNNING" : "PAUSED"));
    }
  }
  CHECK(replaced > 200);
}

TEST_CASE("the streamed list and a whole document agree on what is JSON", "[connect]") {
  const std::string whole = kTwoConnectors;
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const char byte : {'"', '\\', '{', ']', ',', '\x01', '\xC3', 'u', '0'}) {
      std::string body = whole;
      body[at] = byte;
      INFO(at << " " << body);
      const auto streamed = ParseConnectors(body);
      const bool is_json = static_cast<bool>(JsonDocument::Parse(body));
      // A wrong shape may be met before what is no JSON.
      if (streamed || streamed.error().message().starts_with("not JSON")) {
        CHECK(static_cast<bool>(streamed) == is_json);
      }
    }
  }
}

TEST_CASE("a trace of megabytes is cut on the way, and reads as the whole would", "[connect]") {
  std::string trace = "a.Generic: oops";
  for (int i = 0; i < 100'000; ++i) {
    trace += R"(\n\tat org.apache.kafka.connect.Worker.run(Worker.java:1))";
  }
  trace += R"(\nCaused by: java.io.IOException: disk full\n\tat klaxon.test.Sink.put(Sink.java:7))";
  ConnectorsReader reader;
  const std::string body =
      R"({"s": {"status": {"connector": {"state": "RUNNING", "trace": ")" + trace +
      R"("}, "tasks": [{"id": 0, "state": "FAILED", "trace": ")" + trace +
      R"("}]}, "info": {"type": "sink", "config": {"connector.class": "klaxon.test.Sink"}}}})";
  for (size_t at = 0; at < body.size(); at += 1000) {
    REQUIRE(reader.Feed(std::string_view(body).substr(at, 1000)));
  }
  const auto connectors = reader.Finish();
  REQUIRE(connectors);
  const ConnectorFacts& sink = (*connectors)[0].facts;
  CHECK(sink.root_cause == "java.io.IOException: disk full");
  REQUIRE(sink.tasks[0].failure != nullptr);
  CHECK(sink.tasks[0].failure->frame == "klaxon.test.Sink.put(Sink.java:7)");
  CHECK(*sink.tasks[0].failure == *sink.failure);
}

TEST_CASE("of a configuration only what explains and is no secret is kept", "[connect]") {
  const auto connectors = ParseConnectors(R"({"to lake": {"info": {"type": "sink", "config": {
    "connector.class": "io.confluent.connect.s3.S3SinkConnector", "tasks.max": "${env:TASKS}",
    "topics": "a, b,,c", "topics.regex": "x.*", "aws.secret.access.key": "hunter2",
    "connection.url": "jdbc:postgresql://u:hunter2@db/shop?password=hunter2", "nothing": null,
    "errors.deadletterqueue.topic.name": "dlq", "consumer.override.group.id": "mine"}}}})");
  REQUIRE(connectors);
  const ConnectorFacts& sink = (*connectors)[0].facts;
  CHECK(sink.kind == "S3 sink");
  CHECK(sink.config.topics == std::vector<std::string>{"a", "b", "c"});
  CHECK(sink.config.topics_regex == "x.*");
  CHECK(sink.config.dead_letter_topic == "dlq");
  CHECK(sink.config.consumer_group == "mine");
  CHECK_FALSE(sink.config.tasks_max);
  for (const auto& [key, value] : sink.config.essentials) {
    INFO(key << "=" << value);
    CHECK(value.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("a configuration's hash changes with any value, and with nothing else", "[connect]") {
  const auto hash = [](const std::string& config) {
    const auto read =
        ParseConnectors(R"({"x": {"info": {"type": "sink", "config": {)" + config + "}}}}");
    REQUIRE(read);
    return (*read)[0].facts.config.hash;
  };
  const uint64_t first = hash(R"("a": "1", "password": "x", "b": "2")");
  CHECK(hash(R"("b": "2", "a": "1", "password": "x")") == first);
  CHECK(hash(R"("a": "1", "password": "y", "b": "2")") != first);
  CHECK(hash(R"("a": "1", "b": "2")") != first);
  CHECK(hash(R"("a": "2", "password": "x", "b": "1")") != first);
}

TEST_CASE("the mark of a configuration goes with its hash, and does not show it", "[connect]") {
  const auto config = [](const std::string& text) {
    const auto read =
        ParseConnectors(R"({"x": {"info": {"type": "sink", "config": {)" + text + "}}}}");
    REQUIRE(read);
    return (*read)[0].facts.config;
  };
  const ConnectorConfig first = config(R"("a": "1", "password": "x")");
  CHECK(first.mark != 0);
  CHECK(first.mark != first.hash);
  CHECK(config(R"("password": "x", "a": "1")").mark == first.mark);
  CHECK(config(R"("a": "1", "password": "y")").mark != first.mark);
  CHECK(ConnectorConfig{}.mark == 0);
}

TEST_CASE("a sink's group is Connect's own unless it is overridden; a source has none",
          "[connect]") {
  const auto read = ParseConnectors(
      R"({"x": {"info": {"type": "sink", "config": {"topics": "a"}}},
          "y": {"info": {"type": "source", "config": {"topics": "a"}}}})");
  REQUIRE(read);
  CHECK((*read)[0].facts.config.consumer_group == "connect-x");
  CHECK((*read)[1].facts.config.consumer_group.empty());
  CHECK((*read)[1].facts.config.topics.empty());
}

TEST_CASE("what was meant is told by the states, or is unknown", "[connect]") {
  struct Case {
    const char* connector;
    const char* task;
    ConnectIntent intent;
  };

  const Case states = GENERATE(Case{"RUNNING", "FAILED", ConnectIntent::kRunning},
                               Case{"FAILED", "RUNNING", ConnectIntent::kRunning},
                               Case{"FAILED", "FAILED", ConnectIntent::kUnknown},
                               Case{"UNASSIGNED", "UNASSIGNED", ConnectIntent::kUnknown},
                               Case{"PAUSED", "FAILED", ConnectIntent::kPaused},
                               Case{"FAILED", "PAUSED", ConnectIntent::kPaused},
                               Case{"STOPPED", "PAUSED", ConnectIntent::kStopped},
                               Case{"RESTARTING", "FAILED", ConnectIntent::kRunning});
  const auto read = ParseConnectors(std::string(R"({"x": {"status": {"connector": {"state": ")") +
                                    states.connector + R"("}, "tasks": [{"id": 0, "state": ")" +
                                    states.task + R"("}]}}})");
  REQUIRE(read);
  CHECK((*read)[0].facts.intent == states.intent);
}

TEST_CASE("an old worker's list of names is told from a wrong answer", "[connect]") {
  ConnectorsReader names;
  CHECK_FALSE(names.Feed(R"(["a", "b"])"));
  CHECK(names.is_names());
  ConnectorsReader wrong;
  wrong.Feed("null");
  CHECK_FALSE(wrong.is_names());
}

TEST_CASE("more connectors, tasks or bytes than make sense end the reading", "[connect]") {
  ConnectorsReader many;
  bool wanted = many.Feed("{");
  for (int i = 0; wanted && i < 60'000; ++i) {
    wanted = many.Feed("\"" + std::to_string(i) + "\": {},");
  }
  CHECK_FALSE(wanted);
  CHECK(many.Finish().error().message() == "more entries than Connect would send");
  ConnectorsReader large;
  wanted = large.Feed(R"({"x": {"info": {"config": {"a": ")");
  const std::string megabyte(1 << 20, 'x');
  for (int i = 0; wanted && i < 20; ++i) {
    wanted = large.Feed(megabyte);
  }
  CHECK_FALSE(wanted);
  CHECK(large.Finish().error().message() == "x is larger than 8 MiB");
}

/// A list of these connectors, each {name, state}.
std::string ListOf(const std::vector<std::pair<std::string, std::string>>& connectors) {
  std::string list;
  for (const auto& [name, state] : connectors) {
    list += list.empty() ? "{" : ", ";
    list += '"' + name + R"(": {"status": {"connector": {"state": ")" + state +
            R"(", "worker_id": "w:1"}, "tasks": [{"id": 0, "state": ")" + state +
            R"(", "worker_id": "w:1", "trace": "a.B: }{\"\n"}], "type": "sink"}})";
  }
  return list + "}";
}

TEST_CASE("a list is the same whether or not its connectors are known by their bytes",
          "[connect]") {
  struct Case {
    const char* what;
    std::string list;
    size_t reused;
  };

  const std::string last = ListOf({{"a", "RUNNING"}, {"b", "RUNNING"}, {"c", "RUNNING"}});
  const std::vector<Case> cases = {
      {"nothing changed", last, 3},
      {"one changed, as long as before",
       ListOf({{"a", "RUNNING"}, {"b", "STOPPED"}, {"c", "RUNNING"}}), 2},
      {"one is shorter now", ListOf({{"a", "RUNNING"}, {"b", "FAILED"}, {"c", "RUNNING"}}), 2},
      {"one is longer now", ListOf({{"a", "RUNNING"}, {"b", "RESTARTING"}, {"c", "RUNNING"}}), 2},
      {"the first is gone", ListOf({{"b", "RUNNING"}, {"c", "RUNNING"}}), 1},
      {"all but the last are gone", ListOf({{"c", "RUNNING"}}), 0},
      {"there is a new one",
       ListOf({{"a", "RUNNING"}, {"aa", "RUNNING"}, {"b", "RUNNING"}, {"c", "RUNNING"}}), 3},
      {"they come in another order", ListOf({{"c", "RUNNING"}, {"a", "RUNNING"}, {"b", "RUNNING"}}),
       1},
      {"there are none", "{}", 0},
      {"it ends in the middle", last.substr(0, last.size() / 2), 3},
      {"something follows its end", last + "}", 3},
      {"it is no JSON", "<html>", 3},
  };
  const Case& each = GENERATE_REF(from_range(cases));
  const size_t piece = GENERATE(size_t{1}, size_t{7}, size_t{100'000});
  INFO(each.what << ", in pieces of " << piece);
  ConnectorsMemory memory;
  const auto read = [&](std::string_view list) {
    ConnectorsReader reader(&memory);
    for (; !list.empty(); list.remove_prefix(std::min(piece, list.size()))) {
      reader.Feed(list.substr(0, piece));
    }
    return reader.Finish();
  };
  REQUIRE(read(last));
  CHECK(memory.reused() == 0);
  REQUIRE(read(last));
  CHECK(memory.reused() == 3);
  const auto known = read(each.list);
  CHECK(memory.reused() == each.reused);
  const auto anew = ParseConnectors(each.list);
  REQUIRE(bool(known) == bool(anew));
  if (!anew) {
    CHECK(known.error().message() == anew.error().message());
    return;
  }
  REQUIRE(known->size() == anew->size());
  for (size_t i = 0; i < anew->size(); ++i) {
    CHECK((*known)[i].name == (*anew)[i].name);
    CHECK((*known)[i].facts.state == (*anew)[i].facts.state);
    REQUIRE((*known)[i].facts.tasks.size() == 1);
    CHECK((*known)[i].facts.tasks[0].root_cause == "a.B: }{\"");
  }
}

}  // namespace
}  // namespace klaxon::connect
