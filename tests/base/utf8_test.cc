#include "agent/base/utf8.h"

#include <catch2/catch_test_macros.hpp>

#include "agent/base/text.h"

namespace klaxon {
namespace {

TEST_CASE("a character becomes as many bytes as UTF-8 has for it", "[utf8]") {
  struct Case {
    std::string name;
    uint32_t point;
    std::string bytes;
  };

  const Case cases[] = {
      {"the last of one byte", 0x7F, "\x7F"},
      {"the first of two", 0x80, "\xC2\x80"},
      {"the last of two", 0x7FF, "\xDF\xBF"},
      {"the first of three", 0x800, "\xE0\xA0\x80"},
      {"the last of three", 0xFFFF, "\xEF\xBF\xBF"},
      {"the first of four", 0x10000, "\xF0\x90\x80\x80"},
      {"the last of all", 0x10FFFF, "\xF4\x8F\xBF\xBF"},
      {"half of a pair is none", 0xDFFF, "\xEF\xBF\xBD"},
      {"beyond the last", 0x110000, "\xEF\xBF\xBD"},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    std::string text = "a";
    AppendUtf8(c.point, text);
    CHECK(text == "a" + c.bytes);
    CHECK(ToUtf8(text) == text);
  }
}

}  // namespace
}  // namespace klaxon
