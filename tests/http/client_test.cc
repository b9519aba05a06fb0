#include "agent/http/client.h"

#include <chrono>
#include <list>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/http/gzip.h"
#include "tests/http/scripted_server.h"
#include "tests/http/server_fixture.h"

namespace klaxon::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using Peer = ScriptedServer::Peer;

Result<HttpResponse> Get(HttpClient& client, const HttpRequest& request,
                         Duration limit = seconds{10}) {
  return client.Get(request, steady_clock::now() + limit, {});
}

Result<HttpResponse> Get(const std::string& url, Duration limit = seconds{10}) {
  return Get(*MakeHttpClient(), {.url = url}, limit);
}

TEST_CASE("well-formed answers are values, whatever their status") {
  struct Case {
    std::string what;
    std::string bytes;
    int status;
    std::string body;
  };

  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::vector<Case> cases{
      {"with a length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", 200, "hi"},
      {"in chunks", chunked + "1\r\nh\r\n1\r\ni\r\n0\r\n\r\n", 200, "hi"},
      {"up to the end of the connection", "HTTP/1.1 200 OK\r\n\r\nhi", 200, "hi"},
      {"HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nhi", 200, "hi"},
      {"without a reason phrase", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", 200, ""},
      {"no content", "HTTP/1.1 204 No Content\r\n\r\n", 204, ""},
      {"not found", "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone", 404, "gone"},
      {"a failure", "HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\noops", 500, "oops"},
      {"a redirect, not followed",
       "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", 302, ""},
      {"bytes that are no UTF-8", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\xff\xfe\x80", 200,
       "\xff\xfe\x80"},
      {"100 Continue first",
       "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", 200, "hi"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.what);
    const ScriptedServer server(Say(each.bytes));
    const Result<HttpResponse> response = Get(server.Url("/path"));
    REQUIRE(response);
    CHECK(response->status == each.status);
    CHECK(response->body == each.body);
    CHECK(server.connections() == 1);
  }
}

TEST_CASE("the request carries what it was given and no more") {
  std::string seen;
  {
    ScriptedServer server([&](const Peer& peer, const std::stop_token&) {
      seen = peer.request();
      peer.Send("HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nX-Y: z\r\nContent-Length: 0\r\n\r\n");
    });
    const Result<HttpResponse> response =
        Get(*MakeHttpClient(),
            {.url = server.Url("/a%20b?q=1"), .headers = {{"Authorization", "Basic x"}}});
    REQUIRE(response);
    CHECK(response->content_type == "a/b");
    CHECK(FindHeader(response->headers, "x-y") == "z");
  }
  CHECK(seen.starts_with("GET /a%20b?q=1 HTTP/1.1\r\n"));
  CHECK(seen.find("Authorization: Basic x\r\n") != std::string::npos);
  CHECK(seen.find("User-Agent: klaxon\r\n") != std::string::npos);
  CHECK(seen.find("Content-Length") == std::string::npos);
}

TEST_CASE("a body, its length and a login go out with a POST") {
  std::string seen;
  {
    ScriptedServer server([&](const Peer& peer, const std::stop_token&) {
      seen = peer.request();
      peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    });
    const Result<HttpResponse> response = Get(
        *MakeHttpClient(), {.method = "POST",
                            .url = server.Url("/token"),
                            .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                            .body = "grant_type=client_credentials",
                            .access = {.username = "Aladdin", .password = Secret("open sesame")}});
    REQUIRE(response);
    CHECK(response->body == "hi");
  }
  CHECK(seen.starts_with("POST /token HTTP/1.1\r\n"));
  CHECK(seen.find("Content-Length: 29\r\n") != std::string::npos);
  CHECK(seen.find("Content-Type: application/x-www-form-urlencoded\r\n") != std::string::npos);
  // RFC 7617 section 2.
  CHECK(seen.find("Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n") != std::string::npos);
}

TEST_CASE("a POST is not sent a second time when its connection is lost") {
  std::atomic<int> posts = 0;
  const ScriptedServer server([&](const Peer& peer, const std::stop_token&) {
    std::string request = peer.request();
    while (request.starts_with("GET")) {
      peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
      request = peer.NextRequest();
    }
    posts += request.starts_with("POST") ? 1 : 0;
  });
  {
    const auto client = MakeHttpClient();
    REQUIRE(Get(*client, {.url = server.Url()}));  // leaves a connection to be used again
    // The server is busy with that one until it is closed: the POST waits behind it.
    (void)Get(*client, {.method = "POST", .url = server.Url(), .body = "x"}, milliseconds{300});
  }
  REQUIRE(Eventually([&] { return posts == 1; }));
}

TEST_CASE("what is no whole, well-formed answer is an error that says so") {
  const size_t bomb = 50'000'000;

  struct Case {
    std::string what;
    std::string bytes;
    Reason reason;
    std::string words;
  };

  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::vector<Case> cases{
      {"nothing", "", Reason::kUnreachable, "closed before an answer came"},
      {"garbage", "\x15\x03\x03 garbage\r\n\r\n", Reason::kBadAnswer, "does not speak HTTP"},
      {"an SSH server", "SSH-2.0-OpenSSH_9.2\r\n", Reason::kBadAnswer, "does not speak HTTP"},
      {"HTTP/2", "HTTP/2 200\r\n\r\n", Reason::kBadAnswer, "does not speak HTTP"},
      {"a status line that is none", "HTTP/1.1 OK\r\n\r\n", Reason::kBadAnswer, "breaks HTTP"},
      {"a head that ends early", "HTTP/1.1 200 OK\r\nContent-Le", Reason::kBadAnswer,
       "ends in its head"},
      {"a body that ends early", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi",
       Reason::kBadAnswer, "cut short"},
      {"chunks that end early", chunked + "5\r\nhi", Reason::kBadAnswer, "cut short"},
      {"chunks without the last", chunked + "2\r\nhi\r\n", Reason::kBadAnswer, "cut short"},
      {"chunks of a negative size", chunked + "-2\r\nhi\r\n0\r\n\r\n", Reason::kBadAnswer, ""},
      {"a length that is none", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nhi",
       Reason::kBadAnswer, ""},
      {"a status line of 30 KB", "HTTP/1.1 200 " + std::string(30'000, 'a') + "\r\n\r\n",
       Reason::kBadAnswer, "head of the answer is too long"},
      {"a header of a megabyte",
       "HTTP/1.1 200 OK\r\nX: " + std::string(1'000'000, 'a') + "\r\n\r\n", Reason::kBadAnswer, ""},
      {"a body that is too large",
       "HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + std::string(2000, 'a'),
       Reason::kBadAnswer, "larger than the 1000 bytes"},
      {"a length of petabytes",
       "HTTP/1.1 200 OK\r\nContent-Length: 9000000000000000\r\n\r\n" + std::string(2000, 'a'),
       Reason::kBadAnswer, ""},
      {"a gzip bomb",
       "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + *Gzip(std::string(bomb, 'a')),
       Reason::kBadAnswer, "larger than the 1000 bytes"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.what);
    const ScriptedServer server(Say(each.bytes));
    const Result<HttpResponse> response =
        Get(*MakeHttpClient(), {.url = server.Url("/p?token=hunter2"), .max_body = 1000});
    REQUIRE_FALSE(response);
    CAPTURE(response.error().message());
    CHECK(response.error().reason() == each.reason);
    CHECK(response.error().message().starts_with(server.Url("/p") + ": "));
    CHECK(response.error().message().find(each.words) != std::string::npos);
    CHECK(response.error().message().find("hunter2") == std::string::npos);
  }
}

TEST_CASE("a reset in the middle of an answer is an error") {
  const ScriptedServer server([](const Peer& peer, const std::stop_token&) {
    peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi");
    peer.Reset();
  });
  const Result<HttpResponse> response = Get(server.Url());
  REQUIRE_FALSE(response);
  CHECK((response.error().reason() == Reason::kUnreachable ||
         response.error().reason() == Reason::kBadAnswer));
}

/// Sends `piece` every 20 ms until the client leaves.
ScriptedServer::Script Drip(std::string head, std::string piece) {
  return [head = std::move(head), piece = std::move(piece)](const Peer& peer,
                                                            const std::stop_token& stop) {
    peer.Send(head);
    while (!stop.stop_requested() && peer.Send(piece)) {
      std::this_thread::sleep_for(milliseconds{20});
    }
  };
}

TEST_CASE("an answer that drips does not stretch the deadline") {
  const std::vector<std::pair<std::string, std::string>> scripts{
      {"", "H"},
      {"HTTP/1.1 200 OK\r\n", "X-A: b\r\n"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", "a"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n"},
      {"HTTP/1.1 200 OK\r\n\r\n", "a"},
  };
  for (const auto& [head, piece] : scripts) {
    CAPTURE(head);
    const ScriptedServer server(Drip(head, piece));
    const auto begin = steady_clock::now();
    const Result<HttpResponse> response = Get(server.Url(), milliseconds{800});
    const auto took = steady_clock::now() - begin;
    REQUIRE_FALSE(response);
    if (piece != "H") CHECK(response.error().reason() == Reason::kTimeout);
    CHECK(took < seconds{3});
  }
}

TEST_CASE("a server that says nothing is a timeout") {
  const ScriptedServer server([](const Peer& peer, const std::stop_token&) { peer.NextRequest(); });
  const Result<HttpResponse> response = Get(server.Url(), seconds{1});
  REQUIRE_FALSE(response);
  CHECK(response.error().reason() == Reason::kTimeout);
  CHECK(response.error().message().find("connected, but no answer in time") != std::string::npos);
}

TEST_CASE("an endless answer ends at the cap") {
  const ScriptedServer server([](const Peer& peer, const std::stop_token& stop) {
    peer.Send("HTTP/1.1 200 OK\r\n\r\n");
    const std::string piece(65536, 'a');
    while (!stop.stop_requested() && peer.Send(piece)) {
    }
  });
  const Result<HttpResponse> response = Get(server.Url());
  REQUIRE_FALSE(response);
  CHECK(response.error().reason() == Reason::kBadAnswer);
  CHECK(response.error().message().find("larger than the 16777216 bytes") != std::string::npos);
}

TEST_CASE("stop ends a request that waits, soon") {
  const ScriptedServer server([](const Peer& peer, const std::stop_token&) { peer.NextRequest(); });
  std::stop_source source;
  std::jthread stopper([&] {
    Eventually([&] { return server.connections() == 1; });
    source.request_stop();
  });
  const auto begin = steady_clock::now();
  const Result<HttpResponse> response = MakeHttpClient()->Get(
      {.url = server.Url()}, steady_clock::now() + seconds{60}, source.get_token());
  REQUIRE_FALSE(response);
  CHECK(response.error().reason() == Reason::kCancelled);
  CHECK(steady_clock::now() - begin < seconds{5});
}

TEST_CASE("a closed port says what to check") {
  uint16_t closed = 0;
  {
    const ScriptedServer server(Say(""));
    closed = server.port();
  }
  const Result<HttpResponse> response = Get("http://127.0.0.1:" + std::to_string(closed) + "/");
  REQUIRE_FALSE(response);
  CHECK(response.error().reason() == Reason::kUnreachable);
  CHECK(response.error().message() == "http://127.0.0.1:" + std::to_string(closed) +
                                          "/: connection refused; is it running, and is the port "
                                          "right?");
}

TEST_CASE("a name that does not exist is an error within the deadline") {
  const auto begin = steady_clock::now();
  const Result<HttpResponse> response = Get("http://no-such-host.invalid:1/", seconds{5});
  REQUIRE_FALSE(response);
  CHECK(response.error().message().find("no-such-host.invalid") != std::string::npos);
  CHECK(steady_clock::now() - begin < seconds{8});
}

TEST_CASE("what cannot be asked is refused before anything is sent") {
  const ScriptedServer server(Say("HTTP/1.1 200 OK\r\n\r\n"));
  CHECK(Get("nonsense").error().reason() == Reason::kInvalid);
  const HttpRequest injecting{.url = server.Url(), .headers = {{"A", "b\r\nC: d"}}};
  CHECK(Get(*MakeHttpClient(), injecting).error().reason() == Reason::kInvalid);
  const HttpRequest odd{.method = "GET /x HTTP/1.1\r\nA:", .url = server.Url()};
  CHECK(Get(*MakeHttpClient(), odd).error().reason() == Reason::kInvalid);
  CHECK(server.connections() == 0);
}

TEST_CASE("connections are used again while the server keeps them") {
  const ScriptedServer server([](const Peer& peer, const std::stop_token&) {
    do {
      peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    } while (!peer.NextRequest().empty());
  });
  {
    const auto client = MakeHttpClient();
    for (int i = 0; i < 5; ++i)
      REQUIRE(Get(*client, {.url = server.Url()}));
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("a kept connection that the server has closed is replaced, unnoticed") {
  const ScriptedServer server(Say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"));
  const auto client = MakeHttpClient();
  for (int i = 0; i < 5; ++i) {
    const Result<HttpResponse> response = Get(*client, {.url = server.Url()});
    REQUIRE(response);
    CHECK(response->body == "hi");
  }
}

TEST_CASE("our client and our server understand each other, from many threads") {
  TestServer server;
  const auto client = MakeHttpClient();
  std::list<std::jthread> threads;
  std::atomic<int> good{0};
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 50; ++n) {
        const Result<HttpResponse> response = Get(*client, {.url = server->Url() + "/prepared"});
        if (response && response->body == BigText()) ++good;
      }
    });
  }
  threads.clear();
  CHECK(good == 400);
}

}  // namespace
}  // namespace klaxon::http
