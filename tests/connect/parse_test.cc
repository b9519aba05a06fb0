#include "agent/connect/parse.h"

#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

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
  const ConnectorStatus& odd = (*connectors)[0];
  CHECK(odd.name == "a/b c");
  CHECK(odd.type == "sink");
  CHECK(odd.connector_class.empty());
  CHECK(odd.state == "PAUSED");
  CHECK(odd.tasks.empty());
  const ConnectorStatus& source = (*connectors)[1];
  CHECK(source.name == "ksrc");
  CHECK(source.type == "source");
  CHECK(source.connector_class == "klaxon.test.FaultySource");
  CHECK(source.has_status);
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
  CHECK_FALSE((*connectors)[0].has_status);
  CHECK((*connectors)[0].state.empty());
}

TEST_CASE("a connector that is just being deleted does not hide the others", "[connect]") {
  const auto connectors = ParseConnectors(
      R"({"x": {"info": null, "status": {"type": "sink", "connector": {"state": "RUNNING"}}},
          "y": {"info": {"type": "source", "config": {}}}})");
  REQUIRE(connectors);
  REQUIRE(connectors->size() == 2);
  CHECK((*connectors)[0].type == "sink");
  CHECK((*connectors)[0].state == "RUNNING");
  CHECK((*connectors)[1].type == "source");
}

TEST_CASE("a connector may have the name of anything in the answer", "[connect]") {
  for (const std::string name : {"config", "status", "info", "connector", ""}) {
    const auto connectors =
        ParseConnectors("{\"" + name + R"(": {"status": {"connector": {"state": "RUNNING"}},
          "info": {"config": {"connector.class": "a.B", "config": "c"}}}})");
    REQUIRE(connectors);
    CHECK((*connectors)[0].name == name);
    CHECK((*connectors)[0].state == "RUNNING");
    CHECK((*connectors)[0].connector_class == "a.B");
  }
}

TEST_CASE("an answer that is not what Connect sends is an error that names the place",
          "[connect]") {
  struct Case {
    const char* body;
    const char* says;
  };

  const Case bad = GENERATE(
      Case{"", "not JSON"}, Case{"{", "not JSON"}, Case{"<html>", "not JSON"},
      Case{"\"\xff\"", "not JSON"}, Case{"null", "the answer is null instead of an object"},
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

TEST_CASE("depth and number of values are bounded", "[connect]") {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  REQUIRE_FALSE(ParseNames(deep));
  CHECK(ParseNames(deep).error().message() == "nested too deeply");
  std::string wide = "[";
  for (int i = 0; i < 600'000; ++i) {
    wide += "1,";
  }
  wide += "1]";
  REQUIRE_FALSE(ParseNames(wide));
  CHECK(ParseNames(wide).error().message() == "more values than Connect would send");
}

TEST_CASE("names are sorted, each once", "[connect]") {
  const auto names = ParseNames(R"(["b", "a", "b", "a/c"])");
  REQUIRE(names);
  CHECK(*names == std::vector<std::string>{"a", "a/c", "b"});
  CHECK_FALSE(ParseNames(R"(["a", 1])"));
  CHECK_FALSE(ParseNames("{}"));
}

TEST_CASE("a worker says its version and cluster", "[connect]") {
  const auto info = ParseWorkerInfo(
      R"({"version": "4.3.1", "commit": "abc", "kafka_cluster_id": "4L6g3nShT-eMCtK--X86sw"})");
  REQUIRE(info);
  CHECK(info->version == "4.3.1");
  CHECK(info->kafka_cluster_id == "4L6g3nShT-eMCtK--X86sw");
  CHECK_FALSE(ParseWorkerInfo(R"({"name": "elasticsearch"})"));
  CHECK(ParseWorkerInfo(R"({"version": "2.3.0", "kafka_cluster_id": null})"));
}

TEST_CASE("the message of an error answer is found, whatever the answer is", "[connect]") {
  CHECK(ErrorMessageIn(R"({"error_code": 409, "message": "a rebalance is underway"})") ==
        "a rebalance is underway");
  CHECK(ErrorMessageIn("").empty());
  CHECK(ErrorMessageIn("<html>").empty());
  CHECK(ErrorMessageIn("[1]").empty());
  CHECK(ErrorMessageIn(R"({"message": 5})").empty());
}

}  // namespace
}  // namespace klaxon::connect
