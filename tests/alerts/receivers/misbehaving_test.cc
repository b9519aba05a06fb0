#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/http/client.h"
#include "alerts/receivers/chat_receivers.h"
#include "alerts/receivers/feeds.h"
#include "tests/alerts/notify/scene.h"
#include "tests/alerts/receivers/raw_server.h"

namespace klaxon::receivers {
namespace {

using notify::Delivery;
using notify::Outcome;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// One attempt of a kind of receiver at a URL.
struct Kind {
  std::string name{};
  std::function<Delivery(const std::string& url, const notify::ReceiverDeps& deps,
                         const notify::Patience& patience)>
      send{};
};

Delivery SendBy(notify::Receiver& receiver, const notify::Patience& patience) {
  return receiver.Send({.receiver = "ops",
                        .group_key = "k",
                        .alerts = {notify::Firing({{"alertname", "Stuck"}}, 0)},
                        .at = patience.now},
                       patience);
}

Delivery PushBy(notify::Feed& feed, const notify::Patience& patience) {
  const Instant now = SystemClock().Now();
  return feed.Push({notify::Firing({{"alertname", "Stuck"}}, 0)}, now, now, patience)
      .value_or(Delivery{.outcome = Outcome::kAccepted, .words = "nothing was sent"});
}

const std::vector<Kind>& Kinds() {
  static const std::vector<Kind> kinds{
      {"webhook",
       [](const auto& url, const auto& deps, const auto& patience) {
         return SendBy(*MakeWebhook({.url = Secret(url)}, deps), patience);
       }},
      {"slack",
       [](const auto& url, const auto& deps, const auto& patience) {
         return SendBy(*MakeSlack({.api_url = Secret(url)}, deps), patience);
       }},
      {"pagerduty",
       [](const auto& url, const auto& deps, const auto& patience) {
         return SendBy(*MakePagerDuty({.routing_key = Secret("R0"), .url = Secret(url)}, deps),
                       patience);
       }},
      {"alertmanager",
       [](const auto& url, const auto& deps, const auto& patience) {
         return PushBy(*MakeAlertmanager({.url = Secret(url)}, deps), patience);
       }},
      {"heartbeat", [](const auto& url, const auto& deps, const auto& patience) {
         return PushBy(*MakeHeartbeat({.url = Secret(url)}, deps), patience);
       }}};
  return kinds;
}

/// Waits until the client has hung up, for a while.
bool HungUp(int socket, int milliseconds) {
  pollfd waiting{.fd = socket, .events = POLLIN, .revents = 0};
  return ::poll(&waiting, 1, milliseconds) > 0;
}

/// What a server does, and what comes of it for every kind.
struct Misbehaviour {
  std::string name{};
  RawServer::Answer answer{};
  Outcome outcome = Outcome::kRetry;
  bool strict_only = false;  ///< the kinds that only look at the status accept it
  Duration longest = seconds{20};
};

RawServer::Answer Endless(const std::string& status) {
  return [status](int socket, const std::string&) {
    RawServer::Write(socket, "HTTP/1.1 " + status + "\r\nContent-Length: 10000000000\r\n\r\n");
    const std::string piece(100'000, 'x');
    for (int i = 0; i < 1000 && !HungUp(socket, 0); ++i) {
      RawServer::Write(socket, piece);
    }
  };
}

std::vector<Misbehaviour> Misbehaviours() {
  return {
      {"never answers", [](int socket, const std::string&) { HungUp(socket, 20'000); },
       Outcome::kRetry, false, milliseconds{300}},
      {"answers a byte at a time",
       [](int socket, const std::string&) {
         RawServer::Write(socket, "HTTP/1.1 200 OK\r\nX-Slow: ");
         for (int i = 0; i < 2000 && !HungUp(socket, 10); ++i) {
           RawServer::Write(socket, "x");
         }
       },
       Outcome::kRetry, false, milliseconds{500}},
      {"answers with a web page", RawServer::Fixed("200 OK", "<!DOCTYPE html><html>Log in</html>",
                                                   "Content-Type: text/html\r\n")},
      {"answers with an error page", RawServer::Fixed("502 Bad", "<html>proxy</html>")},
      {"answers 10 GB", Endless("200 OK"), Outcome::kRetry, true},
      {"fails with 10 GB", Endless("500 No")},
      {"redirects", RawServer::Fixed("302 Found", "", "Location: http://127.0.0.1:1/other\r\n"),
       Outcome::kGivenUp},
      {"says no", RawServer::Fixed("403 Forbidden", "no"), Outcome::kGivenUp},
      {"hangs up", [](int, const std::string&) {}},
      {"speaks no HTTP",
       [](int socket, const std::string&) { RawServer::Write(socket, "220 mail\r\n"); }}};
}

TEST_CASE("However a server behaves, every receiver over HTTP is done in time and judges it") {
  const std::unique_ptr<http::HttpClient> http = http::MakeHttpClient();
  for (const Misbehaviour& each : Misbehaviours()) {
    for (const Kind& kind : Kinds()) {
      CAPTURE(each.name, kind.name);
      RawServer server(each.answer);
      const Instant now = SystemClock().Now();
      const Delivery delivery =
          kind.send(server.Url("/s3cret"), {.http = *http},
                    {.deadline = now.mono + each.longest, .stop = {}, .now = now.wall});
      INFO(delivery.words);
      const bool strict = kind.name == "slack" || kind.name == "pagerduty";
      CHECK(delivery.outcome == (each.strict_only && !strict ? Outcome::kAccepted : each.outcome));
      CHECK_FALSE(delivery.of_receiver);  // it may be about this message
      CHECK(delivery.words.find("s3cret") == std::string::npos);
      CHECK(delivery.words.size() < 1000);
    }
  }
}

}  // namespace
}  // namespace klaxon::receivers
