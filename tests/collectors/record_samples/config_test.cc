#include "collectors/record_samples/config.h"

#include <catch2/catch_test_macros.hpp>

#include "agent/config/document.h"

namespace klaxon::record_samples_collector {
namespace {

TEST_CASE("patterns choose topics, internal ones only by their own prefix", "[record_samples]") {
  struct Case {
    std::vector<std::string> patterns;
    std::string topic;
    bool chosen;
  };

  const std::vector<Case> cases{
      {{"orders"}, "orders", true},
      {{"orders"}, "orders-2", false},
      {{"orders*"}, "orders-2", true},
      {{"orders*"}, "orders", true},
      {{"*-events"}, "a-events", true},
      {{"*-events"}, "a-events-2", false},
      {{"a*b*c"}, "aXbXbc", true},
      {{"a*b*c"}, "aXbX", false},
      {{"**"}, "x", true},
      {{""}, "x", false},
      {{"x", "y"}, "y", true},
      {{}, "x", false},
      {{"*"}, "__consumer_offsets", false},
      {{"__*"}, "__consumer_offsets", true},
      {{"*"}, "_schemas", true},
  };
  for (const Case& each : cases) {
    CAPTURE(each.topic, each.patterns);
    CHECK(IsChosen(each.patterns, each.topic) == each.chosen);
  }
}

TEST_CASE("the section is read with its defaults and its mistakes told", "[record_samples]") {
  config::Document good = config::Document::Parse("topics: [a, b*]\n", "file");
  config::YamlMap map = good.Root();
  const Config config = ReadConfig(map);
  map.Finish();
  CHECK(good.ok());
  CHECK(config.topics == std::vector<std::string>{"a", "b*"});
  CHECK(config.interval == std::chrono::minutes{1});
  CHECK(config.records == 10);
  config::Document bad =
      config::Document::Parse("interval: 1s\nrecords: 0\npartitions: 5000\nspeed: 1\n", "file");
  {
    config::YamlMap wrong = bad.Root();
    ReadConfig(wrong);
    wrong.Finish();
  }
  CHECK(bad.mistakes().size() == 5);  // no topics, three out of range, one unknown
}

}  // namespace
}  // namespace klaxon::record_samples_collector
