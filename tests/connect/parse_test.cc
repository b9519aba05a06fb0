#include "agent/connect/parse.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

namespace klaxon::connect {
namespace {

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

TEST_CASE("a worker's health is read with its words as they are", "[connect]") {
  const auto stuck = ParseHealth(
      R"({"status": "unhealthy", "message": "The worker is currently generating task configs for connector x, which began at 2026-01-01T00:00:00Z"})");
  REQUIRE(stuck);
  CHECK(stuck->health == ConnectHealth::kUnhealthy);
  CHECK(stuck->words.ends_with("which began at 2026-01-01T00:00:00Z"));
  CHECK(ParseHealth(R"({"status": "starting"})")->health == ConnectHealth::kStarting);
  CHECK_FALSE(ParseHealth(R"({"status": "fine"})"));
  CHECK_FALSE(ParseHealth("{}"));
}

TEST_CASE("topics, offsets and plugins are read", "[connect]") {
  CHECK(*ParseTopics(R"({"x": {"topics": ["b", "a", "b"]}})") ==
        std::vector<std::string>{"a", "b"});
  CHECK_FALSE(ParseTopics(R"({"x": {"topics": [1]}})"));
  const auto offsets = ParseOffsets(
      R"({"offsets": [{"partition": {"file": "/in", "password": "x"}, "offset": {"position": 7}},
                      {"partition": {"file": "/b"}, "offset": null}]})");
  REQUIRE(offsets);
  REQUIRE(offsets->size() == 2);
  CHECK((*offsets)[0].partition == R"({"file":"/in","password":"***"})");
  CHECK((*offsets)[0].offset == R"({"position":7})");
  CHECK((*offsets)[1].offset == "null");
  CHECK_FALSE(ParseOffsets("{}"));
  const auto plugins = ParsePlugins(
      R"([{"class": "a.B", "type": "sink", "version": "1"}, {"class": "c.D", "type": "source"}])");
  REQUIRE(plugins);
  CHECK((*plugins)[0] == ConnectPlugin{.java_class = "a.B", .type = "sink", .version = "1"});
  CHECK((*plugins)[1].version.empty());
  CHECK_FALSE(ParsePlugins(R"([{"class": 1}])"));
}

}  // namespace
}  // namespace klaxon::connect
