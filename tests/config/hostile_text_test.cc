#include <random>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "tests/config/sample.h"

namespace klaxon::config {
namespace {

using namespace std::string_view_literals;

/// Every kind of mark that YAML has, and too much of it.
constexpr std::string_view kStrange = R"(
%YAML 1.2
---
listen: "[::1]:9400" # comment
log: {level: !!str warn}
? clusters
: - &first
    name: 'main''s'
    kafka:
      bootstrap.servers: "a:9092,\tb:${PORT:-1}"
      interval: 1m30s
      labels: {team: >-
        folded, jitter: |+
        kept}
  - name: *first
    connect: [{name: ${NAME}, url: "\u00e9\x41"}, ~]
)";

/// Nothing wrong with it.
constexpr std::string_view kRight = R"(
listen: "[::1]:9400" # comment
log: {level: warn}
clusters:
  - name: 'main''s'
    kafka:
      bootstrap.servers: "a:9092, b:${PORT:-1}"
      interval: 1m30s
      jitter: 0.5
      topics: [orders, "pay*"]
      labels: {team: data}
    connect: [{name: "${NAME}", url: "http://\u0063:8083"}]
)";

/// How texts fared.
struct Fared {
  int read = 0;
  int refused = 0;

  /// Reads one: the same is said of it whenever it is asked. Anything thrown ends the test.
  void Read(const std::string& text) {
    const std::string mistakes = MistakesOf(text, Variables({{"NAME", "x"}}));
    ++(mistakes.empty() ? read : refused);
    if (MistakesOf(text, Variables({{"NAME", "x"}})) != mistakes) {
      FAIL("two readings differ: " << text);
    }
  }
};

TEST_CASE("a text that ends anywhere is read or refused") {
  for (const std::string_view text : {kRight, kStrange}) {
    Fared fared;
    for (size_t length = 0; length <= text.size(); ++length) {
      fared.Read(std::string(text.substr(0, length)));
    }
    CAPTURE(fared.read, fared.refused);
    CHECK(fared.read > 1);
    CHECK(fared.refused > 100);
  }
}

TEST_CASE("a text with any byte changed is read or refused") {
  constexpr std::string_view kBytes = "\0\x04\t\n\r !\"#$%&'*,-.:<>?@[]^`{|}~\x7F\x80\xC3\xFF"sv;
  std::mt19937 random(20'240'607);  // NOLINT(cert-msc51-cpp): the same inputs on every run
  Fared fared;
  for (int round = 0; round < 6'000; ++round) {
    std::string text(round % 2 == 0 ? kRight : kStrange);
    for (size_t change = 0; change <= random() % 4; ++change) {
      text[random() % text.size()] = kBytes[random() % kBytes.size()];
    }
    fared.Read(text);
  }
  CAPTURE(fared.read, fared.refused);
  CHECK(fared.read > 100);
  CHECK(fared.refused > 1'000);
}

}  // namespace
}  // namespace klaxon::config
