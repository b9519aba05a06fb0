#include "collectors/rest_proxy/config.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/support/read_section.h"

namespace klaxon::rest_proxy_collector {
namespace {

std::vector<config::Mistake> MistakesOf(const std::string& text, Config& config) {
  return testing::ReadSection(text, ReadConfig, config);
}

TEST_CASE("a name and the nodes' addresses are enough", "[rest_proxy]") {
  Config config;
  CHECK(MistakesOf("{name: rest, url: 'http://a:8082, https://b/kafka'}", config).empty());
  CHECK(config.name == "rest");
  CHECK(config.source.urls == std::vector<std::string>{"http://a:8082", "https://b/kafka"});
  CHECK(config.interval == std::chrono::seconds{10});
  CHECK(config.request_timeout == std::chrono::seconds{5});
}

TEST_CASE("settings of a REST proxy that make no sense are refused, each with its reason",
          "[rest_proxy]") {
  std::string many;
  for (int i = 0; i < 33; ++i) {
    many += (i == 0 ? "http://n" : ",http://n") + std::to_string(i);
  }
  for (const std::string& text :
       {std::string("{url: 'http://a:8082'}"), std::string("{name: rest}"),
        std::string("{name: rest, url: 'a:8082'}"),
        std::string("{name: rest, url: 'http://a', request.timeout: 10s}"),
        std::string("{name: rest, url: 'http://a', api: v3}"),
        "{name: rest, url: '" + many + "'}"}) {
    CAPTURE(text);
    Config config;
    CHECK(MistakesOf(text, config).size() == 1);
  }
}

}  // namespace
}  // namespace klaxon::rest_proxy_collector
