#include "agent/http/client_body.h"

#include <chrono>
#include <limits>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/http/client.h"
#include "agent/http/gzip.h"
#include "tests/http/scripted_server.h"

namespace klaxon::http {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;
using Peer = ScriptedServer::Peer;

Result<HttpResponse> Fetch(HttpClient& client, const HttpRequest& request) {
  return client.Get(request, steady_clock::now() + seconds{10}, {});
}

std::string Answer(const std::string& headers, const std::string& body) {
  return "HTTP/1.1 200 OK\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

TEST_CASE("bodies in gzip are undone") {
  const std::string text(300'000, 'k');
  const std::string packed = *Gzip(text);

  struct Case {
    std::string what;
    std::string headers;
    std::string body;
    std::string expected;
    std::string words;  ///< of the error; empty: none
  };

  const std::vector<Case> cases{
      {"one member", "Content-Encoding: gzip\r\n", packed, text, ""},
      {"the old name", "Content-Encoding: X-GZIP\r\n", packed, text, ""},
      {"two members", "Content-Encoding: gzip\r\n", packed + packed, text + text, ""},
      {"nothing at all", "Content-Encoding: gzip\r\n", "", "", ""},
      {"identity", "Content-Encoding: identity\r\n", "hi", "hi", ""},
      {"none is said", "", packed, packed, ""},
      {"cut short", "Content-Encoding: gzip\r\n", packed.substr(0, packed.size() - 9), "",
       "gzip of the answer was cut short"},
      {"no gzip", "Content-Encoding: gzip\r\n", "{}", "", "gzip of the answer is damaged"},
      {"something after it", "Content-Encoding: gzip\r\n", packed + "!!", "", "gzip"},
      {"Brotli", "Content-Encoding: br\r\n", "hi", "", "encoded as br, which was not asked for"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.what);
    const ScriptedServer server(Say(Answer(each.headers, each.body)));
    const Result<HttpResponse> response = Fetch(*MakeHttpClient(), {.url = server.Url()});
    if (each.words.empty()) {
      REQUIRE(response);
      CHECK(response->body == each.expected);
    } else {
      REQUIRE_FALSE(response);
      CHECK(response.error().reason() == Reason::kBadAnswer);
      CAPTURE(response.error().message());
      CHECK(response.error().message().find(each.words) != std::string::npos);
    }
  }
}

TEST_CASE("gzip without a byte of content ends at the cap as well") {
  const ScriptedServer server([](const Peer& peer, const std::stop_token& stop) {
    peer.Send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n");
    const std::string empty = *Gzip("");
    std::string many;
    for (int i = 0; i < 1000; ++i) {
      many += empty;
    }
    while (!stop.stop_requested() && peer.Send(many)) {
    }
  });
  const Result<HttpResponse> response =
      Fetch(*MakeHttpClient(), {.url = server.Url(), .max_body = 100'000});
  REQUIRE_FALSE(response);
  CHECK(response.error().message().find("larger than the 100000 bytes") != std::string::npos);
}

TEST_CASE("a sink is given the body as it comes, and the answer holds none") {
  const std::string text(3'000'000, 't');
  for (const bool packed : {false, true}) {
    CAPTURE(packed);
    const ScriptedServer server(
        Say(packed ? Answer("Content-Encoding: gzip\r\n", *Gzip(text)) : Answer("", text)));
    std::string taken;
    size_t largest = 0;
    const Result<HttpResponse> response =
        Fetch(*MakeHttpClient(), {.url = server.Url(), .on_body = [&](std::string_view piece) {
                                    largest = std::max(largest, piece.size());
                                    taken.append(piece);
                                    return Result<void>();
                                  }});
    REQUIRE(response);
    CHECK(response->body.empty());
    CHECK(taken == text);
    CHECK(largest <= 65536);
  }
}

TEST_CASE("a body that comes without a pause and without an end is left at the deadline") {
  const ScriptedServer server([](const Peer& peer, const std::stop_token& stop) {
    const std::string piece(65536, 'a');
    bool there = peer.Send("HTTP/1.1 200 OK\r\n\r\n");
    while (there && !stop.stop_requested()) {
      there = peer.Send(piece);
    }
  });
  const HttpRequest request{.url = server.Url(),
                            .max_body = std::numeric_limits<size_t>::max(),
                            .on_body = [](std::string_view) { return Result<void>(); }};
  const Result<HttpResponse> response =
      MakeHttpClient()->Get(request, steady_clock::now() + std::chrono::milliseconds{300}, {});
  REQUIRE_FALSE(response);
  CHECK(response.error().reason() == Reason::kTimeout);
  CHECK(response.error().message().find("was not complete in time") != std::string::npos);
}

TEST_CASE("the bodies of other answers are kept, and no sink sees them") {
  const ScriptedServer server(Say("HTTP/1.1 409 Conflict\r\nContent-Length: 4\r\n\r\nbusy"));
  bool called = false;
  const Result<HttpResponse> response =
      Fetch(*MakeHttpClient(), {.url = server.Url(), .on_body = [&](std::string_view) {
                                  called = true;
                                  return Result<void>();
                                }});
  REQUIRE(response);
  CHECK(response->body == "busy");
  CHECK_FALSE(called);
}

TEST_CASE("what a sink finds wrong ends the exchange, and the client goes on") {
  const ScriptedServer server([](const Peer& peer, const std::stop_token&) {
    if (peer.request().starts_with("GET /good")) {
      peer.Send(Answer("", "good"));
    } else {
      peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n" + std::string(200'000, 'a'));
    }
  });
  const auto client = MakeHttpClient();
  int pieces = 0;
  const Result<HttpResponse> response =
      Fetch(*client, {.url = server.Url("/bad"), .on_body = [&](std::string_view) -> Result<void> {
                        ++pieces;
                        return Error(Reason::kBadAnswer, "is no list of connectors");
                      }});
  REQUIRE_FALSE(response);
  CHECK(response.error().message() == server.Url("/bad") + ": is no list of connectors");
  CHECK(pieces == 1);
  const Result<HttpResponse> good = Fetch(*client, {.url = server.Url("/good")});
  REQUIRE(good);
  CHECK(good->body == "good");
}

}  // namespace
}  // namespace klaxon::http
