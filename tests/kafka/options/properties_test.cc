#include "agent/kafka/properties.h"

#include <catch2/catch_test_macros.hpp>

namespace klaxon::kafka {
namespace {

TEST_CASE("a line of a properties file is read as Java reads it", "[properties]") {
  struct Case {
    std::string what;
    std::string text;
    std::string key;
    std::string value;
  };

  // What java.util.Properties makes of the same bytes.
  const std::vector<Case> cases{
      {"an equals sign", "a=b", "a", "b"},
      {"a colon", "a:b", "a", "b"},
      {"a blank", "a b", "a", "b"},
      {"blanks around the sign", "  a \t = \t b", "a", "b"},
      {"a form feed counts as a blank", "\fa\f=\fb", "a", "b"},
      {"a second sign belongs to the value", "a==b", "a", "=b"},
      {"signs of both kinds", "a = : b", "a", ": b"},
      {"blanks at the end belong to the value", "a=b  ", "a", "b  "},
      {"no value", "a=", "a", ""},
      {"no sign at all", "a", "a", ""},
      {"no key", "=b", "", "b"},
      {"an escaped sign in the key", "a\\=b\\:c\\ d=e", "a=b:c d", "e"},
      {"escapes with a meaning", "a=\\t\\n\\r\\f", "a", "\t\n\r\f"},
      {"escapes without a meaning", "a=\\b\\q\\\"\\\\", "a", "bq\"\\"},
      {"a hash sign inside", "a=b#c!d", "a", "b#c!d"},
      {"a line that goes on", "a=b,\\\n    c", "a", "b,c"},
      {"a line that goes on over CRLF", "a=b,\\\r\n  c", "a", "b,c"},
      {"two backslashes end a line", "a=b\\\\\nc=d", "c", "d"},
      {"a comment sign on a line that goes on", "a=b\\\n#c", "a", "b#c"},
      {"an empty line ends one that goes on", "a=b\\\n\nc=d", "c", "d"},
      {"a backslash at the end of the file", "a=b\\", "a", "b"},
      {"a key that goes on", "ab\\\n  cd=e", "abcd", "e"},
      {"a letter by its number", "a=\\u00e4", "a", "\xC3\xA4"},
      {"a letter of three bytes", "a=\\u20AC", "a", "\xE2\x82\xAC"},
      {"a letter of two units", "a=\\uD83D\\uDE00", "a", "\xF0\x9F\x98\x80"},
      {"half a letter", "a=\\uD83Db\\uDE00", "a", "?b?"},
      {"a byte beyond ASCII is Latin-1", "a=\xE4", "a", "\xC3\xA4"},
      {"the last of several counts", "a=b\na=c", "a", "c"},
      {"a byte order mark is no part of the first key",
       "\xEF\xBB\xBF"
       "a=b",
       "a", "b"},
      {"a carriage return ends a line", "x=y\ra=b", "a", "b"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.what);
    const Properties read = ParseProperties(each.text);
    REQUIRE(read.mistakes.empty());
    REQUIRE_FALSE(read.all.empty());
    CHECK(read.all.back().key == each.key);
    CHECK(read.all.back().value == each.value);
  }
}

TEST_CASE("comments and empty lines say nothing", "[properties]") {
  CHECK(ParseProperties("").all.empty());
  CHECK(ParseProperties("\n \t\n  # a=b\n! c=d \\\n").all.empty());
  const Properties read = ParseProperties("# goes on? no \\\na=b");
  REQUIRE(read.all.size() == 1);
  CHECK(read.all.front() == Property{.key = "a", .value = "b", .line = 2});
}

TEST_CASE("the line of a key is where the key stands", "[properties]") {
  const Properties read = ParseProperties("a=1\\\n  2\\\n  3\n\nb=4\r\nc=5\rd=6");
  REQUIRE(read.all.size() == 4);
  CHECK(read.all[0] == Property{.key = "a", .value = "123", .line = 1});
  CHECK(read.all[1] == Property{.key = "b", .value = "4", .line = 5});
  CHECK(read.all[2].line == 6);
  CHECK(read.all[3].line == 7);
}

TEST_CASE("a \\u without its digits is a mistake that does not show the value", "[properties]") {
  for (const char* const text : {"ok=1\npassword=hunter2\\u12g4", "ok=1\npassword=hunter2\\u12",
                                 "ok=1\npassword=hunter2\\u", "ok=1\nhunter2\\u-123=1"}) {
    CAPTURE(text);
    const Properties read = ParseProperties(text);
    CHECK(read.all.size() == 1);
    REQUIRE(read.mistakes.size() == 1);
    CHECK(read.mistakes.front().line == 2);
    CHECK(read.mistakes.front().what.find("hunter2") == std::string::npos);
  }
}

}  // namespace
}  // namespace klaxon::kafka
