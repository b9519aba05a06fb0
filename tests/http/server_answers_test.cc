#include <fstream>

#include <catch2/catch_test_macros.hpp>

#include "tests/http/raw_client.h"
#include "tests/http/server_fixture.h"

namespace klaxon::http {
namespace {

TEST_CASE("requests get the answers that HTTP asks for") {
  struct Case {
    std::string what;
    std::string request;
    int status;
    std::string body;  ///< "*": any
  };

  const std::string host = " HTTP/1.1\r\nHost: a\r\n";
  const std::vector<Case> cases{
      {"a page", GetRequest("/"), 200, "home\n"},
      {"HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 200, "home\n"},
      {"HEAD", "HEAD /" + host + "\r\n", 200, ""},
      {"a query", GetRequest("/echo?b=1&a=x%20y+z"), 200, "GET /echo a=x y z b=1 []"},
      {"a header, in other letters", GetRequest("/echo", "X-TEST: v\r\n"), 200, "GET /echo [v]"},
      {"below a prefix", GetRequest("/files/a/b"), 200, "/files/a/b"},
      {"an encoded path", GetRequest("/%65cho"), 200, "GET /echo []"},
      {"an exact path is not a prefix", GetRequest("/echo/"), 404, "*"},
      {"a header with %", GetRequest("/echo", "X-Test: 100%25 %zz\r\n"), 200,
       "GET /echo [100%25 %zz]"},
      {"a whole URL", "GET http://klaxon:9308/echo?a=b" + host + "\r\n", 200, "GET /echo a=b []"},
      {"an unknown path", GetRequest("/nothing"), 404, "*"},
      {"a long path", GetRequest("/" + std::string(8000, 'a')), 404, "*"},
      {"a path that cannot be decoded", GetRequest("/%zz"), 400, "*"},
      {"a path with a NUL", GetRequest("/echo%00"), 400, "*"},
      {"a wrong method", "DELETE /" + host + "\r\n", 405, "*"},
      {"a body", "POST /echo" + host + "Content-Length: 3\r\n\r\nabc", 201, "abc"},
      {"a body in chunks",
       "POST /echo" + host +
           "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n",
       201, "abcde"},
      {"an empty body", "POST /echo" + host + "Content-Length: 0\r\n\r\n", 201, ""},
      {"a throwing handler", GetRequest("/throws"), 500, "*"},
      {"a handler that throws an int", GetRequest("/throws-int"), 500, "*"},
      {"Range", GetRequest("/", "Range: bytes=0-1\r\n"), 200, "home\n"},
      {"a Range that is none", GetRequest("/", "Range: nonsense\r\n"), 200, "home\n"},
      {"an upgrade", GetRequest("/", "Upgrade: h2c\r\nConnection: Upgrade\r\n"), 200, "home\n"},
      {"a WebSocket",
       GetRequest("/",
                  "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"),
       200, "home\n"},
  };
  TestServer server;
  for (const Case& each : cases) {
    CAPTURE(each.what);
    RawClient client(server.port());
    const RawClient::Answer answer = client.Ask(each.request);
    CHECK(answer.status == each.status);
    if (each.body != "*") CHECK(answer.body == each.body);
    CHECK(answer.Header("Server").empty());
    CHECK(answer.body.find("secret inside") == std::string::npos);
    CHECK(answer.Header("EXCEPTION_WHAT").empty());
  }
}

TEST_CASE("a wrong method is told the right ones") {
  TestServer server;
  const RawClient::Answer answer =
      RawClient(server.port()).Ask("PUT /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
  CHECK(answer.status == 405);
  CHECK(answer.Header("Allow") == "GET, HEAD, POST");
}

TEST_CASE("HEAD has the headers of GET and leaves the connection usable") {
  TestServer server;
  RawClient client(server.port());
  for (const char* path : {"/", "/dynamic", "/prepared", "/tagged"}) {
    CAPTURE(path);
    const std::string rest =
        std::string(path) + " HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n";
    const RawClient::Answer get = client.Ask("GET " + rest);
    const RawClient::Answer head = client.Ask("HEAD " + rest);
    CHECK(head.status == get.status);
    CHECK(head.headers == get.headers);
    CHECK(std::to_string(get.body.size()) == get.Header("Content-Length"));
  }
}

TEST_CASE("pipelined requests are answered in order") {
  TestServer server;
  RawClient client(server.port());
  std::string requests;
  for (int i = 0; i < 50; ++i)
    requests += GetRequest("/files/" + std::to_string(i));
  REQUIRE(client.Send(requests));
  for (int i = 0; i < 50; ++i)
    CHECK(client.Read().body == "/files/" + std::to_string(i));
}

TEST_CASE("a connection is kept, but not for ever") {
  ServerOptions options;
  options.limits.requests_per_connection = 3;
  TestServer server(options);
  RawClient client(server.port());
  CHECK(client.Ask(GetRequest("/")).Header("Connection") != "close");
  CHECK(client.Ask(GetRequest("/")).Header("Connection") != "close");
  CHECK(client.Ask(GetRequest("/")).Header("Connection") == "close");
  CHECK(client.Ended());
  RawClient closing(server.port());
  CHECK(closing.Ask(GetRequest("/", "Connection: close\r\n")).status == 200);
  CHECK(closing.Ended());
}

TEST_CASE("bodies come in the coding that the client takes") {
  TestServer server;
  const std::string& text = BigText();
  for (const char* path : {"/dynamic", "/prepared"}) {
    for (const char* accepted : {"gzip", "br, gzip;q=0.1", "br", "gzip;q=0", ""}) {
      CAPTURE(path, accepted);
      RawClient client(server.port());
      const std::string header =
          *accepted == '\0' ? "" : "Accept-Encoding: " + std::string(accepted) + "\r\n";
      const RawClient::Answer answer = client.Ask(GetRequest(path, header));
      CHECK(answer.Header("Vary") == "Accept-Encoding");
      if (AcceptsGzip(accepted)) {
        CHECK(answer.Header("Content-Encoding") == "gzip");
        CHECK(answer.body.size() < text.size() / 2);
        const BodySource source = InflateGzip(std::make_shared<const std::string>(answer.body));
        std::string inflated;
        while (source(inflated)) {
        }
        CHECK(inflated == text);
      } else {
        CHECK(answer.Header("Content-Encoding").empty());
        CHECK(answer.body == text);
      }
    }
    CAPTURE(path);  // no chunks in HTTP/1.0: the end of the connection is the end of the body
    const RawClient::Answer old =
        RawClient(server.port()).Ask("GET " + std::string(path) + " HTTP/1.0\r\n\r\n");
    CHECK(old.body == text);
  }
}

TEST_CASE("small bodies are not compressed") {
  TestServer server;
  const RawClient::Answer answer =
      RawClient(server.port()).Ask(GetRequest("/", "Accept-Encoding: gzip\r\n"));
  CHECK(answer.Header("Content-Encoding").empty());
  CHECK(answer.body == "home\n");
}

TEST_CASE("a body of unknown length comes piece by piece, and as it is") {
  TestServer server;
  RawClient client(server.port());
  for (const char* header : {"", "Accept-Encoding: gzip, br\r\n"}) {
    const RawClient::Answer answer = client.Ask(GetRequest("/stream", header));
    CHECK(answer.Header("Transfer-Encoding") == "chunked");
    CHECK(answer.Header("Content-Encoding").empty());
    CHECK(answer.body == "piece piece piece piece piece ");
  }
}

TEST_CASE("a body whose source fails is cut short, so that nobody takes it for whole") {
  TestServer server;
  const RawClient::Answer answer = RawClient(server.port()).Ask(GetRequest("/stream-throws"));
  CHECK(answer.body.ends_with("(cut short)"));
  CHECK(answer.body.find("secret") == std::string::npos);
}

TEST_CASE("an unchanged page is answered with 304 and no body") {
  TestServer server;
  RawClient client(server.port());
  const RawClient::Answer first = client.Ask(GetRequest("/tagged"));
  const std::string tag(first.Header("ETag"));
  const RawClient::Answer second =
      client.Ask(GetRequest("/tagged", "If-None-Match: " + tag + "\r\n"));
  CHECK(first.status == 200);
  CHECK(second.status == 304);
  CHECK(second.Header("ETag") == tag);
  CHECK(second.Header("Content-Length").empty());
  CHECK(client.Ask(GetRequest("/")).body == "home\n");
}

TEST_CASE("a handler cannot inject headers, nor can a client through it") {
  TestServer server;
  RawClient client(server.port());
  const RawClient::Answer answer = client.Ask(GetRequest("/injects"));
  CHECK(answer.Header("X-Good") == "yes");
  CHECK(answer.Header("X-Injected").empty());
  CHECK(answer.Header("X-Bad").empty());
  CHECK(answer.Header("Content-Length") == "1");
}

TEST_CASE("routes are replaced while requests run") {
  TestServer server;
  RawClient client(server.port());
  CHECK(client.Ask(GetRequest("/")).body == "home\n");
  server->SetRoutes({{"GET", "/", [](const Request&) { return TextResponse(200, "new"); }}});
  CHECK(client.Ask(GetRequest("/")).body == "new");
  CHECK(client.Ask(GetRequest("/dynamic")).status == 404);
}

TEST_CASE("answers and rejections are counted") {
  TestServer server;
  for (int i = 0; i < 3; ++i)
    RawClient(server.port()).Ask(GetRequest("/"));
  RawClient(server.port()).Ask(GetRequest("/files/1"));
  RawClient(server.port()).Ask(GetRequest("/throws"));
  RawClient(server.port()).Ask(GetRequest("/nothing"));
  RawClient(server.port()).Ask("nonsense\r\n\r\n");
  const ServerStats stats = server->Stats();
  CHECK(stats.answers.at("/").at(2) == 3);
  CHECK(stats.answers.at("/files/*").at(2) == 1);
  CHECK(stats.answers.at("/throws").at(5) == 1);
  CHECK(stats.handler_failures == 1);
  CHECK(stats.connections == 7);
  CHECK(stats.sent_bytes > 500);
  CHECK(server.Rejected(Rejection::kNoSuchPage) == 1);
  CHECK(server.Rejected(Rejection::kMalformed) == 1);
}

TEST_CASE("an Accept that cannot be used is no reason to answer nothing") {
  TestServer server;
  for (const char* accept :
       {"*/*,", ",,text/plain", "*/*;q=1.5", "a/b;c=\"d,e\"", "", "nonsense"}) {
    CAPTURE(accept);
    const std::string header = std::string("Accept: ") + accept + "\r\n";
    CHECK(RawClient(server.port()).Ask(GetRequest("/", header)).status == 200);
  }
}

}  // namespace
}  // namespace klaxon::http
