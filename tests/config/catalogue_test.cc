#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "tests/config/sample.h"

namespace klaxon::config {
namespace {

constexpr std::string_view kExample = R"(
listen: 127.0.0.1:9308
log: {level: info}
clusters:
  - name: main
    kafka:
      bootstrap.servers: a:9092
      interval: 10s
      groups: 250
      jitter: 0.1
      enabled: true
      topics: "*"
      rack:
      labels:
    connect:
      - {name: etl, url: "http://c1:8083", interval: 5s, password: x, password_file: }
  - name: second
)";

KeyCatalogue CatalogueOf(std::string_view text) {
  Document document = Document::Parse(text, "example.yaml", Variables({}));
  (void)ReadSample(document.Root());
  INFO(ToString(document.mistakes()));
  CHECK(document.ok());
  return document.catalogue();
}

std::string Without(std::string_view text, std::string_view line, std::string_view instead = "") {
  std::string result(text);
  const size_t place = result.find(line);
  REQUIRE(place != std::string::npos);
  return result.replace(place, line.size(), instead);
}

TEST_CASE("the catalogue holds every key that was asked for, with what it accepts") {
  const KeyCatalogue catalogue = CatalogueOf(kExample);
  const auto entry = [&](std::string_view path) {
    const auto found = std::find_if(catalogue.begin(), catalogue.end(),
                                    [&](const CatalogueEntry& e) { return e.path == path; });
    REQUIRE(found != catalogue.end());
    return *found;
  };
  CHECK(entry("clusters[0].kafka.interval") == CatalogueEntry{.path = "clusters[0].kafka.interval",
                                                              .kind = "duration",
                                                              .accepts = "1s to 1h",
                                                              .default_value = "10s",
                                                              .value = "10s",
                                                              .required = false,
                                                              .in_file = true});
  CHECK(entry("log.level").accepts == "debug, info, warn");
  CHECK(entry("clusters[0].name").required);
  CHECK(entry("clusters[0].connect[0].password").value == "<secret>");
  CHECK_FALSE(entry("clusters[1].kafka").in_file);
}

TEST_CASE("an example with every key and its default has no gaps") {
  CHECK(GapsInExample(CatalogueOf(kExample)).empty());
}

TEST_CASE("an example that lacks a key or shows another default is told so") {
  using Sentences = std::vector<std::string>;
  CHECK(GapsInExample(CatalogueOf(Without(kExample, "      groups: 250\n"))) ==
        Sentences{"clusters[].kafka.groups: not in the file"});
  CHECK(GapsInExample(CatalogueOf(Without(kExample, "interval: 10s", "interval: 20s"))) ==
        Sentences{"clusters[].kafka.interval: the default is \"10s\", the file has \"20s\""});
  CHECK(GapsInExample(CatalogueOf(Without(kExample, "log: {level: info}\n"))) ==
        Sentences{"log: not in the file"});
  CHECK(GapsInExample(CatalogueOf(Without(kExample, ", password_file: "))) ==
        Sentences{"clusters[].connect[].password_file: not in the file"});
}

TEST_CASE("of a list, any element may show a key with its default") {
  CHECK(GapsInExample(CatalogueOf(std::string(kExample) +
                                  "    kafka: {bootstrap.servers: b:1, interval: 30s}\n"))
            .empty());
}

TEST_CASE("a path without its indices names all elements of a list") {
  CHECK(WithoutIndices("clusters[10].connect[2].url") == "clusters[].connect[].url");
  CHECK(WithoutIndices("log.level") == "log.level");
}

}  // namespace
}  // namespace klaxon::config
