#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "agent/base/rfc3339.h"
#include "agent/http/client.h"
#include "alerts/receivers/chat_receivers.h"
#include "alerts/receivers/email.h"
#include "alerts/receivers/feeds.h"
#include "alerts/receivers/http_answer.h"
#include "tests/alerts/receivers/raw_server.h"
#include "tests/alerts/receivers/told.h"

namespace klaxon::receivers {
namespace {

using nlohmann::json;
using notify::At;
using notify::Delivery;
using notify::Firing;
using notify::Outcome;
using notify::Resolved;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_CASE("Retry-After is seconds or a date in any of HTTP's forms") {
  struct Case {
    std::string_view text{};
    std::optional<Duration> wait{};
  };

  const WallTime now = WallTime{seconds{784'111'777}};  // 1994-11-06T08:49:37Z, of RFC 9110
  const std::array<Case, 10> cases{{{"120", seconds{120}},
                                    {"0", seconds{0}},
                                    {" 7 ", seconds{7}},
                                    {"Sun, 06 Nov 1994 08:50:37 GMT", minutes{1}},
                                    {"Sunday, 06-Nov-94 08:50:37 GMT", minutes{1}},
                                    {"Sun Nov  6 08:50:37 1994", minutes{1}},
                                    {"Sun, 06 Nov 1994 08:00:00 GMT", seconds{0}},
                                    {"soon", std::nullopt},
                                    {"-5", std::nullopt},
                                    {"Sun, 31 Feb 1994 08:49:37 GMT", std::nullopt}}};
  for (const Case& each : cases) {
    INFO(each.text);
    CHECK(ParseRetryAfter(each.text, now) == each.wait);
  }
  CHECK(ParseRetryAfter("99999999999999999999", now) == std::chrono::hours{24 * 366});
}

TEST_CASE("What cannot succeed is given up, the rest is tried again, and few speak for all") {
  struct Case {
    int status = 0;
    Outcome outcome = Outcome::kRetry;
    bool of_receiver = false;          ///< without Retry-After
    bool of_receiver_in_time = false;  ///< with it
  };

  constexpr std::array<Case, 16> kCases{{{200, Outcome::kAccepted},
                                         {202, Outcome::kAccepted},
                                         {204, Outcome::kAccepted},
                                         {301, Outcome::kGivenUp},
                                         {302, Outcome::kGivenUp},
                                         {400, Outcome::kGivenUp},
                                         {401, Outcome::kGivenUp},
                                         {404, Outcome::kGivenUp},
                                         {410, Outcome::kGivenUp},
                                         {408, Outcome::kRetry},
                                         {425, Outcome::kRetry},
                                         {429, Outcome::kRetry, true, true},
                                         {500, Outcome::kRetry},
                                         {502, Outcome::kRetry},
                                         {503, Outcome::kRetry, false, true},
                                         {504, Outcome::kRetry}}};
  for (const Case& each : kCases) {
    INFO(each.status);
    const Delivery judged =
        JudgeAnswer({.status = each.status, .headers = {{"retry-after", "9"}}}, At(0));
    CHECK(judged.outcome == each.outcome);
    CHECK(judged.retry_after.has_value() == (each.outcome == Outcome::kRetry));
    CHECK(judged.of_receiver == each.of_receiver_in_time);
    CHECK(JudgeAnswer({.status = each.status}, At(0)).of_receiver == each.of_receiver);
  }
}

TEST_CASE("A webhook gets version 4 of Alertmanager's body") {
  const json body =
      json::parse(WebhookBody(Told({Firing(kGroupA, 0), Resolved(kGroupB, 0, 50)}), "http://k", 0));
  CHECK(body["version"] == "4");
  CHECK(body["status"] == "firing");
  CHECK(body["receiver"] == "ops");
  CHECK(body["groupKey"] == R"({}:{alertname="Stuck"})");
  CHECK(body["truncatedAlerts"] == 0);
  CHECK(body["groupLabels"] == json({{"alertname", "Stuck"}}));
  CHECK(body["commonLabels"] ==
        json({{"alertname", "Stuck"}, {"severity", "critical"}, {"cluster", "prod"}}));
  CHECK(body["alerts"][0]["endsAt"] == "0001-01-01T00:00:00Z");
  CHECK(body["alerts"][0]["startsAt"] == "2027-01-15T08:00:00.000Z");
  CHECK(body["alerts"][1]["status"] == "resolved");
  CHECK(body["alerts"][1]["endsAt"] == "2027-01-15T08:00:50.000Z");
  CHECK(body["alerts"][1]["fingerprint"] == alerts::FingerprintText(notify::LabelsFrom(kGroupB)));
  const json cut =
      json::parse(WebhookBody(Told({Firing(kGroupA, 0), Firing(kGroupB, 0)}), "http://k", 1));
  CHECK(cut["alerts"].size() == 1);
  CHECK(cut["truncatedAlerts"] == 1);
}

TEST_CASE("Thousands of alerts are told with the first hundred and how many more there are") {
  for (const size_t letters : {size_t{10}, size_t{30'000}}) {
    CAPTURE(letters);
    std::vector<alerts::Alert> many;
    for (int i = 0; i < 10'050; ++i) {
      many.push_back(Firing({{"alertname", "Many"}, {"n", std::to_string(i)}}, 0));
      many.back().annotations =
          notify::LabelsFrom({{"description", std::string(i < 200 ? letters : 10, 'x')}});
    }
    const notify::Message message{.receiver = "ops", .group_key = "k", .alerts = many};
    for (const bool html : {false, true}) {
      const std::string text = html ? MailHtml(message, "") : Wording(kDefaultText).Of(message, "");
      CHECK(text.find("error expanding") == std::string::npos);
      CHECK(text.find(letters == 10 ? "and 9950 more" : "and 10040 more") != std::string::npos);
    }
    CHECK(Wording(kDefaultTitle).Of(message, "").starts_with("[FIRING:10050]"));
  }
}

TEST_CASE("A mail's head cannot be broken out of, and a second copy is known as one") {
  const EmailOptions options{.to = {"a@x.org", "b@x.org"}, .from = "k@x.org"};
  const notify::Message message = Told({Firing(kGroupA, 0)});
  const std::vector<std::string> one = MailHeaders(options, message, "x\r\nBcc: evil@x.org");
  CHECK(one[0] == "Date: Fri, 15 Jan 2027 08:01:40 +0000");
  CHECK(one[2] == "To: a@x.org, b@x.org");
  CHECK(one[3] == "Subject: x  Bcc: evil@x.org");
  CHECK(one == MailHeaders(options, message, "x\r\nBcc: evil@x.org"));
  CHECK(one[4] != MailHeaders(options, Told({Resolved(kGroupA, 0, 5)}), "")[4]);
  notify::Message reminder = message;
  reminder.since = At(7200);
  CHECK(one[4] != MailHeaders(options, reminder, "x\r\nBcc: evil@x.org")[4]);
  CHECK(HeaderText("gr\xc3\xbc\xc3\x9f") == "=?UTF-8?B?Z3LDvMOf?=");
  CHECK(MailHtml(message, "").find("It &lt;is&gt; stuck &amp;") != std::string::npos);
}

TEST_CASE("Alertmanager is told what is new at once, the rest after the resend delay") {
  struct Case {
    std::string_view sentence{};
    std::optional<alerts::Alert> sent{};
    int sent_at = 0;
    alerts::Alert alert{};
    int now = 0;
    bool due = false;
  };

  const alerts::Alert firing = Firing(kGroupA, 0);
  const alerts::Alert ended = Resolved(kGroupA, 0, 50);
  const std::array<Case, 8> cases{
      {{"what was never sent is due", std::nullopt, 0, firing, 60, true},
       {"a delay that is over to the second is not", firing, 60, firing, 120, false},
       {"a delay that is past is", firing, 60, firing, 121, true},
       {"an end since then is due at once", firing, 49, ended, 51, true},
       {"also an end of before, found since then", firing, 51, ended, 52, true},
       {"an end that was sent is not", ended, 51, ended, 52, false},
       {"another begin is", ended, 61, Firing(kGroupA, 60), 62, true},
       {"all is due after the clock jumped back", firing, 900, firing, 60, true}}};
  for (const Case& each : cases) {
    CAPTURE(each.sentence);
    LastSent sent;
    if (each.sent) Remember(*each.sent, At(each.sent_at), sent);
    CHECK(DueFor({each.alert}, sent, minutes{1}, At(each.now)).size() == (each.due ? 1 : 0));
  }
}

TEST_CASE("An alert for Alertmanager ends where it ended, or as far ahead as Prometheus says") {
  const std::vector<alerts::Alert> alerts{Firing(kGroupA, 0), Resolved(kGroupB, 0, 50)};
  const json body = json::parse(AlertmanagerBody(alerts, minutes{1}, At(60)));
  CHECK(body[0]["endsAt"] == FormatRfc3339(At(60 + 240)));
  CHECK(body[1]["endsAt"] == FormatRfc3339(At(50)));
  const json ahead = json::parse(AlertmanagerBody(alerts, minutes{1}, At(-60)));
  CHECK(ahead[0]["startsAt"] == FormatRfc3339(At(-60)));  // the clock was ahead: else it is refused
  CHECK(ahead[0]["endsAt"] == FormatRfc3339(At(-60 + 240)));
  CHECK(ahead[1]["startsAt"] == FormatRfc3339(At(-60)));
  CHECK(ahead[1]["endsAt"] == FormatRfc3339(At(-60)));
  const std::vector<alerts::Alert> back{Resolved(kGroupB, 40, 20)};  // the clock went back between
  const json ended = json::parse(AlertmanagerBody(back, minutes{1}, At(60)));
  CHECK(ended[0]["startsAt"] == FormatRfc3339(At(20)));
  CHECK(ended[0]["endsAt"] == FormatRfc3339(At(20)));
  alerts::Alert slow = alerts[0];
  slow.interval = minutes{5};  // prometheus/rules/alerting.go: 4 * max(interval, resend delay)
  CHECK(json::parse(AlertmanagerBody({slow}, minutes{1}, At(60)))[0]["endsAt"] ==
        FormatRfc3339(At(60 + 1200)));
}

TEST_CASE("A webhook posts JSON, and says of an answer what people need and no secret") {
  struct Case {
    std::string name{};
    RawServer::Answer answer{};
    Outcome outcome = Outcome::kRetry;
    std::string said{};  ///< in the words
    std::string unsaid = "s3cret";
  };

  const std::vector<Case> cases{
      {"a plain yes", RawServer::Fixed("200 OK", "fine"), Outcome::kAccepted, "answered 200"},
      {"a yes that is called HTML", RawServer::Fixed("200 OK", "ok", "Content-Type: text/html\r\n"),
       Outcome::kAccepted, "answered 200"},
      {"a login page", RawServer::Fixed("200 OK", "\n<!DOCTYPE html><html>Log in</html>"),
       Outcome::kRetry, "web page"},
      {"a redirect to a secret place",
       RawServer::Fixed("302 Found", "", "Location: https://other/login?token=s3cret\r\n"),
       Outcome::kGivenUp, "https://other:443/login"},
      {"an error page", RawServer::Fixed("503 No", "<html>s3cret</html>", "Retry-After: 30\r\n"),
       Outcome::kRetry, "left alone for 30s", "html"},
      {"an error that says the URL again", RawServer::Fixed("404 No", "no /hook/s3cret here"),
       Outcome::kGivenUp, "404"}};
  const std::unique_ptr<http::HttpClient> http = http::MakeHttpClient();
  for (const Case& each : cases) {
    CAPTURE(each.name);
    RawServer server(each.answer);
    const auto webhook = MakeWebhook({.url = Secret(server.Url("/hook/s3cret"))}, {.http = *http});
    const Instant now = SystemClock().Now();
    const Delivery delivery =
        webhook->Send(Told({Firing(kGroupA, 0)}),
                      {.deadline = now.mono + seconds{20}, .stop = {}, .now = now.wall});
    CAPTURE(delivery.words);
    CHECK(delivery.outcome == each.outcome);
    CHECK(delivery.words.find(each.said) != std::string::npos);
    CHECK(delivery.words.find("s3cret") == std::string::npos);
    CHECK(delivery.words.find(each.unsaid) == std::string::npos);
    const std::string request = server.Requests(1).at(0);
    CHECK(request.starts_with("POST /hook/s3cret HTTP/1.1"));
    CHECK(request.find("Content-Type: application/json") != std::string::npos);
  }
}

TEST_CASE("A heartbeat beats while rules are evaluated") {
  const std::unique_ptr<http::HttpClient> http = http::MakeHttpClient();
  RawServer server(RawServer::Fixed("200 OK", ""));
  const auto feed = MakeHeartbeat({.url = Secret(server.Url("/ping"))}, {.http = *http});
  const Instant now = SystemClock().Now();
  const auto beat = [&](Duration age, Duration later) {
    const Instant then{now.wall, now.mono + later};
    const Instant evaluated{now.wall, then.mono - age};
    return feed->Push({}, evaluated, then,
                      {.deadline = now.mono + seconds{20}, .stop = {}, .now = now.wall});
  };
  CHECK(beat(seconds{15}, {}).has_value());
  CHECK_FALSE(beat(seconds{15}, seconds{30}).has_value());  // not due yet
  CHECK(beat(seconds{15}, seconds{61}).has_value());
  CHECK_FALSE(beat(minutes{3}, seconds{200}).has_value());  // nobody evaluates any more
  CHECK(server.Requests(2).at(0).starts_with("GET /ping HTTP/1.1"));
}

}  // namespace
}  // namespace klaxon::receivers
