#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "tests/config/sample.h"

namespace klaxon::config {
namespace {

struct BrokenText {
  std::string sentence{};
  std::string yaml{};
  std::string mistakes{};
};

void CheckBroken(const std::vector<BrokenText>& cases) {
  for (const BrokenText& one : cases) {
    DYNAMIC_SECTION(one.sentence) {
      CHECK(MistakesOf(one.yaml) == one.mistakes);
    }
  }
}

std::string Repeat(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) {
    all += text;
  }
  return all;
}

TEST_CASE("a text that is not YAML gives one mistake with its line, and nothing that follows") {
  CheckBroken({
      {"a bracket that is not closed", "clusters: [\n",
       "klaxon.yaml:2: not valid YAML: the bracket of line 1 is not closed"},
      {"a quote that is not closed", "listen: \"abc\nclusters: []\n",
       "klaxon.yaml:1: not valid YAML: the quote that begins here is not closed"},
      {"a quote that is not closed, after an anchor and a quote that is",
       "listen: ':1'\nlog:\n  level: &a 'it''s\n\n",
       "klaxon.yaml:3: not valid YAML: the quote that begins here is not closed"},
      {"a quote that is not closed, without a line end", "listen: \"abc",
       "klaxon.yaml:1: not valid YAML: a text in quotes is not closed"},
      {"a value where none may be", "a: b: c\n",
       "klaxon.yaml:1: not valid YAML: no \":\" may be here; check the indentation, or put the "
       "text in "
       "quotes"},
      {"a tab as indentation", "clusters:\n\t- name: main\n",
       "klaxon.yaml:2: not valid YAML: illegal block entry; indent with spaces, not with tabs"},
      {"a variable without quotes inside braces", "log: {level: ${LEVEL}}\n",
       "klaxon.yaml:1: not valid YAML: the bracket of line 1 is not closed; inside { } or [ ], a "
       "value "
       "with ${...} needs quotes"},
      {"a key that is indented less than its neighbours", "log:\n  level: info\n other: x\n",
       "klaxon.yaml:3: not valid YAML: this does not belong to the map that begins on line 1; "
       "check "
       "the indentation"},
      {"a key beside a list", "clusters:\n- name: main\n kafka: {}\n",
       "klaxon.yaml:3: not valid YAML: this does not belong to the list that begins on line 2; "
       "check "
       "the indentation"},
      {"a key that is indented less than the first", "  log: {}\nlisten: :1\n",
       "klaxon.yaml:2: not valid YAML: this does not belong to what stands before it; the file may "
       "hold only one document"},
      {"a star without quotes", "topics: *\n",
       "klaxon.yaml:1: not valid YAML: a text that begins with * needs quotes"},
      {"an at sign without quotes", "topics: @all\n",
       "klaxon.yaml:1: not valid YAML: a text that begins with this character needs quotes"},
      {"an alias of nothing", "clusters: *none\n",
       "klaxon.yaml:1: not valid YAML: no anchor of this name stands before it; a text that begins "
       "with * needs quotes"},
      {"an alias inside itself", "clusters: &a [*a]\n",
       "klaxon.yaml:1: not valid YAML: an alias may not stand inside what it refers to"},
      {"a list at the top", "- a\n- b\n",
       "klaxon.yaml:1: expected a map of keys (\"key: value\"), found a list"},
      {"plain text", "hello\n",
       "klaxon.yaml:1: expected a map of keys (\"key: value\"), found text"},
      {"a second document", "clusters: [{name: main}]\n---\nlisten: :1\n",
       "klaxon.yaml:2: not valid YAML: this does not belong to what stands before it; the file may "
       "hold only one document"},
      {"bytes that are not UTF-8", "clusters: []\nlisten: \xFF\xFE\n",
       "klaxon.yaml:2: not valid YAML: the text is not UTF-8"},
      {"a zero byte", std::string("clusters: []\nlist\0en: 1\n", 24),
       "klaxon.yaml:2: not valid YAML: the control character 0x00"},
      {"the byte that yaml-cpp takes for the end", "clusters: []\nlisten: \x04\nx: 1\n",
       "klaxon.yaml:2: not valid YAML: the control character 0x04"},
  });
}

TEST_CASE("a mistake before the place where the text breaks is kept") {
  CHECK(MistakesOf("listen: :1\nlisten: :2\nclusters: [\n") ==
        "klaxon.yaml:2: listen: duplicate key; first given on line 1\n"
        "klaxon.yaml:4: not valid YAML: the bracket of line 3 is not closed");
}

TEST_CASE("a text beyond the limits is refused") {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    bomb += fmt::format("a{0}: &a{0} [{1}]\n", i, Repeat(fmt::format("*a{}, ", i - 1), 9));
  }
  CheckBroken({
      {"too deep in brackets", Repeat("[", 100'000),
       "klaxon.yaml:1: not valid YAML: more than 64 levels"},
      {"too deep in indentation", Repeat("- ", 500),
       "klaxon.yaml:1: not valid YAML: more than 64 levels"},
      {"just deep enough", "clusters: " + Repeat("[", 63) + Repeat("]", 63),
       "klaxon.yaml:1: clusters: name at least one cluster\n"
       "klaxon.yaml:1: clusters[0]: expected a map, found a list"},
      {"aliases of aliases of aliases", bomb,
       "klaxon.yaml:6: not valid YAML: more than 100000 values, aliases counted as often as they "
       "are "
       "used"},
      {"too many values", "clusters: [" + Repeat("x,", 100'000) + "]",
       "klaxon.yaml:1: not valid YAML: more than 100000 values"},
      {"too long", "clusters: [] #" + Repeat("x", 4 << 20),
       "klaxon.yaml: is longer than 4194304 bytes"},
  });
}

}  // namespace
}  // namespace klaxon::config
