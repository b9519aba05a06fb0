#include "agent/kafka/doctor/finding.h"

#include <algorithm>
#include <cstdlib>

namespace klaxon::kafka {

std::string_view Name(Step step) {
  switch (step) {
    case Step::kName:
      return "name";
    case Step::kConnection:
      return "connection";
    case Step::kTls:
      return "tls";
    case Step::kLogin:
      return "login";
    case Step::kCluster:
      return "cluster";
    case Step::kPermissions:
      return "permission";
    case Step::kClock:
      return "clock";
    case Step::kShown:
      return "shown";
    case Step::kAnswers:
      return "answers";
  }
  std::abort();
}

std::string_view Name(Outcome outcome) {
  switch (outcome) {
    case Outcome::kGood:
      return "ok";
    case Outcome::kNote:
      return "note";
    case Outcome::kBad:
      return "bad";
    case Outcome::kUnknown:
      return "unknown";
  }
  std::abort();
}

bool AnyBad(const Findings& findings) {
  return std::ranges::any_of(findings,
                             [](const Finding& found) { return found.outcome == Outcome::kBad; });
}

}  // namespace klaxon::kafka
