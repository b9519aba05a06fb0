#include <filesystem>
#include <set>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "alerts/rules/rule_file.h"
#include "tests/support/conformance.h"

namespace klaxon::rules {
namespace {

bool Loads(const std::filesystem::path& file, const ReadOptions& options = {}) {
  return ReadRuleFile(file.string(), options).mistakes.empty();
}

TEST_CASE("Rule files of Prometheus' own tests load, or do not, as it says") {
  // This one is bad only where names must be of the old form, which Prometheus 3 no longer asks.
  const std::set<std::string> old_names{"legacy_validation_annotation.bad.yaml"};
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(ConformanceFolder("rulefmt"))) {
    const std::string name = entry.path().filename().string();
    const bool good = name.find(".bad.") == std::string::npos || old_names.contains(name);
    const RuleFile file = ReadRuleFile(entry.path().string());
    INFO(name << '\n' << ToString(file.mistakes));
    CHECK(file.mistakes.empty() == good);
    for (const Finding& mistake : file.mistakes) {
      CHECK(mistake.position.line > 0);
      CHECK(mistake.position.column > 0);
    }
    ++count;
  }
  fmt::print("rulefmt: {} files\n", count);
  CHECK(count >= 16);
}

TEST_CASE("Rule files that promtool is tested with get its verdict") {
  const auto folder = ConformanceFolder("promtool");
  for (const std::string name : {"at-modifier.yml", "bad-rules-error.yml", "negative-offset.yml",
                                 "rules.yml", "rules_duplicates.yml"}) {
    INFO(name);
    CHECK(Loads(folder / name));
  }
  for (const std::string name :
       {"bad-rules-syntax.yml", "rules-bad.yml", "rules_extrafields.yml", "unittest.yml"}) {
    INFO(name);
    CHECK_FALSE(Loads(folder / name));
  }
  CHECK(Loads(folder / "rules_extrafields.yml", {.ignore_unknown_fields = true}));
  const RuleFile file = ReadRuleFile((folder / "rules.yml").string());
  CHECK(file.rules() == 5);
}

TEST_CASE("The rule files that Kafka's operators wrote load") {
  size_t count = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(ConformanceFolder("rule-tests"))) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(".yaml") || name.ends_with("_test.yaml")) continue;
    const RuleFile file = ReadRuleFile(entry.path().string());
    INFO(ToString(file.mistakes));
    CHECK(file.mistakes.empty());
    CHECK(file.rules() > 0);
    ++count;
  }
  CHECK(count == 6);
}

}  // namespace
}  // namespace klaxon::rules
