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

std::vector<Route> WithBigPage() {
  const auto page = std::make_shared<const std::string>(25'000'000, 'x');
  std::vector<Route> routes = TestRoutes();
  routes.push_back({"GET", "/big", [page](const Request&) {
                      Response response;
                      response.shared_body = page;
                      response.content_encoding = "identity";
                      return response;
                    }});
  return routes;
}

TEST_CASE("no reading of where a body ends lets a second request through unseen") {
  const std::string post = "POST /size HTTP/1.1\r\nHost: a\r\n";
  const std::string hidden = "GET /files/hidden HTTP/1.1\r\nHost: a\r\n\r\n";
  // Another reader may take what follows the head for a body, or for the next request.
  const std::vector<std::string> attempts{
      post + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
      post + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\n" + hidden + "0\r\n\r\n",
      post + "Content-Length: 0\r\nContent-Length: 40\r\n\r\n" + hidden,
      post + "Content-Length: 5, 5\r\n\r\nabcde" + hidden,
      post + "Content-Length: 5 5\r\n\r\nabcde" + hidden,
      post + "Content-Length: %30\r\n\r\n" + hidden,
      post + "Content-Length:\r\n\r\n" + hidden,
      post + "Content-Length: 0x0\r\n\r\n" + hidden,
      post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
      post + "Transfer-Encoding: xchunked\r\n\r\n" + hidden,
      post + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + hidden,
      post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + hidden,
      post +
          "Transfer-Encoding: \x0b"
          "chunked\r\n\r\n0\r\n\r\n" +
          hidden,
      post + " Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
      post + "X: y\r\n\tTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
      post + "X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
      post + "X: y\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
      post + "Transfer-Encoding: chunked\r\n\r\n+0\r\n\r\n" + hidden,
      post + "Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n" + hidden,
      post + "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n" + hidden,
      post + "Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n\r\n" + hidden,
      post + "Transfer-Encoding: chunked\r\n\r\n3\r\nabcX\r\n0\r\n\r\n" + hidden};
  ServerOptions options;
  options.limits.body_timeout = milliseconds{200};
  TestServer server(options);
  for (const std::string& attempt : attempts) {
    RawClient client(server.port());
    client.Send(attempt);
    const RawClient::Answer answer = client.Read();
    CAPTURE(attempt, answer.status, answer.body);
    CHECK((answer.status >= 400 && answer.status < 600));
    CHECK(client.Ended());
  }
  CHECK_FALSE(server->Stats().answers.contains("/files/*"));
}

TEST_CASE("a body is not taken for the next request, nor the next request for a body") {
  TestServer server;
  const std::string get = "GET /files/next HTTP/1.1\r\nHost: a\r\n\r\n";
  for (const std::string& first :
       {"POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(get.size()) +
            "\r\n\r\n" + get,
        "GET /files/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" + std::string(),
        std::string("HEAD /files/1 HTTP/1.1\r\nHost: a\r\n\r\n"),
        std::string("POST /size HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "3;x=\"y\"\r\nabc\r\n0\r\nX-Trailer: y\r\n\r\n")}) {
    CAPTURE(first);
    RawClient client(server.port());
    client.Send(first + get);
    CHECK(client.Read(first.starts_with("HEAD")).status == 200);
    CHECK(client.Read().body == "/files/next");
  }
}

TEST_CASE("what a client sends cannot end a header of its answer") {
  TestServer server;
  for (const char* target : {"/echo?a=%0d%0aX-Injected:%201", "/files/%0d%0aX-Injected:%201",
                             "/files/%0D%0A%0D%0A<script>"}) {
    const RawClient::Answer answer = RawClient(server.port()).Ask(GetRequest(target));
    CAPTURE(target, answer.body);
    CHECK(answer.status == 200);
    CHECK(answer.Header("X-Injected").empty());
    CHECK(answer.Header("Content-Type").starts_with("text/plain"));
  }
}

/// Sends without end; whether the server put an end to it, and at what cost.
void SendWithoutEnd(TestServer& server, const std::string& begin, const std::string& more) {
  const size_t before = testing::ResidentBytes();
  RawClient client(server.port());
  client.Send(begin);
  const auto end = steady_clock::now() + seconds{30};
  bool cut = false;
  while (!cut && steady_clock::now() < end)
    cut = !client.Send(more);
  CAPTURE(begin);
  CHECK(cut);
  CHECK(testing::ResidentBytes() < before + (size_t{50} << 20U));
}

TEST_CASE("chunks, their extensions and trailers that never end are cut off") {
  ServerOptions options;
  options.limits.body_timeout = seconds{1};
  TestServer server(options);
  const std::string post = "POST /size HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n";
  SendWithoutEnd(server, post + "\r\n", "1\r\nx\r\n");
  SendWithoutEnd(server, post + "\r\n1;", std::string(100'000, 'x'));
  SendWithoutEnd(server, post + "\r\n0000", std::string(100'000, '0'));
  SendWithoutEnd(server, post + "Trailer: X\r\n\r\n1\r\nx\r\n0\r\n", "X: y\r\nX: z\r\n");
  SendWithoutEnd(server, post + "\r\n0\r\nX: ", std::string(100'000, 'x'));
  CHECK_FALSE(server->Stats().answers.contains("/size"));
}

TEST_CASE("at the cap a client whose body is slow goes first") {
  ServerOptions options;
  options.limits.connections = 4;
  TestServer server(options);
  std::list<RawClient> slow;
  for (int i = 0; i < 4; ++i) {
    slow.emplace_back(server.port())
        .Send("POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nbegun");
  }
  REQUIRE(Eventually([&] { return server->Stats().connections == 4; }));
  CHECK(RawClient(server.port()).Ask(GetRequest("/")).status == 200);
  CHECK(slow.front().Ended(5));
}

TEST_CASE("at the cap a client that lets its answer wait goes, also for many newcomers at once") {
  ServerOptions options;
  options.limits.connections = 4;
  options.limits.write_timeout = seconds{60};
  TestServer server(options, WithBigPage());
  std::list<RawClient> waiting;
  for (int i = 0; i < 4; ++i)
    waiting.emplace_back(server.port(), "127.0.0.1", true).Send(GetRequest("/big"));
  REQUIRE(Eventually([&] { return server->Stats().answers["/big"][2] == 4; }));
  // None of them may be thrown out yet: the newcomers wait for that, and are not turned away.
  std::list<RawClient> newcomers;
  for (int i = 0; i < 20; ++i)
    newcomers.emplace_back(server.port(), "127.0.0.2").Send(GetRequest("/"));
  for (RawClient& client : newcomers)
    CHECK(client.Read().status == 200);
}

TEST_CASE("when handlers hold every connection, newcomers are told so after a second") {
  ServerOptions options;
  options.limits.connections = 2;
  std::latch leave{1};
  std::latch begun{2};
  TestServer server(options, {{"GET", "/", [&](const Request&) {
                                 begun.count_down();
                                 leave.wait();
                                 return TextResponse(200, "waited");
                               }}});
  std::list<RawClient> busy;
  for (int i = 0; i < 2; ++i)
    busy.emplace_back(server.port()).Send(GetRequest("/"));
  begun.wait();
  CHECK(RawClient(server.port()).Read().status == 503);
  CHECK(RawClient(server.port()).Read().status == 503);
  leave.count_down();
  for (RawClient& client : busy)
    CHECK(client.Read().body == "waited");
}

TEST_CASE("ten thousand requests at once are answered in turn, a hundred a connection") {
  TestServer server;
  const size_t before = testing::ResidentBytes();
  RawClient client(server.port());
  std::string requests;
  for (int i = 0; i < 10'000; ++i)
    requests += GetRequest("/");
  client.Send(requests);
  CHECK(client.Ended());
  CHECK(server->Stats().answers.at("/").at(2) == 100);
  CHECK(testing::ResidentBytes() < before + (size_t{50} << 20U));
}

}  // namespace
}  // namespace klaxon::http
