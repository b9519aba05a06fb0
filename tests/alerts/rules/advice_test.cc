#include "alerts/rules/advice.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "alerts/rules/rule_file.h"

namespace klaxon::rules {
namespace {

std::string Advice(const std::string& expression, const std::string& annotation = "x") {
  const RuleFile file =
      ParseRuleFile("groups:\n- name: g\n  rules:\n  - alert: A\n    expr: |\n      " + expression +
                        "\n    annotations: {text: '" + annotation + "'}\n",
                    "r.yaml");
  INFO(ToString(file.mistakes));
  REQUIRE(file.mistakes.empty());
  return ToString(Advise(file.groups.front(), [](std::string_view metric) {
    return metric == "lag" || metric == "up";
  }));
}

TEST_CASE("Rules that load and cannot be meant so are told, and no others") {
  const std::string label = "{{ $labels.topic }}";
  CHECK(Advice("sum(lag) > 5", label).find("prints the label \"topic\"") != std::string::npos);
  CHECK(Advice("sum by (group) (lag) > 5", "{{ .Labels.topic }}") != "");
  CHECK(Advice("sum by (group) (lag) / on(group) lag > 5", label) != "");
  CHECK(Advice("sum by (topic) (lag) > 5", label).empty());
  CHECK(Advice("sum(lag) > 5", "{{ $.Labels.topic }}") != "");
  CHECK(Advice("sum(lag) > 5",
               "{{ range $i, $each := query \"lag\" }}{{ $each.Labels.topic }}{{ end }}")
            .empty());
  CHECK(Advice("sum(lag) > 5", "{{ range query \"lag\" }}{{ .Labels.topic }}{{ end }}").empty());
  CHECK(Advice("sum(lag) > 5", "{{ (query \"lag\" | first).Labels.topic }}").empty());
  CHECK(Advice("sum(lag) > 5", "{{ range query \"lag\" }}{{ $labels.topic }}{{ end }}") != "");
  CHECK(Advice("sum(lag) > 5", "without a leader, in the template''s range: {{ .Labels.topic }}") !=
        "");
  CHECK(Advice("sum(lag) > 5", "{{ .Labels.with }}") != "");
  CHECK(Advice("sum(lag) > 5", "{{with.Labels}}{{ .Labels.topic }}{{ end }}").empty());
  CHECK(Advice("sum without (group) (lag) > 5", label).empty());
  CHECK(Advice("topk by (group) (3, lag)", label).empty());
  CHECK(Advice("lag * on(group) group_left(topic) sum by (group) (up)", label).empty());
  CHECK(Advice("sum(lag) > 5 or lag", label).empty());
  CHECK(Advice("count(up) == 0").find("can never be true") != std::string::npos);
  CHECK(Advice("avg(rate(lag[5m])) < 0") != "");
  CHECK(Advice("count(up) < 1") != "");
  CHECK(Advice("count(up) < 2").empty());
  CHECK(Advice("rate(lag[5m]) == 0").empty());
  CHECK(Advice("lag < 0").empty());
  CHECK(Advice("lagg > 5").find("nobody writes the metric \"lagg\"") != std::string::npos);
}

TEST_CASE("Advice names the rule and its place") {
  CHECK(Advice("count(up) == 0") ==
        "r.yaml:4:5: group \"g\", rule 1, \"A\": the expression can never be true");
}

}  // namespace
}  // namespace klaxon::rules
