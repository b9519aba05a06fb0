#include <latch>
#include <list>

#include <catch2/catch_test_macros.hpp>

#include "tests/http/raw_client.h"
#include "tests/http/server_fixture.h"
#include "tests/support/resident.h"

namespace klaxon::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

/// A page of `size` bytes that is sent as it is.
std::vector<Route> BigPage(size_t size) {
  const auto page = std::make_shared<const std::string>(size, 'x');
  return {{"GET", "/big",
           [page](const Request&) {
             Response response;
             response.shared_body = page;
             response.content_encoding = "identity";
             return response;
           }},
          {"GET", "/", [](const Request&) { return TextResponse(200, "home\n"); }}};
}

/// Waits until `leave` is opened, and tells when it has begun.
struct Blocker {
  std::latch begun;
  std::latch leave{1};

  explicit Blocker(std::ptrdiff_t handlers) : begun(handlers) {}

  std::vector<Route> Routes() {
    return {{"GET", "/wait",
             [this](const Request&) {
               begun.count_down();
               leave.wait();
               return TextResponse(200, "waited");
             }},
            {"GET", "/", [](const Request&) { return TextResponse(200, "home\n"); }}};
  }
};

TEST_CASE("what is too large is refused with a sentence, even while it is still being sent") {
  const std::string post = "POST /size HTTP/1.1\r\nHost: a\r\n";
  const std::vector<std::pair<std::string, int>> cases{
      {"GET /" + std::string(3'000'000, 'a'), 414},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(3'000'000, 'a'), 431},
      {post + "Content-Length: 3000000\r\n\r\n" + std::string(3'000'000, 'a'), 413},
      {post + "Content-Length: 3000000\r\nExpect: 100-continue\r\n\r\n", 413},
      {post + "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", 415},
      {post + "Transfer-Encoding: chunked\r\n\r\n200000\r\n" + std::string(0x200000, 'a'), 413},
      {post + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", 400},
      {post + "Transfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\n" + std::string(0x200000, 'a'),
       413},
  };
  TestServer server;
  const size_t before = testing::ResidentBytes();
  for (const auto& [request, status] : cases) {
    CAPTURE(request.substr(0, 100));
    RawClient client(server.port());
    client.Send(request);
    const RawClient::Answer answer = client.Read();
    CHECK(answer.status == status);
    CHECK_FALSE(answer.body.empty());
    CHECK(client.Ended());
  }
  CHECK(testing::ResidentBytes() < before + (size_t{100} << 20U));
  CHECK_FALSE(server->Stats().answers.contains("/size"));
}

TEST_CASE("a body of exactly the limit is taken") {
  TestServer server;
  const std::string body(size_t{1024} * 1024, 'a');
  const std::string post = "POST /size HTTP/1.1\r\nHost: a\r\n";
  CHECK(RawClient(server.port()).Ask(post + "Content-Length: 1048576\r\n\r\n" + body).body ==
        "1048576");
  CHECK(RawClient(server.port())
            .Ask(post + "Transfer-Encoding: chunked\r\n\r\n100000\r\n" + body + "\r\n0\r\n\r\n")
            .body == "1048576");
}

TEST_CASE("chunks that cannot be read never reach a handler") {
  ServerOptions options;
  options.limits.body_timeout = milliseconds{300};
  TestServer server(options);
  for (const char* chunks :
       {"-1\r\nabc\r\n0\r\n\r\n", "g\r\nabc\r\n", "\r\n", "3\r\nabcd\r\n0\r\n\r\n", "3\r\nabc"}) {
    CAPTURE(chunks);
    RawClient client(server.port());
    client.Send("POST /size HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" +
                std::string(chunks));
    CHECK(client.Read().status / 100 == 4);
    CHECK(client.Ended());
  }
  CHECK_FALSE(server->Stats().answers.contains("/size"));
}

TEST_CASE("a client that waits for 100 Continue gets it") {
  TestServer server;
  RawClient client(server.port());
  client.Send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  CHECK(client.Read().status == 100);
  const RawClient::Answer answer = client.Ask("abc");
  CHECK(answer.status == 201);
  CHECK(answer.body == "abc");
}

/// Sends a byte again and again until the server has had enough.
bool CutOffWhileDripping(RawClient& client) {
  const auto end = steady_clock::now() + seconds{10};
  while (steady_clock::now() < end) {
    if (!client.Send("x") || client.Ended(0)) return true;
    std::this_thread::sleep_for(milliseconds{20});
  }
  return false;
}

TEST_CASE("a request that drips is cut off at its deadline, in its head and in its body") {
  ServerOptions options;
  options.limits.head_timeout = seconds{1};
  options.limits.body_timeout = milliseconds{300};
  for (const char* begin : {"GET / HTTP/1.1\r\nX: ",
                            "POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: 10000\r\n\r\n"}) {
    CAPTURE(begin);
    TestServer server(options);
    RawClient client(server.port());
    REQUIRE(client.Send(begin));
    CHECK(CutOffWhileDripping(client));
    CHECK(server.Rejected(Rejection::kSlow) == 1);
  }
}

TEST_CASE("a connection that asks nothing is closed, before its first request and after it") {
  ServerOptions options;
  options.limits.head_timeout = seconds{2};  // a busy machine must get its request in
  options.limits.idle_timeout = milliseconds{200};
  TestServer server(options);
  RawClient silent(server.port());
  CHECK(silent.Ended());
  RawClient idle(server.port());
  CHECK(idle.Ask(GetRequest("/")).status == 200);
  CHECK(idle.Ended());
  CHECK(server.Rejected(Rejection::kSlow) == 0);
}

TEST_CASE("a client that does not read its answer is cut off") {
  ServerOptions options;
  options.limits.write_timeout = milliseconds{300};
  TestServer server(options, BigPage(25'000'000));
  RawClient client(server.port(), "127.0.0.1", true);
  REQUIRE(client.Send(GetRequest("/big")));
  REQUIRE(Eventually([&] { return server.Rejected(Rejection::kSlow) == 1; }));
  REQUIRE(Eventually([&] { return server->Stats().open_connections == 0; }));
  CHECK(server->Stats().sent_bytes < 25'000'000);
}

TEST_CASE("a client that takes its answer in sips is cut off when its time is up") {
  ServerOptions options;
  options.limits.answer_timeout = milliseconds{500};
  TestServer server(options, BigPage(25'000'000));
  RawClient client(server.port(), "127.0.0.1", true);
  REQUIRE(client.Send(GetRequest("/big")));
  REQUIRE(Eventually([&] { return server->Stats().sent_bytes > 0; }));
  CHECK(Eventually([&] {
    client.Sip();
    return server->Stats().open_connections == 0;
  }));
  CHECK(server->Stats().sent_bytes < 25'000'000);
}

TEST_CASE("at the cap of an address the newest is served and the slowest goes") {
  ServerOptions options;
  options.limits.connections_per_address = 8;
  TestServer server(options);
  std::list<RawClient> slow;
  for (int i = 0; i < 8; ++i)
    slow.emplace_back(server.port()).Send("GET / HTTP/1.1\r\n");
  REQUIRE(Eventually([&] { return server->Stats().connections == 8; }));
  CHECK(RawClient(server.port()).Ask(GetRequest("/")).status == 200);
  CHECK(slow.front().Ended());
  CHECK(server.Rejected(Rejection::kTooManyFromAddress) >= 1);
  CHECK(RawClient(server.port(), "127.0.0.9").Ask(GetRequest("/")).status == 200);
}

TEST_CASE("at the cap of all connections the newest is served, whatever its address") {
  ServerOptions options;
  options.limits.connections = 6;
  options.limits.connections_per_address = 3;
  TestServer server(options);
  std::list<RawClient> slow;
  for (const char* from :
       {"127.0.0.2", "127.0.0.2", "127.0.0.2", "127.0.0.3", "127.0.0.3", "127.0.0.3"}) {
    slow.emplace_back(server.port(), from).Send("GET / HTTP/1.1\r\n");
  }
  REQUIRE(Eventually([&] { return server->Stats().connections == 6; }));
  CHECK(RawClient(server.port(), "127.0.0.4").Ask(GetRequest("/")).status == 200);
  CHECK(slow.front().Ended());
  CHECK(server.Rejected(Rejection::kTooManyConnections) >= 1);
}

TEST_CASE("when every connection of an address is being answered, a further one is told so") {
  ServerOptions options;
  options.limits.connections_per_address = 4;
  Blocker blocker(4);
  TestServer server(options, blocker.Routes());
  std::list<RawClient> busy;
  for (int i = 0; i < 4; ++i)
    busy.emplace_back(server.port()).Send(GetRequest("/wait"));
  blocker.begun.wait();
  RawClient further(server.port());
  CHECK(further.Read().status == 503);
  CHECK(RawClient(server.port(), "127.0.0.2").Ask("GET nonsense\r\n\r\n").status == 400);
  blocker.leave.count_down();
  for (RawClient& client : busy)
    CHECK(client.Read().body == "waited");
}

TEST_CASE("1,000 slow clients do not keep the page from others") {
  TestServer server;
  std::list<RawClient> slow;
  milliseconds worst{0};
  for (int i = 0; i < 1000; ++i) {
    const std::string from = "127.0." + std::to_string(1 + i % 10) + ".1";
    slow.emplace_back(server.port(), from.c_str()).Send("GET / HTTP/1.1\r\nX: ");
    if (i % 50 != 0) continue;
    const auto begin = steady_clock::now();
    REQUIRE(RawClient(server.port()).Ask(GetRequest("/")).status == 200);
    worst = std::max(worst, std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin));
  }
  CHECK(server->Stats().open_connections <= ServerLimits{}.connections + 32);
  WARN("slowest answer beside 1,000 slow clients: " << worst.count() << " ms");
  CHECK(worst < seconds{5});
}

TEST_CASE("many ranges of a large page cost nothing") {
  TestServer server({}, BigPage(25'000'000));
  std::string ranges = "Range: bytes=0-";
  for (int i = 0; i < 300; ++i)
    ranges += ",0-";
  const size_t before = testing::ResidentBytes();
  RawClient client(server.port());
  REQUIRE(client.Send(GetRequest("/big", ranges + "\r\nConnection: close\r\n")));
  CHECK(client.Ended());
  CHECK(server->Stats().answers.at("/big").at(2) == 1);
  CHECK(testing::ResidentBytes() < before + (size_t{100} << 20U));
}

TEST_CASE("a port that is taken is one clear line") {
  TestServer server;
  const HostPort taken{.host = "127.0.0.1", .port = server.port()};
  const Result<std::unique_ptr<Server>> second = Server::Listen({.listen = taken}, {});
  REQUIRE_FALSE(second);
  CHECK(second.error().reason() == Reason::kUnreachable);
  CHECK(second.error().message() == "cannot listen on " + ToString(taken) +
                                        ": address already in use; stop what uses it or choose "
                                        "another with --listen");
}

TEST_CASE("an address that is not ours is one clear line") {
  const Result<std::unique_ptr<Server>> server =
      Server::Listen({.listen = {.host = "192.0.2.1", .port = 1234}}, {});
  REQUIRE_FALSE(server);
  CHECK(server.error().message() ==
        "cannot listen on 192.0.2.1:1234: this machine has no such address; choose one of its own "
        "with --listen");
}

TEST_CASE("an empty host is every interface") {
  const Result<std::unique_ptr<Server>> server = Server::Listen({}, TestRoutes());
  REQUIRE(server);
  CHECK((*server)->Url() == "http://127.0.0.1:" + std::to_string((*server)->port()));
  CHECK(RawClient((*server)->port(), "127.0.0.7").Ask(GetRequest("/")).status == 200);
}

}  // namespace
}  // namespace klaxon::http
