#include "alerts/templates/template.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "tests/alerts/templates/expand.h"

namespace klaxon::templates {
namespace {

struct Expansion {
  std::string text;
  std::string expanded;
};

TEST_CASE("labels and the value of an alert are there, and a missing label is empty") {
  const std::vector<Expansion> cases{
      {"{{ $labels.group }} lags by {{ $value }}", "orders lags by 5.5"},
      {"{{ .Labels.group }} {{ .Value }}", "orders 5.5"},
      {"[{{ $labels.nope }}]", "[]"},
      {"{{ $labels }}", "map[group:orders topic:a-b]"},
      {"{{ printf \"%.0f\" $value }}", "6"},
      {"{{ $value | humanize }}", "5.5"},
      {"{{ . }}", "{map[group:orders topic:a-b] 5.5}"},
      {"{{ printf \"%T %T %T\" $value $labels nil }}", "float64 map[string]string <nil>"},
      {"{{ parseDuration \"1y1w\" }} {{ parseDuration \"-2y\" }}", "3.21408e+07 -6.3072e+07"},
  };
  for (const Expansion& one : cases) {
    INFO(one.text);
    CHECK(Expand(one.text) == one.expanded);
  }
}

TEST_CASE("control structures do what Go's do") {
  const std::vector<Expansion> cases{
      {"{{ if gt $value 5.0 }}high{{ else }}low{{ end }}", "high"},
      {"{{ if eq $labels.group \"x\" }}a{{ else if eq $labels.group \"orders\" }}b{{ end }}", "b"},
      {"{{ with $labels.nope }}{{ . }}{{ else }}none{{ end }}", "none"},
      {"{{ with $x := $labels.group }}{{ $x }}{{ end }}", "orders"},
      {"{{ range $name, $value := $labels }}{{ $name }}={{ $value }};{{ end }}",
       "group=orders;topic=a-b;"},
      {"{{ range $labels }}{{ . }} {{ end }}", "orders a-b "},
      {"{{ range 3 }}{{ . }}{{ end }}", "012"},
      {"{{ range 5 }}{{ if eq . 1 }}{{ continue }}{{ end }}{{ if eq . 3 }}{{ break }}{{ end }}"
       "{{ . }}{{ end }}",
       "02"},
      {"{{ range (args).Nope }}x{{ else }}empty{{ end }}", "empty"},
      {"{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}", "2"},
      {"{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ end }}{{ $x }}", "1"},
      {"{{ define \"who\" }}<{{ . }}>{{ end }}{{ template \"who\" $labels.group }}", "<orders>"},
      {"{{ block \"b\" 7 }}{{ . }}{{ end }}", "7"},
      {"a  {{- 1 -}}  b", "a1b"},
      {"a {{/* not shown */}} b", "a  b"},
      {"a {{- /* not shown */ -}} b", "ab"},
      {"{{ or $labels.nope \"none\" }}", "none"},
      {"{{ and 1 0 (index 1 2) }}", "0"},
      {"{{ not true }} {{ len $labels }} {{ index $labels \"group\" }}", "false 2 orders"},
      {"{{ eq 1 2 1 }} {{ ne 1 2 }} {{ lt 1 2 }} {{ le 2 2 }} {{ ge 1 2 }}",
       "true true true true false"},
      {"{{ print 1 2 \"x\" 3 }}", "1 2x3"},
      {"{{ println 1 \"x\" }}", "1 x\n"},
      {"{{ html \"<&\" }} {{ js \"'\" }} {{ urlquery \"a b\" }}", "&lt;&amp; \\' a+b"},
  };
  for (const Expansion& one : cases) {
    INFO(one.text);
    CHECK(Expand(one.text) == one.expanded);
  }
}

TEST_CASE("groups of a pattern are put into the replacement as Go's Expand does") {
  const std::vector<Expansion> cases{
      {"{{ reReplaceAll \"(.)b\" \"${1}x\" \"ab cb\" }}", "ax cx"},
      {"{{ reReplaceAll \"(?P<first>.)b\" \"$first-\" \"ab\" }}", "a-"},
      {"{{ reReplaceAll \"a\" \"$$\" \"bab\" }}", "b$b"},
      {"{{ reReplaceAll \"a\" \"$9\" \"bab\" }}", "bb"},
      {"{{ reReplaceAll \"a\" \"$1x\" \"bab\" }}", "bb"},
      {"{{ reReplaceAll \"x*\" \"-\" \"abxc\" }}", "-a-b-c-"},
      {"{{ reReplaceAll \"\" \"-\" \"\u00e4b\" }}", "-\u00e4-b-"},
      {"{{ reReplaceAll \"a\" \"$ {1\" \"a\" }}", "$ {1"},
      {"{{ reReplaceAll \"(\" \"\" \"a\" }}",
       "error: template: t:1:3: executing \"t\" at <reReplaceAll \"(\" \"\" \"a\">: error calling "
       "reReplaceAll: regexp: Compile(`(`): error parsing regexp: missing closing ): `(`"},
      {"{{ match \"a**\" \"a\" }}",
       "error: template: t:1:3: executing \"t\" at <match \"a**\" \"a\">: error calling match: "
       "error parsing regexp: invalid nested repetition operator: `**`"},
      {"{{ printf \"%.2d\" \"abc\" }}", "%!d(string=ab)"},
      {"{{ template \"x\" 1 2 }}",
       "error: template: t:1:12: executing \"t\" at <{{template \"x\" 1 2}}>: template \"x\" not "
       "defined"},
  };
  for (const Expansion& one : cases) {
    INFO(one.text);
    CHECK(Expand(one.text) == one.expanded);
  }
}

TEST_CASE("what cannot be computed says what, and where") {
  const std::vector<Expansion> cases{
      {"{{ humanize $labels }}",
       "error: template: t:1:3: executing \"t\" at <humanize $labels>: error calling humanize: "
       "can't convert map[string]string to float"},
      {"\n{{ gt $value 5 }}",
       "error: template: t:2:3: executing \"t\" at <gt $value 5>: error calling gt: incompatible "
       "types for comparison: float64 and int"},
      {"{{ query \"up\" }}",
       "error: template: t:1:3: executing \"t\" at <query \"up\">: error calling query: there are "
       "no queries here"},
      {"{{ template \"nope\" }}",
       "error: template: t:1:12: executing \"t\" at <{{template \"nope\"}}>: template \"nope\" not "
       "defined"},
      {"{{ $labels.group.x }}",
       "error: template: t:1:10: executing \"t\" at <$labels.group.x>: can't evaluate field x in "
       "type string"},
      {"{{ title 1 }}", "error: template: t:1:9: executing \"t\" at <1>: expected string; found 1"},
      {"{{ title }}",
       "error: template: t:1:3: executing \"t\" at <title>: wrong number of args for title: want 1 "
       "got 0"},
      {"{{ 1 | $value }}",
       "error: template: t:1:7: executing \"t\" at <$value>: can't give argument to non-function "
       "$value"},
  };
  for (const Expansion& one : cases) {
    INFO(one.text);
    CHECK(Expand(one.text) == one.expanded);
  }
}

// What Prometheus 3's own template package says to the same.
TEST_CASE("a field or an argument that does not fit is told in Go's words") {
  const std::string data = "struct { Labels map[string]string; Value interface {} }";
  const std::vector<Expansion> cases{
      {"{{ .Nope }}", "1:3: <.Nope>: can't evaluate field Nope in type " + data},
      {"{{ .labels.group }}", "1:10: <.labels.group>: can't evaluate field labels in type " + data},
      {"{{ if .Nope }}a{{ end }}", "1:6: <.Nope>: can't evaluate field Nope in type " + data},
      {"{{ gt .Nope 1 }}", "1:6: <.Nope>: can't evaluate field Nope in type " + data},
      {"{{ len . }}", "1:3: <len .>: error calling len: len of type " + data},
      {"{{ range . }}{{ end }}",
       "1:9: <.>: range can't iterate over {map[group:orders topic:a-b] 5.5}"},
      {"{{ range $i, $j := 3 }}{{ end }}",
       "1:19: <3>: can't use 3 to iterate over more than one variable"},
      {"{{ toUpper $value }}",
       "1:11: <$value>: wrong type for value; expected string; got float64"},
      {"{{ $labels | toUpper }}",
       "1:13: <toUpper>: wrong type for value; expected string; got map[string]string"},
      {"{{ title nil }}", "1:9: <nil>: cannot assign nil to string"},
      {"{{ value 5 }}", "1:9: <5>: can't handle 5 for arg of type *template.sample"},
      {"{{ first \"a\" }}",
       "1:9: <\"a\">: can't handle \"a\" for arg of type template.queryResult"},
      {"{{ .Labels.group 1 }}", "1:10: <.Labels.group>: group is not a method but has arguments"},
      {"{{ .Value 1 }}", "1:3: <.Value>: Value has arguments but cannot be invoked as function"},
      {"{{ index $labels 1 }}",
       "1:3: <index $labels 1>: error calling index: value has type int; should be string"},
      {"{{ index nil 1 }}", "1:3: <index nil 1>: error calling index: index of untyped nil"},
      {"{{ eq 1 }}", "1:3: <eq 1>: error calling eq: missing argument for comparison"},
      {"{{ eq 1 \"1\" }}",
       "1:3: <eq 1 \"1\">: error calling eq: incompatible types for comparison: int and string"},
      {"{{ lt nil 1 }}", "1:3: <lt nil 1>: error calling lt: invalid type for comparison"},
      {"{{ parseDuration \"\" }}",
       "1:3: <parseDuration \"\">: error calling parseDuration: empty duration string"},
  };
  for (const Expansion& one : cases) {
    INFO(one.text);
    const size_t place = one.expanded.find(": ");
    CHECK(Expand(one.text) == "error: template: t:" + one.expanded.substr(0, place) +
                                  ": executing \"t\" at " + one.expanded.substr(place + 2));
  }
}

TEST_CASE("a template that never ends, or grows without end, is stopped") {
  const std::vector<std::string> texts{
      "{{ range 1000000000 }}{{ end }}",
      "{{ range 1000 }}{{ range 1000 }}{{ range 1000 }}{{ end }}{{ end }}{{ end }}",
      "{{ define \"x\" }}{{ template \"x\" }}{{ end }}{{ template \"x\" }}",
      "{{ define \"x\" }}{{ tmpl \"x\" . }}{{ end }}{{ tmpl \"x\" . }}",
      "{{ $x := \"xxxxxxxxxx\" }}{{ range 100 }}{{ $x = print $x $x }}{{ end }}",
      "{{ $x := args 1 }}{{ range 100 }}{{ $x = args $x $x }}{{ end }}{{ $x }}",
      "{{ range 1000 }}{{ printf \"%9999d\" 1 }}{{ end }}",
      "{{ $x := printf \"%9999d\" 1 }}{{ $x = reReplaceAll \"\" $x $x }}",
      "{{ $x := printf \"%9999d\" 1 }}{{ range 90 }}{{ $x = printf \"%s%9999d\" $x 1 }}{{ end }}"
      "{{ reReplaceAll \"(.*a|.)\" \"b\" $x }}",
  };
  for (const std::string& text : texts) {
    INFO(text);
    CHECK(Expand(text).starts_with("error: "));
  }
}

TEST_CASE("values that name themselves often are shown up to a limit") {
  const std::string text = Expand(
      "{{ $x := args 1 2 }}{{ range 17 }}{{ $x = args $x $x }}{{ end }}{{ len (print $x) }}");
  CHECK(text == "1048576");
}

}  // namespace
}  // namespace klaxon::templates
