#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "tests/alerts/templates/expand.h"

namespace klaxon::templates {
namespace {

struct Case {
  std::string text;
  std::string mistake;  ///< after "template: t:"
};

TEST_CASE("a template with a mistake is refused with its line") {
  const std::vector<Case> cases{
      {"{{ nope }}", "1: function \"nope\" not defined"},
      {"{{ $nope }}", "1: undefined variable \"$nope\""},
      {"a\nb {{ if }}x{{ end }}", "2: missing value for if"},
      {"{{ }}", "1: missing value for command"},
      {"{{ if 1 }}x", "1: unexpected EOF"},
      {"x{{ end }}", "1: unexpected {{end}}"},
      {"x{{ else }}", "1: unexpected {{else}}"},
      {"{{ break }}", "1: {{break}} outside {{range}}"},
      {"{{ range . }}{{ define \"x\" }}{{ end }}{{ end }}", "1: unexpected <define> in command"},
      {"{{ \"x }}", "1: unterminated quoted string"},
      {"{{ `x }}", "1: unterminated raw quoted string"},
      {"{{ (1 }}", "1: unclosed left paren"},
      {"{{ 1) }}", "1: unexpected right paren"},
      {"{{ 1 2 }", "1: unexpected \"}\" in operand"},
      {"{{ 1 \x01 }}", "1: unrecognized character in action: U+0001"},
      {"{{ $a-b }}", "1: bad character U+002D '-'"},
      {"{{ a: }}", "1: function \"a\" not defined"},
      {"{{ len: }}", "1: expected :="},
      {"{{ if if 1 }}x{{ end }}", "1: unexpected <if> in if"},
      {"{{ if 1 }}x{{ end end }}", "1: unexpected <end> in end"},
      {"{{ if 1 }}x{{ else else }}y{{ end }}", "1: unexpected <else> in else"},
      {"{{ with 1 }}x{{ else if 1 }}y{{ end }}", "1: unexpected <if> in input"},
      {"{{ .. }}", "1: unexpected <.> in operand"},
      {"{{ true.x }}", "1: unexpected . after term \"true\""},
      {"{{ range $a, 1 }}{{ end }}", "1: range can only initialize variables"},
      {"{{ range $a, $b, $c := . }}{{ end }}", "1: too many declarations in range"},
      {"{{ if $a, $b }}{{ end }}", "1: too many declarations in if"},
      {"{{ template \"x\" | }}", "1: unexpected \"|\" in template clause"},
      {"{{ 0x }}", "1: illegal number syntax: \"0x\""},
      {"{{ 99999999999999999999 }}", "1: integer overflow: \"99999999999999999999\""},
      {"{{ 'xy' }}", "1: malformed character constant: 'xy'"},
      {"{{ len @quitelongname }}", "1: unexpected \"@\" in operand"},
      {"{{\nnope\n}}", "2: function \"nope\" not defined"},
      {"{{ title “a” }}", "1: unrecognized character in action: U+201C '“'"},
      {"{{ nope }} {{ \"x }}", "1: function \"nope\" not defined"},
      {"{{ (1\n}}", "2: unclosed left paren in action started at t:1"},
      {"{{ 1\n", "2: unclosed action started at t:1"},
      {"{{ 1 | 2 }}", "1: non executable command in pipeline stage 2"},
      {"{{ 12x }}", "1: bad number syntax: \"12x\""},
      {"{{ \"\\z\" }}", "1: invalid syntax"},
      {"{{ \"a\"\"b\" }}", "1: unexpected \"\\\"b\\\"\" in operand"},
      {"{{ define x }}{{ end }}", "1: unexpected \"x\" in define clause"},
      {"{{ define \"x\" }}{{ end }}{{ define \"x\" }}{{ end }}",
       "1: multiple definition of template \"x\""},
      {"{{ block \"b\" }}x{{ end }}", "1: missing value for block clause"},
      {"{{/* x }}", "1: unclosed comment"},
      {"{{/* x */ 1 }}", "1: comment ends before closing delimiter"},
  };
  for (const Case& one : cases) {
    INFO(one.text);
    CHECK(Expand(one.text) == "error: template: t:" + one.mistake);
  }
}

TEST_CASE("numbers and texts are read as Go writes them") {
  const std::vector<Case> cases{
      {"{{ 0x1f }} {{ 0b11 }} {{ 0o17 }} {{ 017 }} {{ 1_000 }}", "31 3 15 15 1000"},
      {"{{ -1 }} {{ +2 }} {{ 1.5 }} {{ .5 }} {{ 1e3 }} {{ 1e21 }}", "-1 2 1.5 0.5 1000 1e+21"},
      {"{{ 'a' }} {{ '\\n' }} {{ '\u00e4' }}", "97 10 228"},
      {"{{ \"\\t\\x41\\u00e4\\101\\\"\" }}", "\tA\u00e4A\""},
      {"{{ `a\\n\"b` }}", "a\\n\"b"},
      {"{{ -9223372036854775808 }}", "-9223372036854775808"},
      {"{{ true }} {{ false }}", "true false"},
  };
  for (const Case& one : cases) {
    INFO(one.text);
    CHECK(Expand(one.text) == one.mistake);
  }
}

TEST_CASE("deep nesting and long texts are refused, not followed") {
  std::string deep;
  std::string parentheses = "{{ ";
  for (int i = 0; i < 5'000; ++i) {
    deep += "{{ if 1 }}";
    parentheses += "(";
  }
  CHECK(Expand(deep) == "error: template: t:1: too deeply nested");
  CHECK(Expand(parentheses + "1 }}") == "error: template: t:1: too deeply nested");
  CHECK(Expand(parentheses + "1" + std::string(5'000, ')') + " }}") ==
        "error: template: t:1: too deeply nested");
  std::string sum = "{{ 1";
  for (int i = 0; i < 15'000; ++i)
    sum += "+1";
  CHECK(Expand(sum + " }}") == "error: template: t:1: bad number syntax: \"1+1\"");
  CHECK(Expand(std::string(2'000'000, 'x')) == "error: template: t:1: longer than 64 KiB");
}

}  // namespace
}  // namespace klaxon::templates
