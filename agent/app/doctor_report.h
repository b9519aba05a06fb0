#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/kafka/doctor/finding.h"

namespace klaxon::app {

/// What the doctor found of one cluster.
struct Diagnosis {
  std::string cluster{};
  kafka::Findings findings{};
};

/// One finding for people: a line, and a second one with what to try.
std::string FindingLines(const kafka::Finding& finding);

/// {"clusters": [{"cluster", "good", "findings": [{"step", "outcome", "subject", "said",
/// "mend"}]}], "mistakes": []}.
std::string DiagnosesAsJson(const std::vector<Diagnosis>& diagnoses);

/// The same where there was nothing to examine: what is wrong with the configuration, a mistake a
/// line.
std::string MistakesAsJson(std::string_view lines);

}  // namespace klaxon::app
