#include <latch>
#include <list>

#include <catch2/catch_test_macros.hpp>

#include "tests/http/raw_client.h"
#include "tests/http/server_fixture.h"

namespace klaxon::http {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

template <class Action>
double SecondsOf(Action action) {
  const auto begin = steady_clock::now();
  action();
  return std::chrono::duration<double>(steady_clock::now() - begin).count();
}

TEST_CASE("stopping does not wait for idle and unfinished connections") {
  TestServer server;
  std::list<RawClient> idle;
  for (int i = 0; i < 10; ++i) {
    CHECK(idle.emplace_back(server.port()).Ask(GetRequest("/")).status == 200);
    idle.emplace_back(server.port()).Send("GET / HTTP/1.1\r\nX: ");
  }
  REQUIRE(Eventually([&] { return server->Stats().connections == 20; }));
  CHECK(SecondsOf([&] { server->Stop(seconds{30}); }) < 3);
  for (RawClient& client : idle)
    CHECK(client.Ended());
  CHECK(server->Stats().open_connections == 0);
}

TEST_CASE("stopping lets a running handler answer") {
  std::latch begun{1};
  std::latch leave{1};
  TestServer server({}, {{"GET", "/", [&](const Request&) {
                            begun.count_down();
                            leave.wait();
                            return TextResponse(200, "finished");
                          }}});
  RawClient client(server.port());
  client.Send(GetRequest("/"));
  begun.wait();
  std::jthread stopper([&] { server->Stop(seconds{30}); });
  CHECK(Eventually([&] { return !RawClient(server.port()).Send("x"); }));  // no new ones
  leave.count_down();
  CHECK(client.Read().body == "finished");
  CHECK(client.Ended());
}

TEST_CASE("stopping cuts off a client that does not take its answer") {
  const auto page = std::make_shared<const std::string>(25'000'000, 'x');
  TestServer server({}, {{"GET", "/", [page](const Request&) {
                            Response response;
                            response.shared_body = page;
                            response.content_encoding = "identity";
                            return response;
                          }}});
  RawClient client(server.port(), "127.0.0.1", true);
  client.Send(GetRequest("/"));
  REQUIRE(Eventually([&] { return server->Stats().sent_bytes > 0; }));
  CHECK(SecondsOf([&] { server->Stop(std::chrono::milliseconds{200}); }) < 3);
}

TEST_CASE("stopping under load ends in time, twice is harmless, and the port is free again") {
  TestServer server;
  std::atomic<bool> enough{false};
  std::list<std::jthread> load;
  for (int i = 0; i < 4; ++i) {
    load.emplace_back([&] {
      // From another address: at a closed port a client could meet itself (TCP simultaneous open),
      // and keep the port.
      while (!enough)
        RawClient(server.port(), "127.0.0.9").Ask(GetRequest("/dynamic"));
    });
  }
  REQUIRE(Eventually([&] { return server->Stats().connections > 20; }));
  CHECK(SecondsOf([&] { server->Stop(); }) < 5);
  server->Stop();
  enough = true;
  load.clear();
  const ServerOptions same{.listen = {.host = "127.0.0.1", .port = server.port()}};
  CHECK(Eventually([&] {  // another program may have had the port for a moment
    const Result<std::unique_ptr<Server>> next = Server::Listen(same, TestRoutes());
    return static_cast<bool>(next);
  }));
}

TEST_CASE("200 servers one after the other leave no descriptor behind") {
  const auto descriptors = [] {
    const int fd = ::dup(0);
    ::close(fd);
    return fd;
  };
  const int before = descriptors();
  for (int i = 0; i < 200; ++i) {
    TestServer server;
    RawClient(server.port()).Ask(GetRequest("/"));
  }
  CHECK(descriptors() == before);
}

}  // namespace
}  // namespace klaxon::http
