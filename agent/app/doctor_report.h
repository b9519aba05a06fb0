#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/kafka/doctor/finding.h"
#include "agent/model/section.h"

namespace klaxon::app {

/// What the doctor found of one cluster.
struct Diagnosis {
  std::string cluster{};
  kafka::Findings findings{};
};

/// What the only poll of a source says of it: a finding for each part that failed, or one that all
/// is well.
kafka::Findings AnswersOf(const Section& section);

/// One finding for people: a line, and a second one with what to try.
std::string FindingLines(const kafka::Finding& finding);

/// {"clusters": [{"cluster", "good", "findings": [{"step", "outcome", "subject", "said",
/// "mend"}]}], "mistakes": []}.
std::string DiagnosesAsJson(const std::vector<Diagnosis>& diagnoses);

/// The same where there was nothing to examine: what is wrong with the configuration, a mistake a
/// line.
std::string MistakesAsJson(std::string_view lines);

}  // namespace klaxon::app
