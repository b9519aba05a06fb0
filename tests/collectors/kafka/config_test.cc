#include "collectors/kafka/config.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "agent/config/document.h"

namespace klaxon::kafka_collector {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Read {
  Config config{};
  std::vector<config::Mistake> mistakes{};
};

Read ReadText(const std::string& text) {
  Read read;
  config::Document document = config::Document::Parse(text, "klaxon.yaml");
  {
    config::YamlMap root = document.Root();
    read.config = ReadConfig(root);
  }
  read.mistakes = document.mistakes();
  return read;
}

TEST_CASE("bootstrap servers are enough", "[kafka]") {
  const Read read = ReadText("bootstrap.servers: kafka-1, kafka-2:9093\n");
  REQUIRE(read.mistakes.empty());
  REQUIRE(read.config.bootstrap.size() == 2);
  CHECK(ToString(read.config.bootstrap[0]) == "kafka-1:9092");
  CHECK(ToString(read.config.bootstrap[1]) == "kafka-2:9093");
  CHECK(read.config.interval == seconds{10});
  CHECK(read.config.request_timeout == seconds{5});
  CHECK(read.config.earliest_interval == seconds{60});
}

TEST_CASE("the other times follow a shorter or longer interval", "[kafka]") {
  const Read quick = ReadText("{bootstrap.servers: kafka-1, interval: 1s}");
  CHECK(quick.mistakes.empty());
  CHECK(quick.config.request_timeout == milliseconds{500});
  const Read slow = ReadText("{bootstrap.servers: kafka-1, interval: 5m}");
  CHECK(slow.mistakes.empty());
  CHECK(slow.config.request_timeout == seconds{5});
  CHECK(slow.config.earliest_interval == std::chrono::minutes{5});
}

TEST_CASE("what makes no sense is a mistake", "[kafka]") {
  const char* text = GENERATE(
      "{}", "bootstrap.servers:", "{bootstrap.servers: []}", "{bootstrap.servers: 'a:b:c'}",
      "{bootstrap.servers: 'a:99999'}",
      "{bootstrap.servers: a, interval: 10s, request.timeout: 10s}",
      "{bootstrap.servers: a, earliest.interval: 5s}", "{bootstrap.servers: a, interval: 500ms}",
      "{bootstrap.servers: a, interval: 2h}", "{bootstrap.servers: a, intervall: 10s}");
  INFO(text);
  CHECK(ReadText(text).mistakes.size() == 1);
}

}  // namespace
}  // namespace klaxon::kafka_collector
