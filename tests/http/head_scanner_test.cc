#include "agent/http/head_scanner.h"

#include <vector>

#include <catch2/catch_test_macros.hpp>

namespace klaxon::http {
namespace {

/// The status of the refusal; 0 if the head is whole, 1 if more must come. Fed in pieces.
int StatusOf(const std::string& head, size_t piece, const ServerLimits& limits = {}) {
  HeadScanner scanner(limits);
  std::string buffer;
  for (size_t at = 0; at < head.size(); at += piece) {
    buffer += head.substr(at, piece);
    switch (scanner.Scan(buffer)) {
      case HeadScanner::State::kMore:
        break;
      case HeadScanner::State::kWhole:
        return 0;
      case HeadScanner::State::kRefused:
        return scanner.refusal().status;
    }
  }
  return 1;
}

std::string Many(size_t count) {
  std::string headers;
  for (size_t i = 0; i < count; ++i)
    headers += "X-" + std::to_string(i) + ": v\r\n";
  return headers;
}

TEST_CASE("heads are let through or refused, in whatever pieces they come") {
  struct Case {
    std::string what;
    std::string head;
    int status;
  };

  const std::string line = "GET / HTTP/1.1\r\n";
  const std::string get = line + "Host: a\r\n";
  const std::string end = "\r\n";
  const std::vector<Case> cases{
      {"a plain request", get + end, 0},
      {"HTTP/1.0 without headers", "GET / HTTP/1.0\r\n\r\n", 0},
      {"an unfinished head", get, 1},
      {"HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\n", 505},
      {"HTTP/0.9", "GET /\r\n\r\n", 400},
      {"TLS", "\x16\x03\x01\x02\n", 400},
      {"bare line feeds", "GET / HTTP/1.1\nHost: a\n\n", 400},
      {"a NUL in a header", get + "X: a" + std::string(1, '\0') + "b\r\n" + end, 400},
      {"a carriage return in a header", get + "X: a\rb\r\n" + end, 400},
      {"a header without a colon", get + "Nonsense\r\n" + end, 400},
      {"a space before the colon", get + "Host : a\r\n" + end, 400},
      {"a folded header", get + "X: a\r\n b\r\n" + end, 400},
      {"100 headers", get + Many(99) + end, 0},
      {"101 headers", get + Many(100) + end, 431},
      {"a request line of 8 KiB",
       "GET /" + std::string(8192 - 16, 'a') + " HTTP/1.1\r\nHost: a\r\n" + end, 0},
      {"a longer request line", "GET /" + std::string(8192, 'a') + " HTTP/1.1\r\n" + end, 414},
      {"a request line that never ends", "GET /" + std::string(9000, 'a'), 414},
      {"a header of 8 KiB", get + "X: " + std::string(8000, 'a') + "\r\n" + end, 0},
      {"a longer header", get + "X: " + std::string(8192, 'a') + "\r\n" + end, 431},
      {"a header that never ends", get + "X: " + std::string(9000, 'a'), 431},
      {"40 KiB of headers",
       get + "A: " + std::string(8000, 'a') + "\r\nB: " + std::string(8000, 'a') +
           "\r\nC: " + std::string(8000, 'a') + "\r\nD: " + std::string(8000, 'a') +
           "\r\nE: " + std::string(8000, 'a') + "\r\n" + end,
       431},
      {"a body of 1 MiB", get + "Content-Length: 1048576\r\n" + end, 0},
      {"a larger body", get + "Content-Length: 1048577\r\n" + end, 413},
      {"a length beyond 64 bits", get + "Content-Length: 99999999999999999999\r\n" + end, 400},
      {"a negative length", get + "Content-Length: -1\r\n" + end, 400},
      {"a signed length", get + "Content-Length: +1\r\n" + end, 400},
      {"a hexadecimal length", get + "Content-Length: 0x10\r\n" + end, 400},
      {"two lengths", get + "Content-Length: 1\r\nContent-Length: 1\r\n" + end, 400},
      {"a length and chunks", get + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n" + end,
       400},
      {"chunks and a length", get + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n" + end,
       400},
      {"chunks", get + "Transfer-Encoding: Chunked\r\n" + end, 0},
      {"gzip and chunks", get + "Transfer-Encoding: gzip, chunked\r\n" + end, 501},
      {"a compressed body", get + "Content-Encoding: gzip\r\n" + end, 415},
      {"no Host", line + end, 400},
      {"two Hosts", get + "Host: a\r\n" + end, 400},
      {"an empty Host", line + "Host:\r\n" + end, 0},
      {"an IPv6 Host", line + "Host: [::1]:9308\r\n" + end, 0},
      {"a Host with a path", line + "Host: a/b\r\n" + end, 400},
      {"a Host with a user", line + "Host: me@a\r\n" + end, 400},
      {"two Hosts in one", line + "Host: a, b\r\n" + end, 400},
      {"two logins", get + "Authorization: Basic YTpi\r\nauthorization: Basic YTpi\r\n" + end, 400},
      {"two Origins", get + "Origin: http://a\r\nORIGIN: http://b\r\n" + end, 400},
      {"two sites", get + "Sec-Fetch-Site: none\r\nSec-Fetch-Site: none\r\n" + end, 400},
      {"TRACE", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"CONNECT", "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", 501},
      {"an invented method", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"a method in small letters", "get / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"a method that is none", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"no target", "GET HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"a target with a space", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"the server as a whole", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"a relative path", "GET a/b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"a URL of FTP", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"a URL without a host", "GET http:///a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"a URL with a password", "GET http://me:pw@a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"a URL with a space", "GET http://a/ b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"an identity body", get + "Content-Encoding: identity\r\n" + end, 0},
  };
  for (const Case& each : cases) {
    for (const size_t piece : {size_t{1}, size_t{7}, size_t{100'000}}) {
      CAPTURE(each.what, piece);
      CHECK(StatusOf(each.head, piece) == each.status);
    }
  }
}

TEST_CASE("Range is taken out of the head, nothing else is") {
  for (const char* range : {"Range: bytes=0-1\r\n", "range:bytes=0-,0-,0-\r\n"}) {
    std::string buffer = std::string("GET / HTTP/1.1\r\nHost: 1\r\n") + range + "B: 2\r\n\r\nbody";
    HeadScanner scanner(ServerLimits{});
    REQUIRE(scanner.Scan(buffer) == HeadScanner::State::kWhole);
    CHECK(buffer == "GET / HTTP/1.1\r\nHost: 1\r\nB: 2\r\n\r\nbody");
  }
}

TEST_CASE("a target that is a URL becomes its path, and its host counts") {
  struct Case {
    std::string target;
    std::string path;
    std::string host;
  };

  const std::vector<Case> cases{{"/a?b=c", "/a?b=c", "header"},
                                {"http://klaxon:9308/a?b=c", "/a?b=c", "klaxon:9308"},
                                {"HTTPS://[::1]:9308/", "/", "[::1]:9308"},
                                {"http://klaxon", "/", "klaxon"},
                                {"http://klaxon?b=c", "/?b=c", "klaxon"},
                                {"/http://klaxon/", "/http://klaxon/", "header"}};
  for (const Case& each : cases) {
    for (const size_t piece : {size_t{1}, size_t{1000}}) {
      CAPTURE(each.target, piece);
      const std::string request =
          "GET " + each.target + " HTTP/1.1\r\nHost:  header \r\nX:\t%41 b\t\r\n\r\n";
      HeadScanner scanner(ServerLimits{});
      std::string buffer;
      HeadScanner::State state = HeadScanner::State::kMore;
      for (size_t at = 0; at < request.size(); at += piece) {
        buffer += request.substr(at, piece);
        state = scanner.Scan(buffer);
      }
      REQUIRE(state == HeadScanner::State::kWhole);
      CHECK(buffer.starts_with("GET " + each.path + " HTTP/1.1\r\nHost:"));
      const RequestHead head = scanner.TakeHead();
      CHECK(head.method == "GET");
      CHECK(head.target == each.path);
      CHECK(head.host == each.host);
      CHECK(head.headers == HeaderList{{"Host", "header"}, {"X", "%41 b"}});
    }
  }
}

}  // namespace
}  // namespace klaxon::http
