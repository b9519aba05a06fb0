#include <random>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "tests/config/sample.h"

namespace klaxon::config {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kText = R"(
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

/// What is said about a text; the same whenever it is asked. Anything thrown ends the test.
void ReadHostile(const std::string& text) {
  const std::string mistakes = MistakesOf(text, Variables({{"NAME", "x"}}));
  if (MistakesOf(text, Variables({{"NAME", "x"}})) != mistakes) {
    FAIL("two readings differ: " << text);
  }
}

TEST_CASE("a text that ends anywhere is read or refused") {
  for (size_t length = 0; length <= kText.size(); ++length) {
    ReadHostile(std::string(kText.substr(0, length)));
  }
  SUCCEED();
}

TEST_CASE("a text with any byte changed is read or refused") {
  constexpr std::string_view kBytes = "\0\x04\t\n\r !\"#$%&'*,-.:<>?@[]^`{|}~\x7F\x80\xC3\xFF"sv;
  std::mt19937 random(20'240'607);  // NOLINT(cert-msc51-cpp): the same inputs on every run
  for (int round = 0; round < 3'000; ++round) {
    std::string text(kText);
    for (size_t change = 0; change <= random() % 4; ++change) {
      text[random() % text.size()] = kBytes[random() % kBytes.size()];
    }
    ReadHostile(text);
  }
  SUCCEED();
}

}  // namespace
}  // namespace klaxon::config
