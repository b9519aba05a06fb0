#include "agent/app/agent.h"

#include <filesystem>
#include <iterator>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "agent/http/client.h"
#include "tests/app/watched_agent.h"
#include "tests/support/temporary_folder.h"

namespace klaxon::app {
namespace {

using Catch::Matchers::ContainsSubstring;

/// One that was started.
struct Watched : WatchedAgent {
  Watched() { Start(Config()); }
};

size_t Entries(const char* folder) {
  return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

TEST_CASE("a whole agent shows brokers, topics, groups and lag of a cluster", "[agent]") {
  const Watched watched;
  REQUIRE(watched.Comes("/-/ready", "ready\n"));
  REQUIRE(watched.Comes("/metrics", "kafka_consumergroup_lag{cluster=\"main\""));
  const std::string metrics = watched.Get("/metrics");
  CHECK_THAT(metrics, ContainsSubstring("kafka_brokers{cluster=\"main\"} 3"));
  CHECK_THAT(metrics, ContainsSubstring("kafka_topic_partition_current_offset{cluster=\"main\""));
  CHECK_THAT(metrics,
             ContainsSubstring("klaxon_kafka_requests_total{cluster=\"main\",api=\"Metadata\""));
  CHECK_THAT(metrics, ContainsSubstring("process_resident_memory_bytes"));
  CHECK_THAT(watched.Get("/"), ContainsSubstring("<h2>main"));
  CHECK_THAT(watched.Get("/api/klaxon/v1/groups"), ContainsSubstring("\"cluster\": \"main\""));
  CHECK(watched.Ask("/api/klaxon/v1/groups?cluster=mian").status == 404);
  CHECK(watched.Ask("/-/healthy").status == 200);
}

TEST_CASE("a broker that is gone is missing from the count, and comes back", "[agent]") {
  Watched watched;
  REQUIRE(watched.Comes("/metrics", "kafka_brokers{cluster=\"main\"} 3"));
  watched.cluster().StopBroker(3);
  CHECK(watched.Comes("/metrics", "kafka_brokers{cluster=\"main\"} 2"));
  CHECK(watched.Comes("/", "broker 3 left the cluster"));
  watched.cluster().StartBroker(3);
  CHECK(watched.Comes("/metrics", "kafka_brokers{cluster=\"main\"} 3"));
}

TEST_CASE("a cluster that falls silent leaves the page of metrics, and comes back", "[agent]") {
  Watched watched;
  REQUIRE(watched.Comes("/metrics", "kafka_brokers{"));
  watched.cluster().SetFaults(simulator::kEveryBroker, {.silent = true});
  CHECK(watched.Comes("/metrics", "kafka_consumergroup_lag{", false));
  CHECK(watched.Comes("/metrics",
                      "klaxon_collector_up{cluster=\"main\",collector=\"kafka\",name=\"\"} 0"));
  CHECK(watched.Comes("/", "unknown"));
  watched.cluster().ClearFaults();
  CHECK(watched.Comes("/metrics", "kafka_consumergroup_lag{"));
}

TEST_CASE("a reload keeps what did not change and takes what did", "[agent]") {
  Watched watched;
  REQUIRE(watched.Comes("/metrics", "kafka_brokers{"));
  REQUIRE(watched.agent().Reload(watched.Config()));
  CHECK_THAT(watched.Get("/metrics"), ContainsSubstring("kafka_brokers{"));
  REQUIRE(watched.agent().Reload(watched.Config("2s")));
  CHECK(watched.Comes("/metrics",
                      "klaxon_collector_interval_seconds{cluster=\"main\","
                      "collector=\"kafka\",name=\"\"} 2"));
}

TEST_CASE("a reload that cannot be taken changes nothing and is seen", "[agent]") {
  Watched watched;
  AgentConfig elsewhere = watched.Config();
  elsewhere.listen.port = 1;
  const Result<void> reloaded = watched.agent().Reload(elsewhere);
  REQUIRE_FALSE(reloaded);
  CHECK_THAT(reloaded.error().message(), ContainsSubstring("restart"));
  watched.agent().ReloadFailed(Error(Reason::kInvalid, "rules.yaml:3:5: no such field"));
  CHECK_THAT(watched.Get("/metrics"), ContainsSubstring("klaxon_config_last_reload_successful 0"));
}

TEST_CASE("two hundred reloads leak no descriptor and no thread", "[agent]") {
  Watched watched;
  REQUIRE(watched.Comes("/metrics", "kafka_brokers{"));
  for (int i = 0; i < 20; ++i) {  // what is made on first use is there now
    REQUIRE(watched.agent().Reload(watched.Config(i % 2 == 0 ? "2s" : "1s")));
  }
  const size_t descriptors = Entries("/proc/self/fd");
  const size_t threads = Entries("/proc/self/task");
  for (int i = 0; i < 200; ++i) {
    REQUIRE(watched.agent().Reload(watched.Config(i % 2 == 0 ? "2s" : "1s")));
  }
  // Connections open and close meanwhile; a leak would be two hundred.
  constexpr size_t kAtMost = 20;
  CHECK(Entries("/proc/self/fd") <= descriptors + kAtMost);
  CHECK(Entries("/proc/self/task") <= threads + kAtMost);
}

TEST_CASE("an agent whose port is taken says so in one line", "[agent]") {
  Watched watched;
  SystemClock clock;
  AgentConfig config = watched.Config();
  const std::string url = watched.agent().Url();
  config.listen.port = static_cast<uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  const Result<std::unique_ptr<Agent>> second = Agent::Start(config, clock);
  REQUIRE_FALSE(second);
  CHECK_THAT(second.error().message(), ContainsSubstring("in use"));
  CHECK_THAT(second.error().message(), !ContainsSubstring("\n"));
}

TEST_CASE("a second agent on a state directory refuses to start", "[agent]") {
  const testing::TemporaryFolder folder;
  SystemClock clock;
  AgentConfig config = ConfigFrom({.bootstrap = "127.0.0.1:1"}).value();
  config.listen = {"127.0.0.1", 0};
  config.log_level = log::Level::kError;
  config.state_directory = folder.path() + "/state";
  {
    const Result<std::unique_ptr<Agent>> first = Agent::Start(config, clock);
    REQUIRE(first);
    const Result<std::unique_ptr<Agent>> second = Agent::Start(config, clock);
    REQUIRE_FALSE(second);
    CHECK_THAT(second.error().message(), ContainsSubstring("is in use by another Klaxon"));
    AgentConfig elsewhere = config;
    elsewhere.state_directory.clear();
    CHECK_FALSE((*first)->Reload(elsewhere));
  }
  CHECK(Agent::Start(config, clock));
  config.state_directory = "/proc/no/such";
  CHECK(Agent::Start(config, clock));  // it observes, and says so
}

TEST_CASE("an agent without a reachable cluster starts, says why and goes on", "[agent]") {
  SystemClock clock;
  AgentConfig config =
      ConfigFrom({.cluster = "main", .bootstrap = "127.0.0.1:1", .interval = "1s"}).value();
  config.listen = {"127.0.0.1", 0};
  config.log_level = log::Level::kError;
  const Result<std::unique_ptr<Agent>> agent = Agent::Start(config, clock);
  REQUIRE(agent);
  const std::unique_ptr<http::HttpClient> http = http::MakeHttpClient();
  std::string page;
  const MonoTime limit = clock.Now().mono + kPatience;
  while (page.find("refused") == std::string::npos && clock.Now().mono < limit) {
    page = http->Get({.url = (*agent)->Url() + "/"}, limit, {}).value().body;
  }
  CHECK_THAT(page, ContainsSubstring("refused"));
}

}  // namespace
}  // namespace klaxon::app
