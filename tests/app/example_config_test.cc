#include <set>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "agent/app/agent_config.h"

namespace klaxon::app {
namespace {

/// What the example has to show because there is no default to show.
const std::set<std::string> kWithoutDefault{
    "clusters[].name",
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
    "clusters[].kafka.connect_topics[].config",
    "notify.route.receiver",
    "notify.receivers[].name",
    "notify.receivers[].webhook_configs[].url",
    "notify.receivers[].webhook_configs[].http_config.basic_auth.username",
    "notify.receivers[].webhook_configs[].http_config.basic_auth.password",
    "notify.receivers[].webhook_configs[].http_config.authorization.credentials",
    "notify.receivers[].slack_configs[].api_url",
    "notify.receivers[].pagerduty_configs[].routing_key",
    "notify.receivers[].email_configs[].to",
    "notify.receivers[].email_configs[].from",
    "notify.receivers[].email_configs[].smarthost",
    "notify.inhibit_rules[].source_matchers",
    "notify.inhibit_rules[].target_matchers",
    "notify.inhibit_rules[].equal",
    "notify.time_intervals[].name",
    "notify.time_intervals[].time_intervals[].times[].start_time",
    "notify.time_intervals[].time_intervals[].times[].end_time",
    "notify.alertmanagers[].url",
    "notify.heartbeats[].url",
    "notify.owners[].matchers"};

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
