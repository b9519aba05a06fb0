#include "agent/app/doctor_report.h"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "agent/base/text.h"

namespace klaxon::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kLongestText = 2'000;

}  // namespace

kafka::Findings AnswersOf(const Section& section) {
  const auto finding = [&](kafka::Outcome outcome, const std::string& subject, std::string said) {
    return kafka::Finding{.step = kafka::Step::kAnswers,
                          .outcome = outcome,
                          .subject = subject,
                          .said = std::move(said),
                          .mend = {}};
  };
  kafka::Findings findings;
  for (const Problem& problem : section.status.problems) {
    const bool said = problem.error.message().starts_with(problem.scope);
    findings.push_back(finding(kafka::Outcome::kBad,
                               section.Title() + (said ? "" : ", " + problem.scope),
                               problem.error.message()));
  }
  if (findings.empty()) {
    findings.push_back(
        section.facts == nullptr
            ? finding(kafka::Outcome::kBad, section.Title(), "nothing was answered")
            : finding(kafka::Outcome::kGood, section.Title(), "all that was asked was answered"));
  }
  return findings;
}

std::string FindingLines(const kafka::Finding& finding) {
  // It holds words of brokers: what a terminal would obey stays out.
  const auto shown = [](const std::string& text) { return Printable(text, kLongestText); };
  std::string lines = fmt::format("  {:<8} {:<11} {}: {}\n", Name(finding.outcome),
                                  Name(finding.step), shown(finding.subject), shown(finding.said));
  if (!finding.mend.empty()) {
    lines += fmt::format("  {:<8} {:<11} -> {}\n", "", "", shown(finding.mend));
  }
  return lines;
}

std::string DiagnosesAsJson(const std::vector<Diagnosis>& diagnoses) {
  Json clusters = Json::array();
  for (const Diagnosis& diagnosis : diagnoses) {
    Json findings = Json::array();
    for (const kafka::Finding& found : diagnosis.findings) {
      findings.push_back({{"step", Name(found.step)},
                          {"outcome", Name(found.outcome)},
                          {"subject", ToUtf8(found.subject)},
                          {"said", ToUtf8(found.said)},
                          {"mend", ToUtf8(found.mend)}});
    }
    clusters.push_back({{"cluster", diagnosis.cluster},
                        {"good", !AnyBad(diagnosis.findings)},
                        {"findings", std::move(findings)}});
  }
  const Json document{{"clusters", std::move(clusters)}, {"mistakes", Json::array()}};
  return document.dump(1) + "\n";
}

std::string MistakesAsJson(std::string_view lines) {
  Json mistakes = Json::array();
  for (const std::string_view line : Split(lines, '\n')) {
    mistakes.push_back(ToUtf8(line));
  }
  const Json document{{"clusters", Json::array()}, {"mistakes", std::move(mistakes)}};
  return document.dump(1) + "\n";
}

}  // namespace klaxon::app
