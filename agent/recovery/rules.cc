#include "agent/recovery/rules.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "agent/base/text.h"

namespace klaxon::recovery {
namespace {

bool Off(const Case& subject) {
  return subject.settings().mode == RecoveryMode::kOff &&
         subject.Decide(RecoveryAction::kNothing, "recovery is off for it");
}

/// What an old answer says may have changed: nothing is decided by it.
bool Stale(const Case& subject) {
  if (IsFresh(subject.world.listed, subject.now)) {
    return false;
  }
  return subject.Decide(
      subject.memory.failing.polls > 0 ? RecoveryAction::kRefuse : RecoveryAction::kNothing,
      subject.world.listed == nullptr
          ? "its state was never read"
          : fmt::format("its state is {} old",
                        FormatAge(subject.now.mono - subject.world.listed->taken_at.mono)));
}

/// Whatever it tells is of connectors that only have the same names.
bool Elsewhere(const Case& subject) {
  return IsAnother(subject.world, subject.journal) &&
         subject.Decide(
             subject.subject.failed() ? RecoveryAction::kRefuse : RecoveryAction::kNothing,
             fmt::format("was Kafka cluster {}, is {}: another Connect cluster answers. If that is "
                         "right: klaxon recovery lift, without a connector",
                         subject.journal.cluster_id, subject.world.cluster_id));
}

bool WithoutStatus(const Case& subject) {
  return subject.subject.items.front().state.empty() &&
         subject.Decide(RecoveryAction::kRefuse,
                        subject.subject.untold.empty()
                            ? "Connect tells no status of it: there is nothing to restart"
                            : "its status could not be read: " + subject.subject.untold);
}

/// What is meant to stand still is left alone, failed or not.
bool NotMeantToRun(const Case& subject) {
  const bool failed = subject.subject.failed();
  const RecoveryAction action = failed ? RecoveryAction::kRefuse : RecoveryAction::kNothing;
  switch (subject.subject.intent) {
    case ConnectIntent::kPaused:
      return subject.Decide(
          action, failed ? "it is paused: a restart would only park it again" : "it is paused");
    case ConnectIntent::kStopped:
      return subject.Decide(action, "it is stopped");
    case ConnectIntent::kUnknown:
    case ConnectIntent::kRunning:
      return false;
  }
  std::abort();
}

bool Restarting(const Case& subject) {
  for (const Item& item : subject.subject.items) {
    if (item.state != "RESTARTING") {
      continue;
    }
    const Duration limit = subject.settings().verify_timeout;
    if (subject.now.mono - item.since.mono > limit) {
      return subject.Decide(RecoveryAction::kRefuse,
                            fmt::format("RESTARTING for longer than {}: is its worker alive?",
                                        FormatDuration(limit)));
    }
    return subject.Wait({item.since.wall + limit, item.since.mono + limit},
                        "a restart is under way");
  }
  return false;
}

/// A restart of ours, until it is known what became of it.
bool Verifying(const Case& subject) {
  if (!subject.memory.own.under_way) {
    return false;
  }
  const Instant& at = subject.memory.own.under_way->answered_at;
  const Duration limit = subject.settings().verify_timeout;
  return subject.Wait(
      {at.wall + limit, at.mono + limit},
      fmt::format("{} was sent: does it run, and does its data move?",
                  subject.memory.attempts.count == 0  // its configuration changed since
                      ? "a restart"
                      : fmt::format("restart {} of {}", subject.memory.attempts.count,
                                    subject.settings().attempts)));
}

std::string AfterRestarts(uint32_t restarts) {
  return restarts == 0 ? "it runs"
                       : fmt::format(
                             "it runs again after {} restart{}; they are forgotten once it has run "
                             "for long enough",
                             restarts, restarts == 1 ? "" : "s");
}

/// In none of the states that AbstractStatus.State of Kafka 2.0 to 4.3 has for what exists. Null:
/// there is none.
const Item* OddItem(const Subject& subject) {
  constexpr std::array<std::string_view, 6> kKnown{"RUNNING",    "PAUSED", "STOPPED",
                                                   "UNASSIGNED", "FAILED", "RESTARTING"};
  const auto odd = std::ranges::find_if(subject.items, [&](const Item& item) {
    return std::ranges::find(kKnown, item.state) == kKnown.end();
  });
  return odd == subject.items.end() ? nullptr : &*odd;
}

constexpr std::string_view kDealAnew =
    "change its configuration or restart a worker: then work is dealt out anew";

std::string WhoLifted(const QuarantineMemory& quarantine) {
  return quarantine.lifted_by.empty() ? "its configuration was changed"
                                      : quarantine.lifted_by + " has lifted it";
}

/// Everything that Connect does not call FAILED.
bool NotFailed(const Case& subject) {
  const Subject& facts = subject.subject;
  if (facts.failed()) {
    return false;
  }
  if (subject.memory.quarantine.lifted) {
    return subject.Decide(RecoveryAction::kLift, WhoLifted(subject.memory.quarantine));
  }
  if (facts.stuck_unassigned) {
    subject.decision.way_out = kDealAnew;
    return subject.Decide(RecoveryAction::kRefuse, "no worker carries it: a restart does not help");
  }
  if (facts.ghost) {
    return subject.Decide(RecoveryAction::kRefuse,
                          "its worker is gone: Connect gives its work to others by itself");
  }
  if (std::ranges::find(facts.items, "UNASSIGNED", &Item::state) != facts.items.end()) {
    return subject.Decide(RecoveryAction::kWait, "Connect deals its work out by itself");
  }
  if (const Item* odd = OddItem(facts); odd != nullptr) {
    return subject.Decide(RecoveryAction::kRefuse,
                          fmt::format("{} is \"{}\", a state that Klaxon does not know",
                                      odd->id < 0 ? "it" : fmt::format("its task {}", odd->id),
                                      Printable(odd->state)));
  }
  if (facts.zero_tasks) {
    subject.decision.way_out =
        "klaxon recovery restart: a restart of the connector makes its task configurations anew";
    return subject.Decide(RecoveryAction::kRefuse, "it runs without tasks, and nothing failed");
  }
  if (!facts.zombie) {
    return subject.Decide(RecoveryAction::kNothing, AfterRestarts(subject.memory.attempts.count));
  }
  return !subject.settings().restart_zombies &&
         subject.Decide(RecoveryAction::kRefuse,
                        "it claims to run and moves no data; recovery.zombies says to alert only");
}

/// What of it is on its way elsewhere is left alone, and a restart is one of all: see Executor.
bool Unsettled(const Case& subject) {
  for (const Item& item : subject.subject.items) {
    if (!subject.subject.failed() ||
        (item.state != "UNASSIGNED" && item.state != "PAUSED" && item.state != "STOPPED")) {
      continue;
    }
    const std::string which = item.id < 0 ? "itself" : fmt::format("its task {}", item.id);
    if (subject.subject.stuck_unassigned) {
      subject.decision.way_out = kDealAnew;
      return subject.Decide(RecoveryAction::kRefuse,
                            fmt::format("no worker carries {}: a restart does not help", which));
    }
    return subject.Wait(subject.now,
                        fmt::format("{} is {}: it must pass first", which, item.state));
  }
  return false;
}

bool JustLifted(const Case& subject) {
  if (subject.memory.quarantine.lifted) {
    return subject.Decide(RecoveryAction::kLift,
                          WhoLifted(subject.memory.quarantine) + "; it starts afresh");
  }
  return subject.memory.began_anew == subject.journal.polls &&
         subject.Wait(subject.now, "its configuration was changed just now");
}

bool Poisoned(const Case& subject) {
  if (subject.memory.poison.found.empty()) {
    return false;
  }
  subject.decision.failure = FailureClass::kPoisonRecord;
  subject.decision.way_out = AdviceFor(FailureClass::kPoisonRecord);
  return subject.Decide(RecoveryAction::kQuarantine,
                        fmt::format("it failed twice by the same cause without moving from {}",
                                    InWords(subject.memory.poison.found)));
}

/// The last restart did not get to it, nor has it been started since.
bool WasLeft(const Failures& left, const Item& item) {
  const auto found = left.find(item.id);
  return found != left.end() && found->second == item.failures;
}

bool ForbiddenByClass(const Case& subject) {
  const Item* strictest = subject.subject.strictest();
  if (strictest == nullptr) {
    return false;  // a zombie
  }
  const ClassAction action = subject.settings().on.at(static_cast<size_t>(strictest->failure));
  const std::string_view name = Name(strictest->failure);
  switch (action) {
    case ClassAction::kRestart:
      return false;
    case ClassAction::kOnce:
      return subject.memory.attempts.count > 0 && !WasLeft(subject.memory.own.left, *strictest) &&
             subject.Decide(RecoveryAction::kQuarantine,
                            fmt::format("{}: one restart did not help, and more will not", name));
    case ClassAction::kNever:
      return subject.Decide(RecoveryAction::kQuarantine,
                            fmt::format("{}: it is never restarted by itself", name));
  }
  std::abort();
}

bool Exhausted(const Case& subject) {
  return static_cast<int64_t>(subject.memory.attempts.count) >= subject.settings().attempts &&
         subject.Decide(RecoveryAction::kExhausted,
                        fmt::format("{} restarts did not help; it is left alone until its "
                                    "configuration changes or it runs again for long enough",
                                    subject.memory.attempts.count));
}

bool Debounce(const Case& subject) {
  const Stretch& failing = subject.memory.failing;
  if (!subject.subject.failed()) {
    return false;  // a zombie: analysis has waited long enough
  }
  if (failing.polls == 0) {  // the status topic is ahead of the list
    return subject.Wait(subject.now, "it has failed since the last list of connectors");
  }
  const Settings& settings = subject.settings();
  const Instant& since = *failing.since;
  const bool seen = static_cast<int64_t>(failing.polls) >= settings.debounce_polls ||
                    subject.now.mono - since.mono >= settings.debounce_time;
  return !seen &&
         subject.Wait({since.wall + settings.debounce_time, since.mono + settings.debounce_time},
                      fmt::format("seen {} of {} times", failing.polls, settings.debounce_polls));
}

bool QuietStart(const Case& subject) {
  const auto polls = static_cast<int64_t>(subject.journal.polls);
  return polls <= subject.policy.quiet_polls &&
         subject.Wait(subject.now,
                      fmt::format("Klaxon has just begun to look: poll {} of {} that only "
                                  "look",
                                  polls, subject.policy.quiet_polls));
}

bool Backoff(const Case& subject) {
  const Attempts& attempts = subject.memory.attempts;
  if (!attempts.last) {
    return false;
  }
  const Duration wait = BackoffOf(subject.settings(), attempts.count, subject.subject.name);
  const Instant due{attempts.last->wall + std::chrono::duration_cast<WallTime::duration>(wait),
                    attempts.last->mono + wait};
  return due.mono > subject.now.mono &&
         subject.Wait(due, fmt::format("back-off after restart {} of {}", attempts.count,
                                       subject.settings().attempts));
}

/// A restart that was no attempt is not sent again at once. Of one that is not allowed the gate
/// tells, and what a person may do.
bool Held(const Case& subject) {
  const Hold& hold = subject.memory.hold;
  return hold.until && hold.until->mono > subject.now.mono &&
         RefusalOf(subject.journal, subject.subject.name, subject.now) == nullptr &&
         subject.Wait(*hold.until, hold.why);
}

constexpr std::array<Rule, 17> kRules{{{"off", Off},
                                       {"stale", Stale},
                                       {"elsewhere", Elsewhere},
                                       {"no_status", WithoutStatus},
                                       {"intent", NotMeantToRun},
                                       {"restarting", Restarting},
                                       {"verify", Verifying},
                                       {"not_failed", NotFailed},
                                       {"changed", JustLifted},
                                       {"poison", Poisoned},
                                       {"class", ForbiddenByClass},
                                       {"attempts", Exhausted},
                                       {"debounce", Debounce},
                                       {"unsettled", Unsettled},
                                       {"quiet_start", QuietStart},
                                       {"back_off", Backoff},
                                       {"held", Held}}};

}  // namespace

bool Case::Decide(RecoveryAction action, std::string why) const {
  decision.action = action;
  decision.why = std::move(why);
  return true;
}

bool Case::Wait(const Instant& due, std::string why) const {
  decision.due = due;
  return Decide(RecoveryAction::kWait, std::move(why));
}

std::span<const Rule> Rules() {
  return kRules;
}

}  // namespace klaxon::recovery
