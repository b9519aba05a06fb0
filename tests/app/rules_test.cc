#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "agent/app/rule_loop.h"
#include "alerts/rules/rule_file.h"
#include "tests/app/watched_agent.h"
#include "tests/support/temporary_folder.h"

namespace klaxon::app {
namespace {

using Catch::Matchers::ContainsSubstring;
using std::chrono::seconds;

constexpr const char* kFewBrokers = R"(
groups:
- name: brokers
  rules:
  - record: brokers:seen
    expr: sum by (cluster) (kafka_brokers)
  - alert: FewBrokers
    expr: brokers:seen < 4
    labels: {severity: page}
    annotations: {summary: 'only {{ $value }} brokers of {{ $labels.cluster }} in {{ $externalLabels.dc }}'}
  - alert: Told
    expr: ALERTS{alertname="FewBrokers"} == 1
  - alert: Broken
    expr: kafka_brokers * on() group_left() (kafka_brokers or vector(1))
)";

std::vector<rules::Group> Groups(const std::string& text) {
  rules::RuleFile file = rules::ParseRuleFile(text, "brokers.yaml");
  INFO(ToString(file.mistakes));
  REQUIRE(file.mistakes.empty());
  return file.groups;
}

/// A whole agent with rules.
class Ruled : public WatchedAgent {
 public:
  explicit Ruled(std::string state_directory, std::string rules = kFewBrokers)
      : state_directory_(std::move(state_directory)), rules_(std::move(rules)) {}

  using WatchedAgent::Start;

  void Start() { Start(RulesConfig(rules_)); }

  AgentConfig RulesConfig(const std::string& rules, std::vector<std::string> connect = {}) const {
    AgentConfig config = Config("1s", std::move(connect));
    config.state_directory = state_directory_;
    config.history.interval = seconds{1};
    config.rules.interval = seconds{1};
    config.rules.external_labels = {{"dc", "ams"}};
    config.rules.groups = Groups(rules);
    return config;
  }

 private:
  std::string state_directory_;
  std::string rules_;
};

TEST_CASE("a runbook that Klaxon serves is told with an address that leads to it", "[agent]") {
  const std::string url = "https://klaxon.example.com/kafka";
  const std::string watchdog = "docs/runbooks/watchdog.md";
  CHECK(RunbookAddress(watchdog, url) == url + "/runbooks/watchdog");
  CHECK(RunbookAddress(watchdog, url + "/") == url + "/runbooks/watchdog");
  for (const std::string other :
       {"docs/runbooks/nope.md", "https://wiki/watchdog", "", "runbooks/watchdog"}) {
    CHECK(RunbookAddress(other, url) == other);
  }
  CHECK(RunbookAddress(watchdog, "") == watchdog);
}

TEST_CASE("receivers who cannot be led to a runbook are told of before they need it", "[agent]") {
  RuleSettings settings;
  settings.groups = Groups(R"(
groups:
- name: g
  rules:
  - {alert: A, expr: kafka_brokers < 3, annotations: {runbook_url: docs/runbooks/watchdog.md}}
)");
  CHECK(RuleAdvice(settings).empty());
  settings.told = true;
  REQUIRE(RuleAdvice(settings).size() == 1);
  CHECK_THAT(RuleAdvice(settings).front(), ContainsSubstring("notify.external_url is not set"));
  settings.external_url = "https://klaxon.example.com";
  CHECK(RuleAdvice(settings).empty());
}

TEST_CASE("rules are evaluated in the agent, shown, kept over a restart and resolved by a reload",
          "[agent]") {
  const testing::TemporaryFolder folder;
  Ruled ruled(folder.path());
  ruled.Start();
  REQUIRE(ruled.Comes("/api/v1/alerts", "\"alertname\": \"FewBrokers\""));
  CHECK(ruled.Comes("/api/v1/alerts", "\"alertname\": \"Told\""));
  const std::string alerts = ruled.Get("/api/v1/alerts");
  CHECK_THAT(alerts, ContainsSubstring("only 3 brokers of main in ams"));
  CHECK_THAT(alerts, ContainsSubstring("\"value\": \"3e+00\""));
  CHECK_THAT(alerts, ContainsSubstring("\"state\": \"firing\""));
  const std::string rules = ruled.Get("/api/v1/rules?type=alert");
  CHECK_THAT(rules, ContainsSubstring("\"file\": \"brokers.yaml\""));
  CHECK_THAT(rules, ContainsSubstring("\"lastError\": "));
  CHECK_THAT(rules, !ContainsSubstring("brokers:seen\","));
  CHECK(ruled.Comes("/metrics", "klaxon_alerts{alertstate=\"firing\"} 2"));
  CHECK_THAT(ruled.Get("/metrics"),
             ContainsSubstring(
                 "klaxon_rule_evaluation_failures_total{rule_group=\"brokers.yaml;brokers\"}"));
  CHECK_THAT(ruled.Get("/"), ContainsSubstring("only 3 brokers of main in ams"));
  const std::string explained = ruled.Get("/api/klaxon/v1/rules/explain?rule=FewBrokers");
  CHECK_THAT(explained, ContainsSubstring("{cluster=\"main\"}  3\n"));
  CHECK_THAT(explained, ContainsSubstring("firing since "));
  CHECK_THAT(ruled.Get("/api/klaxon/v1/rules/explain?rule=FewBroker"),
             ContainsSubstring("near are: FewBrokers"));

  const std::string since = alerts.substr(alerts.find("activeAt"), 36);
  ruled.Stop();
  ruled.Start();
  REQUIRE(ruled.Comes("/api/v1/alerts", "\"alertname\": \"FewBrokers\""));
  CHECK_THAT(ruled.Get("/api/v1/alerts"), ContainsSubstring(since));

  ruled.agent().ReloadFailed(Error(Reason::kInvalid, "brokers.yaml:3:5: no such field"));
  CHECK(ruled.Comes("/", "brokers.yaml:3:5: no such field"));
  CHECK(ruled.Comes("/metrics", "klaxon_rules_outdated 1"));
  REQUIRE(ruled.agent().Reload(ruled.RulesConfig("groups: []")));
  CHECK(ruled.Comes("/api/v1/alerts", "FewBrokers", false));
  CHECK(ruled.Comes("/metrics", "klaxon_rules_outdated 0"));
}

constexpr const char* kLooksBack = R"(
groups:
- name: slow
  interval: 5s
  rules:
  - record: brokers:seldom
    expr: sum by (cluster) (kafka_brokers)
- name: quick
  rules:
  - alert: ReadsTheSlow
    expr: brokers:seldom < 4
  - alert: LooksBack
    expr: count_over_time(kafka_brokers[1h]) > 3
)";

/// When each alert began, as the API tells it.
std::string BeginsIn(const std::string& alerts) {
  std::string begins;
  for (size_t at = alerts.find("activeAt"); at != std::string::npos;
       at = alerts.find("activeAt", at + 1)) {
    begins += alerts.substr(at, 36);
  }
  return begins;
}

TEST_CASE("a restart resolves no alert that looks back, or reads what is recorded seldom",
          "[agent]") {
  const testing::TemporaryFolder folder;
  Ruled ruled(folder.path(), kLooksBack);
  ruled.Start();
  const std::string path = "/api/v1/alerts";
  REQUIRE(ruled.Comes(path, "\"alertname\": \"LooksBack\""));
  REQUIRE(ruled.Comes(path, "\"alertname\": \"ReadsTheSlow\""));
  const std::string before = ruled.Get(path);
  ruled.Stop();
  ruled.Start();
  REQUIRE(
      ruled.Comes("/metrics", "klaxon_rule_evaluations_total{rule_group=\"brokers.yaml;slow\"} 1"));
  CHECK(BeginsIn(ruled.Get(path)) == BeginsIn(before));
}

TEST_CASE("at a start nothing counts as absent before every source was polled and sampled",
          "[agent]") {
  const testing::TemporaryFolder folder;
  Ruled ruled(folder.path());
  // A worker that refuses tells so before the brokers have told everything.
  AgentConfig config = ruled.RulesConfig(R"(
groups:
- name: absent
  rules:
  - {alert: NoCluster, expr: absent(kafka_brokers), for: 1h}
  - {alert: SamplingStopped, expr: time() - klaxon_series_sampled_timestamp_seconds > 120, for: 1h}
)",
                                         {"http://127.0.0.1:1"});
  config.history.interval = seconds{15};
  ruled.Start(config);
  const std::string once = "klaxon_rule_evaluations_total{rule_group=\"brokers.yaml;absent\"} ";
  std::string alerts;
  std::string metrics;
  do {
    alerts = ruled.Get("/api/v1/alerts");
    metrics = ruled.Get("/metrics");
    REQUIRE(alerts.find("alertname") == std::string::npos);
  } while (metrics.find(once) == std::string::npos ||
           metrics.find(once + "0\n") != std::string::npos);
  CHECK(ruled.Get("/api/v1/alerts").find("alertname") == std::string::npos);
}

TEST_CASE("an alert whose cluster falls silent is held as unknown", "[agent]") {
  const testing::TemporaryFolder folder;
  Ruled ruled(folder.path());
  ruled.Start();
  REQUIRE(ruled.Comes("/api/v1/alerts", "\"alertname\": \"FewBrokers\""));
  ruled.cluster().SetFaults(simulator::kEveryBroker, {.silent = true});
  REQUIRE(ruled.Comes("/api/v1/alerts", "\"unknownSince\""));
  CHECK_THAT(ruled.Get("/api/v1/alerts"), ContainsSubstring("\"alertname\": \"FewBrokers\""));
  CHECK(ruled.Comes("/metrics", "klaxon_alerts{alertstate=\"unknown\"}"));
}

}  // namespace
}  // namespace klaxon::app
