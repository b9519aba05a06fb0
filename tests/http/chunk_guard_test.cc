#include "agent/http/chunk_guard.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

namespace klaxon::http {
namespace {

enum class Seen { kOver, kMore, kRefused };

/// As the bytes come in pieces; nothing may follow the end.
Seen Feed(std::string_view body, size_t piece) {
  ChunkGuard guard;
  for (size_t at = 0; at < body.size() && !guard.over(); at += piece) {
    if (!guard.Take(body.substr(at, piece))) return Seen::kRefused;
  }
  return guard.over() ? Seen::kOver : Seen::kMore;
}

TEST_CASE("bodies in chunks are taken as the grammar says, in whatever pieces they come") {
  struct Case {
    std::string body;
    Seen seen;
  };

  const std::vector<Case> cases{{"0\r\n\r\n", Seen::kOver},
                                {"3\r\nabc\r\n0\r\n\r\n", Seen::kOver},
                                {"00000003\r\nabc\r\n000\r\n\r\n", Seen::kOver},
                                {"A\r\n0123456789\r\na\r\n\r\n23456789\r\n0\r\n\r\n", Seen::kOver},
                                {"1;name=\"value\"\r\na\r\n0;last\r\n\r\n", Seen::kOver},
                                {"0\r\nX: y\r\nZ:\r\n\r\n", Seen::kOver},
                                {"", Seen::kMore},
                                {"3\r\nab", Seen::kMore},
                                {"3\r\nabc\r\n0\r\n", Seen::kMore},
                                {"0x0\r\n\r\n", Seen::kRefused},
                                {"+0\r\n\r\n", Seen::kRefused},
                                {"-1\r\n\r\n", Seen::kRefused},
                                {" 0\r\n\r\n", Seen::kRefused},
                                {"0 \r\n\r\n", Seen::kRefused},
                                {"0\n\n", Seen::kRefused},
                                {"0\r\r\n", Seen::kRefused},
                                {"\r\n", Seen::kRefused},
                                {";x\r\n", Seen::kRefused},
                                {"g\r\n", Seen::kRefused},
                                {"00000000000000001\r\n", Seen::kRefused},
                                {"3\r\nabcd\r\n", Seen::kRefused},
                                {"3\r\nabc\n", Seen::kRefused},
                                {"1;a\nb\r\na\r\n", Seen::kRefused},
                                {"0\r\nX: a\nb\r\n\r\n", Seen::kRefused},
                                {"1;" + std::string(20'000, 'x'), Seen::kRefused},
                                {"0\r\n" + std::string(20'000, 'x'), Seen::kRefused}};
  for (const Case& each : cases) {
    for (const size_t piece : {size_t{1}, size_t{3}, size_t{100'000}}) {
      CAPTURE(each.body.substr(0, 50), piece);
      CHECK(Feed(each.body, piece) == each.seen);
    }
  }
}

TEST_CASE("what many small extensions and trailers come to is bounded") {
  std::string extensions;
  for (int i = 0; i < 2'000; ++i)
    extensions += "1;0123456789\r\nx\r\n";
  CHECK(Feed(extensions, 1'000) == Seen::kRefused);
  std::string trailers = "0\r\n";
  for (int i = 0; i < 2'000; ++i)
    trailers += "X-Trailer: y\r\n";
  CHECK(Feed(trailers, 1'000) == Seen::kRefused);
}

}  // namespace
}  // namespace klaxon::http
