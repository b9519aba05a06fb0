#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/http/server.h"
#include "exporters/prometheus/page.h"
#include "exporters/prometheus/server_metrics.h"
#include "tests/exporters/prometheus/page_reader.h"
#include "tests/exporters/prometheus/raw_get.h"
#include "tests/metrics/estate.h"
#include "tests/support/fake_clock.h"

namespace klaxon::prometheus_page {
namespace {

using testing::RawAnswer;
using testing::ReadPage;

std::unique_ptr<http::Server> Listen(std::vector<http::Route> routes) {
  auto server =
      http::Server::Listen({.listen = {.host = "127.0.0.1", .port = 0}}, std::move(routes));
  REQUIRE(server);
  return std::move(server).value();
}

TEST_CASE("the page reaches a client as it asked for it", "[scrape]") {
  testing::FakeClock clock;
  PrometheusPage page({}, clock, [](metrics::MetricWriter&) {});
  page.Update(testing::EstateView());
  const std::string expected = testing::Gunzip(page.Serve({}).Bytes());
  const auto server =
      Listen({{.method = "GET", .path = "/metrics", .handler = [&](const http::Request& r) {
                 return page.Serve(r);
               }}});

  struct Case {
    std::string accept_encoding{};
    bool gzip = false;
  };

  const std::vector<Case> cases{{"gzip", true},      {"deflate, gzip;q=0.5, br", true},
                                {"*", true},         {"", false},
                                {"identity", false}, {"gzip;q=0", false},
                                {"br", false}};
  for (const Case& c : cases) {
    INFO("Accept-Encoding: " << c.accept_encoding);
    const RawAnswer answer = testing::RawGet(server->port(), "/metrics", c.accept_encoding);
    CHECK(answer.head.starts_with("HTTP/1.1 200"));
    CHECK(answer.Has("content-type: text/plain; version=0.0.4; charset=utf-8"));
    CHECK(answer.Has("content-encoding: gzip") == c.gzip);
    CHECK((c.gzip ? testing::Gunzip(answer.body) : answer.body) == expected);
  }
}

TEST_CASE("what the server counted is on the next page", "[scrape]") {
  testing::FakeClock clock;
  std::unique_ptr<http::Server> server;
  PrometheusPage page({}, clock,
                      [&](metrics::MetricWriter& writer) { EmitServer(server->Stats(), writer); });
  server =
      Listen({{.method = "GET",
               .path = "/metrics",
               .handler = [&](const http::Request& r) { return page.Serve(r); }},
              {.method = "GET", .path = "/broken", .handler = [](const auto&) -> http::Response {
                 throw 1;  // NOLINT(hicpp-exception-baseclass)
               }}});
  testing::RawGet(server->port(), "/metrics", "gzip");
  testing::RawGet(server->port(), "/broken", "gzip");
  testing::RawGet(server->port(), "/nowhere", "gzip");
  clock.Advance(std::chrono::seconds{1});
  const ReadPage read = testing::ReadText(testing::RawGet(server->port(), "/metrics", "").body);
  CAPTURE(read.mistakes);
  CHECK(read.mistakes.empty());
  CHECK(read.Value("klaxon_http_responses_total{code=\"2xx\",path=\"/metrics\"}") == "1");
  CHECK(read.Value("klaxon_http_responses_total{code=\"5xx\",path=\"/broken\"}") == "1");
  CHECK(read.Value("klaxon_http_handler_failures_total") == "1");
  CHECK(read.Value("klaxon_http_rejected_total{cause=\"no_such_page\"}") == "1");
  CHECK(read.Value("klaxon_http_rejected_total{cause=\"slow\"}") == "0");
  CHECK(read.Value("klaxon_http_connections_total") == "4");
  CHECK(std::stod(read.Value("klaxon_http_sent_bytes_total")) > 0);
  CHECK(std::stod(read.Value("klaxon_http_open_connections")) >= 1);
  server->Stop();
}

}  // namespace
}  // namespace klaxon::prometheus_page
