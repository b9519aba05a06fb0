#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "agent/app/ask_agent.h"
#include "agent/app/commands.h"
#include "agent/base/text.h"
#include "agent/http/url.h"
#include "alerts/rule_tests/run.h"
#include "alerts/rules/advice.h"
#include "alerts/rules/duplicates.h"
#include "alerts/rules/rule_file.h"

namespace klaxon::app {
namespace {

constexpr size_t kLongestExplained = 4000;  // a line

/// Each line behind four blanks, as promtool prints what failed.
void PrintIndented(std::string_view text) {
  while (!text.empty()) {
    const size_t end = text.find('\n');
    fmt::print("    {}\n", text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

void PrintLines(std::string_view text) {
  while (!text.empty()) {
    const size_t end = text.find('\n');
    fmt::print("{}\n", Printable(text.substr(0, end), kLongestExplained));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

bool CheckFile(const std::string& path, const RulesOptions& options) {
  fmt::print("Checking {}\n", path);
  const rules::RuleFile file =
      rules::ReadRuleFile(path, {.ignore_unknown_fields = options.ignore_unknown_fields});
  if (!file.mistakes.empty()) {
    fmt::print("  FAILED:\n");
    PrintIndented(ToString(file.mistakes));
    return false;
  }
  const std::vector<rules::Finding> duplicates = rules::FindDuplicates(file);
  fmt::print("  {}: {} rules found\n", options.lint && !duplicates.empty() ? "FAILED" : "SUCCESS",
             file.rules());
  for (const rules::Group& group : file.groups) {
    PrintIndented(ToString(rules::Advise(group)));
  }
  if (!duplicates.empty()) {
    fmt::print("  {} duplicate rule(s) found:\n", duplicates.size());
    PrintIndented(ToString(duplicates));
  }
  return !options.lint || duplicates.empty();
}

bool TestFile(const std::string& path, const RulesOptions& options) {
  fmt::print("Unit Testing:  {}\n", path);
  rule_tests::RunOptions run{.prometheus2 = options.prometheus2,
                             .rules = {.ignore_unknown_fields = options.ignore_unknown_fields},
                             .only = options.run};
  const rule_tests::Outcome outcome = rule_tests::RunTestFile(path, run);
  fmt::print("  {}\n", outcome.passed() ? "SUCCESS" : "FAILED:");
  for (const std::string& failure : outcome.failures) {
    PrintIndented(failure);
  }
  for (const std::string& note : outcome.notes) {
    PrintIndented(note);
  }
  if (outcome.passed() || run.prometheus2) return outcome.passed();
  run.prometheus2 = true;
  if (rule_tests::RunTestFile(path, run).passed()) {
    fmt::print(
        "    It passes with --prometheus2: somewhere a sample is exactly five minutes old, which "
        "Prometheus 3\n    and Klaxon no longer look back to.\n");
  }
  return false;
}

template <class Judge>
ExitCode ForEachFile(const RulesOptions& options, Judge judge) {
  bool good = true;
  for (const std::string& path : options.files) {
    good = judge(path, options) && good;
    fmt::print("\n");
  }
  return good ? kOk : kFailed;
}

}  // namespace

ExitCode CheckRules(const RulesOptions& options) {
  return ForEachFile(options, CheckFile);
}

ExitCode ExplainRules(const ExplainOptions& options) {
  const Result<http::HttpResponse> answer =
      AskAgent(options.agent, "GET",
               "/api/klaxon/v1/rules/explain?rule=" + http::PercentEncode(options.rule), "");
  if (!answer) {
    fmt::print(stderr, "klaxon: {}\nklaxon: does a Klaxon run there? --url says where\n",
               answer.error().message());
    return answer.error().reason() == Reason::kInvalid ? kUsage : kFailed;
  }
  if (!answer->ok()) {
    PrintRefusal(*answer);
    return kFailed;
  }
  PrintLines(answer->body);
  return kOk;
}

ExitCode TestRules(const RulesOptions& options) {
  return ForEachFile(options, TestFile);
}

}  // namespace klaxon::app
