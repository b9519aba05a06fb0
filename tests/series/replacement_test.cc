#include "agent/series/replacement.h"

#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch_test_macros.hpp>

namespace klaxon::series {
namespace {

TEST_CASE("a replacement is filled in as Go's Expand does", "[replacement]") {
  struct Case {
    std::string name;
    std::string replacement;
    std::string filled;
  };

  const Case cases[] = {
      {"a text stands as it is", "x-y", "x-y"},
      {"a number names a group", "$1-$2", "a-b"},
      {"0 is the whole match", "<$0>", "<ab>"},
      {"braces end the name", "${1}x", "ax"},
      {"a name is as long as it can be", "$1x.", "."},
      {"a named group", "$second", "b"},
      {"a named group in braces", "${second}0", "b0"},
      {"a group that there is not is empty", "[$7]", "[]"},
      {"a name that there is not is empty", "[$none]", "[]"},
      {"two dollars are one", "$$1", "$1"},
      {"a dollar at the end stands", "a$", "a$"},
      {"a brace that is never closed stands", "${1", "${1"},
      {"a brace around nothing stands", "${}", "${}"},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    std::string text;
    Replacement(c.replacement, 2, {{"second", 2}})
        .AppendTo(text, std::vector<std::string_view>{"ab", "a", "b"}, 100);
    CHECK(text == c.filled);
  }
}

TEST_CASE("a replacement that repeats a long group ends", "[replacement]") {
  std::string dollars;
  for (int i = 0; i < 10'000; ++i) {
    dollars += "$0";
  }
  const std::string group(1'000, 'x');
  std::string text;
  Replacement(dollars, 0, {}).AppendTo(text, std::vector<std::string_view>{group}, 5'500);
  CHECK(text.size() == 6'000);
}

}  // namespace
}  // namespace klaxon::series
