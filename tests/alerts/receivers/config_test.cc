#include "alerts/receivers/config.h"

#include <array>
#include <string>
#include <string_view>

#include <catch2/catch_test_macros.hpp>

#include "agent/config/document.h"
#include "tests/alerts/notify/scene.h"

namespace klaxon::receivers {
namespace {

struct Read {
  notify::Settings settings{};
  std::string mistakes{};
};

Read ReadText(const std::string& text) {
  config::Document document = config::Document::Parse(text, "k.yaml", [](const std::string& name) {
    if (name == "EMPTY") return std::optional<std::string>("");
    return name == "SLACK" ? std::optional<std::string>("https://hooks.slack.com/services/T/x")
                           : std::nullopt;
  });
  Read read;
  {
    config::YamlMap root = document.Root();
    if (auto section = root.Map("notify")) {
      read.settings = ReadNotify(*section);
    }
    root.Finish();
  }
  read.mistakes = ToString(document.mistakes());
  return read;
}

constexpr std::string_view kWhole = R"(
notify:
  external_url: https://klaxon.example.com
  route:
    receiver: ops
    group_by: [alertname, cluster]
    group_wait: 10s
    routes:
    - matchers: ['severity="critical"', 'team=~"a|b"']
      receiver: pager
      continue: true
      mute_time_intervals: [nights]
      routes:
      - match: {team: a}
        group_by: ['...']
    - match_re: {topic: 'orders.*'}
      group_by: []
      repeat_interval: 52w
  receivers:
  - name: ops
    slack_configs:
    - {api_url: "${SLACK}", channel: '#ops', title: '{{ .Status }}', send_resolved: true}
    log_configs: [{}]
  - name: pager
    pagerduty_configs: [{routing_key: abc}]
    email_configs: [{to: 'a@x.org, b@x.org', from: k@x.org, smarthost: 'mail:465'}]
    webhook_configs:
    - url: http://hook/x
      http_config: {basic_auth: {username: u, password: p}}
  inhibit_rules:
  - {source_matchers: ['alertname=Down'], target_matchers: ['severity=warning'], equal: [cluster]}
  time_intervals:
  - name: nights
    time_intervals:
    - {times: [{start_time: '22:00', end_time: '24:00'}], location: Europe/Berlin, weekdays: ['monday:friday'], days_of_month: ['1:5'], months: ['january'], years: ['2026']}
  alertmanagers: [{url: 'http://am-1:9093'}, {url: 'http://am-2:9093', resend_delay: 30s}]
  heartbeats: [{url: 'https://hc.example.com/x', interval: 30s, method: POST}]
  owners:
  - {matchers: ['topic=~"orders.*"'], labels: {team: shop}}
)";

TEST_CASE("Alertmanager's configuration is read by its names") {
  const Read read = ReadText(std::string(kWhole));
  REQUIRE(read.mistakes.empty());
  const notify::Settings& settings = read.settings;
  REQUIRE(settings.integrations.size() == 5);
  CHECK(settings.integrations[0].id == "ops/slack[0]");
  CHECK(settings.integrations[0].send_resolved);
  CHECK(settings.integrations[1].id == "ops/log[0]");
  CHECK_FALSE(settings.integrations[4].send_resolved);  // e-mail, as in Alertmanager
  CHECK(settings.feeds.size() == 3);
  const notify::Route& pager = settings.route.routes.at(0);
  CHECK(pager.key == R"({}/{severity="critical",team=~"a|b"})");
  CHECK(pager.group_wait == std::chrono::seconds{10});
  CHECK(pager.group_by == std::vector<std::string>{"alertname", "cluster"});
  CHECK(pager.routes.at(0).group_all);
  CHECK(pager.routes.at(0).receiver == "pager");
  CHECK(pager.routes.at(0).mute_time_intervals.empty());
  CHECK(settings.route.routes.at(1).receiver == "ops");
  CHECK(settings.route.routes.at(1).group_by == pager.group_by);
  CHECK(settings.route.routes.at(1).repeat_interval == std::chrono::hours{24 * 7 * 52});
  CHECK(settings.time_intervals.at("nights").at(0).weekdays.at(0) == notify::Span{1, 5});
  CHECK(settings.time_intervals.at("nights").at(0).location ==
        notify::TimeZone::Find("Europe/Berlin").value());
  CHECK(settings.integrations[3].send_acknowledged);
  CHECK_FALSE(settings.integrations[2].send_acknowledged);
}

TEST_CASE("Every mistake of the section is told with its place") {
  struct Case {
    std::string_view text{};
    std::string_view told{};
  };

  constexpr std::array<Case, 24> kCases{{
      {"{receivers: [{name: a}]}", "notify.route: is needed"},
      {"{route: {receiver: b}, receivers: [{name: a}]}", "names the receiver \"b\""},
      {"{route: {receiver: a}, receivers: [{name: a}, {name: a}]}", "a second receiver"},
      {"{route: {receiver: a, mute: [x]}, receivers: [{name: a}]}", "unknown key"},
      {"{route: {receiver: a, routes: [{mute_time_intervals: [x]}]}, receivers: [{name: a}]}",
       "time interval \"x\""},
      {"{route: {receiver: a, routes: [{matchers: ['x']}]}, receivers: [{name: a}]}",
       "is no matcher"},
      {"{route: {receiver: a, routes: [{match_re: {x: '['}}]}, receivers: [{name: a}]}",
       "match_re"},
      {"{receivers: [{name: a, slack_configs: [{}]}], route: {receiver: a}}", "api_url"},
      {"{receivers: [{name: a, webhook_configs: [{url: 'ftp://x'}]}], route: {receiver: a}}",
       "is no http or https URL"},
      {"{receivers: [{name: a, slack_configs: [{api_url: 'http://x', title: '{{ .x '}]}], route: "
       "{receiver: a}}",
       "title: template: title:1"},
      {"{receivers: [{name: a, email_configs: [{to: 'x', from: 'k@x', smarthost: 'm:25'}]}], "
       "route: {receiver: a}}",
       "is no mail address"},
      {"{receivers: [{name: a, email_configs: [{to: 'x@y', from: 'k@x', smarthost: 'm:25', "
       "require_tls: false, auth_username: u, auth_password: p}]}], route: {receiver: a}}",
       "not sent in the clear"},
      {"{time_intervals: [{name: x, time_intervals: [{location: Europe/Nowhere}]}]}",
       "\"Europe/Nowhere\" is no time zone"},
      {"{time_intervals: [{name: x, time_intervals: [{location: '../../../etc/passwd'}]}]}",
       "is no time zone"},
      {"{route: {receiver: a, group_by: [b, b]}, receivers: [{name: a}]}", "names a label twice"},
      {"{time_intervals: [{name: x, time_intervals: [{weekdays: [someday]}]}]}", "a weekday"},
      {"{time_intervals: [{name: x, time_intervals: [{times: [{start_time: '09:00', end_time: "
       "'09:00'}]}]}]}",
       "must come after start_time"},
      {"{time_intervals: [{name: x, time_intervals: [{days_of_month: ['31:-31']}]}]}",
       "the first not after the last"},
      {"{receivers: [{name: a, webhook_configs: [{url: ''}]}], route: {receiver: a}}",
       "url: must not be empty"},
      {"{receivers: [{name: a, slack_configs: [{api_url: '${EMPTY}'}]}], route: {receiver: a}}",
       "api_url: must not be empty"},
      {"{receivers: [{name: a, pagerduty_configs: [{routing_key: ''}]}], route: {receiver: a}}",
       "routing_key: must not be empty"},
      {"{alertmanagers: [{url: '${EMPTY}'}]}", "url: must not be empty"},
      {"{alertmanagers: [{url: 'http://a:b@c'}]}", "http_config: {basic_auth"},
      {"{alertmanagers: [{url: 'http://x', name: a}], heartbeats: [{url: 'http://x', name: a}]}",
       "a second feed is named \"a\""},
  }};
  for (const Case& each : kCases) {
    INFO(each.text);
    const std::string mistakes = ReadText("notify: " + std::string(each.text)).mistakes;
    INFO(mistakes);
    CHECK(mistakes.find(each.told) != std::string::npos);
  }
}

TEST_CASE("No mistake repeats a secret") {
  const std::string mistakes =
      ReadText("notify: {receivers: [{name: a, webhook_configs: [{url: 's3cret://x'}]}]}").mistakes;
  CHECK_FALSE(mistakes.empty());
  CHECK(mistakes.find("s3cret") == std::string::npos);
}

}  // namespace
}  // namespace klaxon::receivers
