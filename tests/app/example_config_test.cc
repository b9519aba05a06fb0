#include <set>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "agent/app/agent_config.h"

namespace klaxon::app {
namespace {

/// What the example has to show because there is no default to show.
const std::set<std::string> kWithoutDefault{"clusters[].name",
                                            "clusters[].kafka.bootstrap.servers",
                                            "clusters[].connect[].name",
                                            "clusters[].connect[].url",
                                            "clusters[].connect[].recovery.connectors[].match",
                                            "clusters[].connect[].recovery.patterns[].match",
                                            "clusters[].connect[].recovery.maintenance[].from",
                                            "clusters[].connect[].recovery.maintenance[].to",
                                            "clusters[].schema_registry[].name",
                                            "clusters[].schema_registry[].url",
                                            "clusters[].rest_proxy[].name",
                                            "clusters[].rest_proxy[].url",
                                            "clusters[].zookeeper.servers",
                                            "clusters[].kafka.record_samples.topics",
                                            "clusters[].kafka.connect_topics[].name",
                                            "clusters[].kafka.connect_topics[].status",
                                            "clusters[].kafka.connect_topics[].config"};

TEST_CASE("the example configuration holds every key with its default", "[config]") {
  config::Document document = config::Document::Load("docs/klaxon.example.yaml");
  (void)ReadAgentConfig(document);
  INFO(ToString(document.mistakes()));
  REQUIRE(document.ok());
  REQUIRE(document.catalogue().size() > 10);
  for (const config::CatalogueEntry& entry : document.catalogue()) {
    INFO(entry.path << ": is " << entry.value << ", default " << entry.default_value);
    CHECK(entry.in_file);
    if (!kWithoutDefault.contains(config::WithoutIndices(entry.path))) {
      CHECK(entry.value == entry.default_value);
    }
  }
}

}  // namespace
}  // namespace klaxon::app
