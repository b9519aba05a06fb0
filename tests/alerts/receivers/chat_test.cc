#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <nlohmann/json.hpp>

#include "agent/base/text.h"
#include "agent/http/client.h"
#include "alerts/receivers/chat_receivers.h"
#include "tests/alerts/receivers/raw_server.h"
#include "tests/alerts/receivers/told.h"

namespace klaxon::receivers {
namespace {

using nlohmann::json;
using notify::Firing;
using notify::Outcome;
using notify::Resolved;
using std::chrono::seconds;

TEST_CASE("Slack gets colour, fields and a link, split at its limits") {
  const SlackOptions options{.channel = "#ops"};
  const json body = json::parse(SlackBody(options, Told({Firing(kGroupA, 0)}), "http://k"));
  const json& part = body["attachments"][0];
  CHECK(body["channel"] == "#ops");
  CHECK(part["color"] == "danger");
  CHECK(part["title"] == "[FIRING:1] Stuck (prod a critical)");
  CHECK(part["title_link"] == "http://k");
  CHECK(part["fields"].size() == 3);
  CHECK(part["text"].get<std::string>().find("It &lt;is&gt; stuck &amp; \"late\"") !=
        std::string::npos);
  CHECK(json::parse(SlackBody(options, Told({Resolved(kGroupA, 0, 9)}),
                              ""))["attachments"][0]["color"] == "good");

  std::vector<alerts::Alert> many;
  for (int i = 0; i < 2000; ++i) {
    many.push_back(Firing({{"alertname", "Stuck"},
                           {"group", "\xc3\xbc" + std::to_string(i) + std::string(1000, 'x')}},
                          0));
  }
  const json large = json::parse(SlackBody(options, Told(std::move(many)), "http://k"));
  CHECK(large["attachments"].size() == 20);
  for (const json& each : large["attachments"]) {
    CHECK(each["text"].get<std::string>().size() < 4000);
  }
  CHECK(large["attachments"][19]["text"].get<std::string>().starts_with("... and more"));

  std::vector<alerts::Alert> hundred;
  for (int i = 0; i < 100; ++i) {
    hundred.push_back(Firing({{"common", std::string(500, '&')}, {"group", std::to_string(i)}}, 0));
  }
  const json escaped = json::parse(SlackBody({}, Told(std::move(hundred)), ""))["attachments"][0];
  const std::string title = escaped["title"].get<std::string>();
  CHECK(title.size() <= 1024);
  CHECK(title.ends_with(";..."));  // no "&amp;" is cut in two
  CHECK(escaped["fields"][0]["value"].get<std::string>().size() <= 200);
}

/// What Slack gets of a template, with one label that somebody else has written.
std::string SlackTextOf(const std::string& text, const std::string& label) {
  const SlackOptions options{.title = Wording(text), .text = Wording(text)};
  notify::Message message = Told({Firing({{"topic", label}}, 0)});
  const json part = json::parse(SlackBody(options, message, "http://k/?a=b&c"))["attachments"][0];
  CHECK(part["title"] == part["text"]);
  return part["text"].get<std::string>();
}

TEST_CASE("Slack takes for markup what a template writes, and never what a label says") {
  struct Case {
    std::string text{};
    std::string label{};
    std::string sent{};
  };

  const std::string label = "{{ (index .Alerts 0).Labels.topic }}";
  const std::vector<Case> cases{
      {label, "a<b> & \"c\" 'd'", "a&lt;b&gt; &amp; \"c\" 'd'"},
      {label, "<!channel>", "&lt;!channel&gt;"},
      {label, "&#34;&lt;", "&amp;#34;&amp;lt;"},
      {"<https://wiki/a?b=c|Wiki> of " + label, "<x>", "<https://wiki/a?b=c|Wiki> of &lt;x&gt;"},
      {"<{{ .ExternalURL }}|Klaxon>", "", "<http://k/?a=b&amp;c|Klaxon>"},
      {"<{{ (index .Alerts 0).GeneratorURL }}|" + label + ">", "a>b",
       "<http://klaxon:9308/rule|a&gt;b>"},
      {"<!here> " + label, "x", "<!here> x"},
      {"<@" + label + "> look", "U024BE7LH", "<@U024BE7LH> look"},
      {"<" + label + "|runbook>", "!channel", "&lt;!channel|runbook>"},
      {"<" + label + ">", "@U024BE7LH", "&lt;@U024BE7LH>"},
      {"<!here> <" + label + ">", "#C1", "<!here> &lt;#C1>"},
      {"<{{ .None }}>" + label, "!channel", "<>!channel"},
      {"{{ template \"none\" }}" + label, "<!channel>", ""}};
  for (const Case& each : cases) {
    CAPTURE(each.text, each.label);
    const std::string sent = SlackTextOf(each.text, each.label);
    if (each.sent.empty()) {
      CHECK(sent.starts_with("&lt;error expanding template: "));
      CHECK(sent.find('<') == std::string::npos);
    } else {
      CHECK(sent == each.sent);
    }
  }
}

TEST_CASE("A text for Slack is cut in no link") {
  const std::string words = GENERATE("Wiki", "Wiki\nof ours");
  const std::string link = "<https://wiki/" + std::string(40, 'x') + "|" + words + ">";
  const SlackOptions options{.title = Wording("{{ range .Firing }}" + link + "{{ end }}"),
                             .text = Wording("{{ range .Firing }}" + link + "{{ end }}")};
  std::vector<alerts::Alert> hundred;
  for (int i = 0; i < 100; ++i) {
    hundred.push_back(Firing({{"group", std::to_string(i)}}, 0));
  }
  const json body = json::parse(SlackBody(options, Told(std::move(hundred)), ""));
  std::string all;
  for (const json& each : body["attachments"]) {
    all += each["text"].get<std::string>();
    CHECK(each["text"].get<std::string>().ends_with('>'));
  }
  CHECK(all.size() == 100 * link.size());
  CHECK(body["attachments"][0]["title"].get<std::string>().ends_with(">..."));
}

TEST_CASE("A piece for Slack is not longer escaped than Slack takes") {
  alerts::Alert alert = Firing(kGroupA, 0);
  alert.annotations = notify::LabelsFrom({{"description", std::string(20'000, '&')}});
  const json body = json::parse(
      SlackBody({}, {.receiver = "ops", .group_key = "k", .alerts = {alert}}, "http://k"));
  CHECK(body["attachments"].size() == 20);
  std::string all;
  for (const json& each : body["attachments"]) {
    CHECK(each["text"].get<std::string>().size() <= 3000);
    all += each["text"].get<std::string>();
  }
  CHECK(all.find("&am&") == std::string::npos);
  CHECK(all.find(";amp") == std::string::npos);
}

TEST_CASE("PagerDuty gets a key that stays, and a severity that it knows") {
  const PagerDutyOptions options{.routing_key = Secret("R0")};
  const json firing = json::parse(PagerDutyBody(options, Told({Firing(kGroupA, 0)}), "http://k"));
  const json over =
      json::parse(PagerDutyBody(options, Told({Resolved(kGroupA, 0, 9)}), "http://k"));
  CHECK(firing["event_action"] == "trigger");
  CHECK(over["event_action"] == "resolve");
  CHECK(firing["dedup_key"] == over["dedup_key"]);
  notify::Message known = Told({Firing(kGroupA, 0)});
  known.acknowledgement = "silenced by ann";
  const json acknowledged = json::parse(PagerDutyBody(options, known, ""));
  CHECK(acknowledged["event_action"] == "acknowledge");
  CHECK(acknowledged["dedup_key"] == firing["dedup_key"]);
  CHECK(firing["dedup_key"].get<std::string>().size() == 64);
  CHECK(DedupKey("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(firing["payload"]["severity"] == "critical");
  CHECK(firing["payload"]["source"] == "prod");
  CHECK(json::parse(PagerDutyBody(options, Told({Firing({{"alertname", "X"}}, 0)}),
                                  ""))["payload"]["severity"] == "error");
}

/// Characters of UTF-8; what is none fails the test.
size_t Characters(const std::string& text) {
  CHECK(ToUtf8(text) == text);
  return static_cast<size_t>(std::ranges::count_if(
      text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) != 0x80U; }));
}

TEST_CASE("An event for PagerDuty stays below its limits, and says where it was cut") {
  struct Case {
    std::string name{};
    std::string piece{};  ///< what a label, an annotation and the key of the group are made of
  };

  const std::vector<Case> cases{{"plain", "x"},
                                {"two bytes a letter", "\xc3\xbc"},
                                {"four bytes a letter", "\xf0\x9f\x94\xa5"},
                                {"six bytes a letter in JSON", "\x01"},
                                {"quotes", "\""},
                                {"no UTF-8", "\xff"}};
  for (const Case& each : cases) {
    CAPTURE(each.name);
    std::string large;
    for (int i = 0; i < 60'000; ++i) {
      large += each.piece;
    }
    alerts::Alert alert = Firing({{"alertname", "Stuck"}, {"cluster", large}}, 0);
    alert.annotations = notify::LabelsFrom({{"description", large}});
    const std::string body = PagerDutyBody({.routing_key = Secret("R0")},
                                           {.receiver = "ops",
                                            .group_key = "{}:{" + large + "}",
                                            .group_labels = alert.labels,
                                            .alerts = {alert}},
                                           "http://k");
    CHECK(body.size() <= 512'000);
    const json event = json::parse(body);
    CHECK(event["dedup_key"].get<std::string>().size() == 64);  // of 255
    const json& payload = event["payload"];
    const auto is_cut = [](const json& text, size_t most) {
      const auto said = text.get<std::string>();
      CHECK(Characters(said) <= most);
      CHECK(said.ends_with("..."));
    };
    is_cut(payload["summary"], 1024);
    is_cut(payload["source"], 255);
    is_cut(payload["custom_details"]["group"], 1000);
    is_cut(payload["custom_details"]["alerts"], 50'000);
  }
}

TEST_CASE("Slack and PagerDuty must say that it is them") {
  const std::unique_ptr<http::HttpClient> http = http::MakeHttpClient();
  const Instant now = SystemClock().Now();
  const notify::Patience patience{.deadline = now.mono + seconds{20}, .stop = {}, .now = now.wall};
  RawServer page(RawServer::Fixed("200 OK", "<html>Log in</html>"));
  RawServer ok(RawServer::Fixed("200 OK", "ok"));
  RawServer taken(RawServer::Fixed("202 Accepted", "{}"));
  const auto slack = [&](RawServer& server) {
    return MakeSlack({.api_url = Secret(server.Url("/services/T/B/x"))}, {.http = *http})
        ->Send(Told({Firing(kGroupA, 0)}), patience)
        .outcome;
  };
  const auto pager = [&](RawServer& server) {
    return MakePagerDuty({.routing_key = Secret("R"), .url = Secret(server.Url("/v2/enqueue"))},
                         {.http = *http})
        ->Send(Told({Firing(kGroupA, 0)}), patience)
        .outcome;
  };
  CHECK(slack(page) == Outcome::kRetry);
  CHECK(slack(ok) == Outcome::kAccepted);
  CHECK(pager(ok) == Outcome::kRetry);
  CHECK(pager(taken) == Outcome::kAccepted);
}

}  // namespace
}  // namespace klaxon::receivers
