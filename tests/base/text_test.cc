#include "agent/base/text.h"

#include <array>

#include <catch2/catch_test_macros.hpp>

namespace klaxon {
namespace {

TEST_CASE("lists are split at separators, blanks and empty parts left out", "[text]") {
  CHECK(Split(" a, b ,,c,", ',') == std::vector<std::string_view>{"a", "b", "c"});
  CHECK(Split("", ',').empty());
  CHECK(Split(" , ", ',').empty());
}

TEST_CASE("the nearest word is what somebody probably meant", "[text]") {
  constexpr std::array<std::string_view, 3> kWords{"interval", "timeout", "bootstrap.servers"};
  CHECK(Nearest("intervall", kWords) == "interval");
  CHECK(Nearest("bootstrap_servers", kWords) == "bootstrap.servers");
  CHECK(Nearest("colour", kWords).empty());
  CHECK(Nearest(std::string(100'000, 'x'), kWords).empty());
}

TEST_CASE("bytes from outside become one printable line", "[text]") {
  CHECK(Printable("plain") == "plain");
  CHECK(Printable("a\r\nb\tc\x1b[31m") == "a??b?c?[31m");
  CHECK(Printable("gr\xC3\xBC\xC3\x9F") == "gr\xC3\xBC\xC3\x9F");
  CHECK(Printable("\xFF\xC3") == "??");
  // U+202E turns what follows around, U+200B and U+2066 are not seen, U+0085 is a line end.
  CHECK(Printable("a\xE2\x80\xAE"
                  "b") == "a<U+202E>b");
  CHECK(Printable("\xE2\x80\x8B\xE2\x81\xA6\xC2\x85") == "<U+200B><U+2066><U+0085>");
  CHECK(Printable("\xF3\xA0\x81\x81") == "<U+E0041>");
  CHECK(Printable("\xE2\x82\xAC\xF0\x9F\x98\x80") == "\xE2\x82\xAC\xF0\x9F\x98\x80");
  CHECK(ShowHidden("<a>\n\xE2\x80\xAE") == "<a>\n<U+202E>");
  CHECK(Printable("abcdef", 4) == "abcd...");
  CHECK(Printable("ab\xC3\xBC", 3) == "ab...");
}

TEST_CASE("invalid UTF-8 is replaced, valid UTF-8 is kept", "[text]") {
  CHECK(ToUtf8("ok \xE2\x82\xAC \xF0\x9F\x98\x80") == "ok \xE2\x82\xAC \xF0\x9F\x98\x80");
  const std::string replaced = "\xEF\xBF\xBD";
  CHECK(ToUtf8("\xC0\x80") == replaced + replaced);                 // overlong
  CHECK(ToUtf8("\xED\xA0\x80") == replaced + replaced + replaced);  // surrogate
  CHECK(ToUtf8("\xF4\x90\x80\x80") ==
        replaced + replaced + replaced + replaced);         // beyond U+10FFFF
  CHECK(ToUtf8("a\xE2\x82") == "a" + replaced + replaced);  // cut short
}

TEST_CASE("addresses of servers", "[text]") {
  struct Case {
    std::string text{};
    HostPort expected{};
  };

  const std::vector<Case> good{{"broker:9092", {"broker", 9092}},
                               {"[::1]:9092", {"::1", 9092}},
                               {":9308", {"", 9308}},
                               {"127.0.0.1:0", {"127.0.0.1", 0}}};
  for (const Case& c : good) {
    DYNAMIC_SECTION(c.text) {
      const Result<HostPort> read = ParseHostPort(c.text);
      REQUIRE(read);
      CHECK(*read == c.expected);
      CHECK(ParseHostPort(ToString(*read)).value() == c.expected);
    }
  }
  CHECK(ParseHostPort("broker", 9092).value() == HostPort{"broker", 9092});
  CHECK(ParseHostPort("[::1]", 9092).value() == HostPort{"::1", 9092});
}

TEST_CASE("what is no address is refused with an example", "[text]") {
  for (const std::string text : {"broker", "broker:", "broker:70000", "broker:-1", "broker:9a",
                                 "::1:9092", "[::1:9092", "[::1]9092", "http://a:1", "a b:1"}) {
    DYNAMIC_SECTION('"' << text << '"') {
      const Result<HostPort> read = ParseHostPort(text);
      REQUIRE_FALSE(read);
      CHECK(read.error().message().find("127.0.0.1:9092") != std::string::npos);
    }
  }
}

}  // namespace
}  // namespace klaxon
