#include "agent/model/recovery_facts.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "agent/base/duration.h"

namespace klaxon {

std::string_view Name(FailureClass failure) {
  switch (failure) {
    case FailureClass::kUnknown:
      return "unknown";
    case FailureClass::kTransient:
      return "transient";
    case FailureClass::kDependency:
      return "dependency";
    case FailureClass::kConfiguration:
      return "configuration";
    case FailureClass::kAuthorization:
      return "authorization";
    case FailureClass::kPoisonRecord:
      return "poison_record";
    case FailureClass::kDataLossRisk:
      return "data_loss_risk";
    case FailureClass::kOutOfMemory:
      return "out_of_memory";
    case FailureClass::kPluginMissing:
      return "plugin_missing";
  }
  std::abort();
}

std::string_view Name(RecoveryMode mode) {
  switch (mode) {
    case RecoveryMode::kOff:
      return "off";
    case RecoveryMode::kObserve:
      return "observe";
    case RecoveryMode::kAct:
      return "act";
  }
  std::abort();
}

std::string_view Name(RecoveryAction action) {
  switch (action) {
    case RecoveryAction::kNothing:
      return "nothing";
    case RecoveryAction::kRestart:
      return "restart";
    case RecoveryAction::kWait:
      return "wait";
    case RecoveryAction::kRefuse:
      return "refuse";
    case RecoveryAction::kQuarantine:
      return "quarantine";
    case RecoveryAction::kLift:
      return "lift";
    case RecoveryAction::kExhausted:
      return "exhausted";
  }
  std::abort();
}

std::string_view Name(RecoveryVerb verb) {
  switch (verb) {
    case RecoveryVerb::kPause:
      return "pause";
    case RecoveryVerb::kResume:
      return "resume";
    case RecoveryVerb::kRestart:
      return "restart";
    case RecoveryVerb::kLift:
      return "lift";
  }
  std::abort();
}

std::string_view Name(RestartOutcome outcome) {
  switch (outcome) {
    case RestartOutcome::kAccepted:
      return "accepted";
    case RestartOutcome::kNoOp:
      return "no_op";
    case RestartOutcome::kConflict:
      return "conflict";
    case RestartOutcome::kUnknown:
      return "unknown";
    case RestartOutcome::kDenied:
      return "denied";
    case RestartOutcome::kGone:
      return "gone";
  }
  std::abort();
}

std::string_view Name(RestartVerdict verdict) {
  switch (verdict) {
    case RestartVerdict::kPending:
      return "pending";
    case RestartVerdict::kRecovered:
      return "recovered";
    case RestartVerdict::kNoProgress:
      return "no_progress";
    case RestartVerdict::kFailedAgain:
      return "failed_again";
    case RestartVerdict::kStuck:
      return "stuck";
  }
  std::abort();
}

std::string InWords(const RestartReport& report, const Instant& now) {
  std::string words = fmt::format("restarted {} ago: {}", FormatAge(now.mono - report.sent_at.mono),
                                  Name(report.outcome));
  if (report.outcome != RestartOutcome::kAccepted && !report.words.empty()) {
    words += fmt::format(" ({})", report.words);
  }
  if (report.verdict != RestartVerdict::kPending) {
    words +=
        fmt::format("; {}{}: {}", Name(report.verdict),
                    report.took ? fmt::format(" {} after it failed", FormatAge(*report.took)) : "",
                    report.evidence);
  }
  return words;
}

std::string_view Name(BreakerState state) {
  switch (state) {
    case BreakerState::kClosed:
      return "closed";
    case BreakerState::kOpen:
      return "open";
    case BreakerState::kCanary:
      return "canary";
    case BreakerState::kSpread:
      return "spread";
  }
  std::abort();
}

std::string InWords(const RecoveryDecision& decision) {
  switch (decision.action) {
    case RecoveryAction::kNothing:
      return "";
    case RecoveryAction::kRestart:
      return (decision.acted ? "restarted: " : "would be restarted now: ") + decision.why;
    case RecoveryAction::kWait:
      return "waits: " + decision.why;
    case RecoveryAction::kRefuse:
      return "not restarted: " + decision.why;
    case RecoveryAction::kQuarantine:
      return "in quarantine: " + decision.why;
    case RecoveryAction::kLift:
      return "out of quarantine: " + decision.why;
    case RecoveryAction::kExhausted:
      return "given up: " + decision.why;
  }
  std::abort();
}

const RecoveryDecision* DecisionFor(const RecoveryFacts* facts, std::string_view connector) {
  if (facts == nullptr) {
    return nullptr;
  }
  const auto found =
      std::ranges::lower_bound(facts->decisions, connector, {}, &RecoveryDecision::connector);
  return found == facts->decisions.end() || found->connector != connector ? nullptr : &*found;
}

}  // namespace klaxon
