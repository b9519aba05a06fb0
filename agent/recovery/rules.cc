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

bool Off(const Question& about) {
  return about.settings().mode == RecoveryMode::kOff &&
         about.Decide(RecoveryAction::kNothing, "recovery is off for it");
}

/// What an old answer says may have changed: nothing is decided by it.
bool Stale(const Question& about) {
  if (IsFresh(about.world.listed, about.now)) {
    return false;
  }
  return about.Decide(
      about.memory.failing.polls > 0 ? RecoveryAction::kRefuse : RecoveryAction::kNothing,
      about.world.listed == nullptr
          ? "its state was never read"
          : fmt::format("its state is {} old",
                        FormatAge(about.now.mono - about.world.listed->taken_at.mono)));
}

/// Whatever it tells is of connectors that only have the same names.
bool Elsewhere(const Question& about) {
  return IsAnother(about.world, about.journal) &&
         about.Decide(
             about.connector.failed() ? RecoveryAction::kRefuse : RecoveryAction::kNothing,
             fmt::format("was Kafka cluster {}, is {}: another Connect cluster answers. If that is "
                         "right: klaxon recovery lift, without a connector",
                         about.journal.cluster_id, about.world.cluster_id));
}

bool WithoutStatus(const Question& about) {
  return about.connector.items.front().state.empty() &&
         about.Decide(RecoveryAction::kRefuse,
                      about.connector.untold.empty()
                          ? "Connect tells no status of it: there is nothing to restart"
                          : "its status could not be read: " + about.connector.untold);
}

/// What is meant to stand still is left alone, failed or not.
bool NotMeantToRun(const Question& about) {
  const bool failed = about.connector.failed();
  const RecoveryAction action = failed ? RecoveryAction::kRefuse : RecoveryAction::kNothing;
  switch (about.connector.intent) {
    case ConnectIntent::kPaused:
      return about.Decide(
          action, failed ? "it is paused: a restart would only park it again" : "it is paused");
    case ConnectIntent::kStopped:
      return about.Decide(action, "it is stopped");
    case ConnectIntent::kUnknown:
    case ConnectIntent::kRunning:
      return false;
  }
  std::abort();
}

bool Restarting(const Question& about) {
  for (const Item& item : about.connector.items) {
    if (item.state != "RESTARTING") {
      continue;
    }
    const Duration limit = about.settings().verify_timeout;
    if (about.now.mono - item.since.mono > limit) {
      return about.Decide(RecoveryAction::kRefuse,
                          fmt::format("RESTARTING for longer than {}: is its worker alive?",
                                      FormatDuration(limit)));
    }
    return about.Wait({item.since.wall + limit, item.since.mono + limit}, "a restart is under way");
  }
  return false;
}

/// A restart of ours, until it is known what became of it.
bool Verifying(const Question& about) {
  if (!about.memory.own.under_way) {
    return false;
  }
  const Instant& at = about.memory.own.under_way->answered_at;
  const Duration limit = about.settings().verify_timeout;
  return about.Wait({at.wall + limit, at.mono + limit},
                    fmt::format("{} was sent: does it run, and does its data move?",
                                about.memory.attempts.count == 0  // its configuration changed since
                                    ? "a restart"
                                    : fmt::format("restart {} of {}", about.memory.attempts.count,
                                                  about.settings().attempts)));
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
const Item* OddItem(const Connector& connector) {
  constexpr std::array<std::string_view, 6> kKnown{"RUNNING",    "PAUSED", "STOPPED",
                                                   "UNASSIGNED", "FAILED", "RESTARTING"};
  const auto odd = std::ranges::find_if(connector.items, [&](const Item& item) {
    return std::ranges::find(kKnown, item.state) == kKnown.end();
  });
  return odd == connector.items.end() ? nullptr : &*odd;
}

constexpr std::string_view kDealAnew =
    "change its configuration or restart a worker: then work is dealt out anew";

std::string WhoLifted(const QuarantineMemory& quarantine) {
  return quarantine.lifted_by.empty() ? "its configuration was changed"
                                      : quarantine.lifted_by + " has lifted it";
}

/// Everything that Connect does not call FAILED.
bool NotFailed(const Question& about) {
  const Connector& facts = about.connector;
  if (facts.failed()) {
    return false;
  }
  if (about.memory.quarantine.lifted) {
    return about.Decide(RecoveryAction::kLift, WhoLifted(about.memory.quarantine));
  }
  if (facts.stuck_unassigned) {
    about.decision.way_out = kDealAnew;
    return about.Decide(RecoveryAction::kRefuse, "no worker carries it: a restart does not help");
  }
  if (facts.ghost) {
    return about.Decide(RecoveryAction::kRefuse,
                        "its worker is gone: Connect gives its work to others by itself");
  }
  if (std::ranges::find(facts.items, "UNASSIGNED", &Item::state) != facts.items.end()) {
    return about.Decide(RecoveryAction::kWait, "Connect deals its work out by itself");
  }
  if (const Item* odd = OddItem(facts); odd != nullptr) {
    return about.Decide(RecoveryAction::kRefuse,
                        fmt::format("{} is \"{}\", a state that Klaxon does not know",
                                    odd->id < 0 ? "it" : fmt::format("its task {}", odd->id),
                                    Printable(odd->state)));
  }
  if (facts.zero_tasks) {
    about.decision.way_out =
        "klaxon recovery restart: a restart of the connector makes its task configurations anew";
    return about.Decide(RecoveryAction::kRefuse, "it runs without tasks, and nothing failed");
  }
  if (!facts.zombie) {
    return about.Decide(RecoveryAction::kNothing, AfterRestarts(about.memory.attempts.count));
  }
  return !about.settings().restart_zombies &&
         about.Decide(RecoveryAction::kRefuse,
                      "it claims to run and moves no data; recovery.zombies says to alert only");
}

/// What of it is on its way elsewhere is left alone, and a restart is one of all: see Executor.
bool Unsettled(const Question& about) {
  for (const Item& item : about.connector.items) {
    if (!about.connector.failed() ||
        (item.state != "UNASSIGNED" && item.state != "PAUSED" && item.state != "STOPPED")) {
      continue;
    }
    const std::string which = item.id < 0 ? "itself" : fmt::format("its task {}", item.id);
    if (about.connector.stuck_unassigned) {
      about.decision.way_out = kDealAnew;
      return about.Decide(RecoveryAction::kRefuse,
                          fmt::format("no worker carries {}: a restart does not help", which));
    }
    return about.Wait(about.now, fmt::format("{} is {}: it must pass first", which, item.state));
  }
  return false;
}

bool JustLifted(const Question& about) {
  if (about.memory.quarantine.lifted) {
    return about.Decide(RecoveryAction::kLift,
                        WhoLifted(about.memory.quarantine) + "; it starts afresh");
  }
  return about.memory.began_anew == about.journal.polls &&
         about.Wait(about.now, "its configuration was changed just now");
}

bool Poisoned(const Question& about) {
  if (about.memory.poison.found.empty()) {
    return false;
  }
  about.decision.failure = FailureClass::kPoisonRecord;
  about.decision.way_out = AdviceFor(FailureClass::kPoisonRecord);
  return about.Decide(RecoveryAction::kQuarantine,
                      fmt::format("it failed twice by the same cause without moving from {}",
                                  InWords(about.memory.poison.found)));
}

/// The last restart did not get to it, nor has it been started since.
bool WasLeft(const Failures& left, const Item& item) {
  const auto found = left.find(item.id);
  return found != left.end() && found->second == item.failures;
}

bool ForbiddenByClass(const Question& about) {
  const Item* strictest = about.connector.strictest();
  if (strictest == nullptr) {
    return false;  // a zombie
  }
  const ClassAction action = about.settings().on.at(static_cast<size_t>(strictest->failure));
  const std::string_view name = Name(strictest->failure);
  switch (action) {
    case ClassAction::kRestart:
      return false;
    case ClassAction::kOnce:
      return about.memory.attempts.count > 0 && !WasLeft(about.memory.own.left, *strictest) &&
             about.Decide(RecoveryAction::kQuarantine,
                          fmt::format("{}: one restart did not help, and more will not", name));
    case ClassAction::kNever:
      return about.Decide(RecoveryAction::kQuarantine,
                          fmt::format("{}: it is never restarted by itself", name));
  }
  std::abort();
}

bool Exhausted(const Question& about) {
  return static_cast<int64_t>(about.memory.attempts.count) >= about.settings().attempts &&
         about.Decide(RecoveryAction::kExhausted,
                      fmt::format("{} restarts did not help; it is left alone until its "
                                  "configuration changes or it runs again for long enough",
                                  about.memory.attempts.count));
}

bool Debounce(const Question& about) {
  const Stretch& failing = about.memory.failing;
  if (!about.connector.failed()) {
    return false;  // a zombie: analysis has waited long enough
  }
  if (failing.polls == 0) {  // the status topic is ahead of the list
    return about.Wait(about.now, "it has failed since the last list of connectors");
  }
  const Settings& settings = about.settings();
  const Instant& since = *failing.since;
  const bool seen = static_cast<int64_t>(failing.polls) >= settings.debounce_polls ||
                    about.now.mono - since.mono >= settings.debounce_time;
  return !seen &&
         about.Wait({since.wall + settings.debounce_time, since.mono + settings.debounce_time},
                    fmt::format("seen {} of {} times", failing.polls, settings.debounce_polls));
}

bool QuietStart(const Question& about) {
  const auto polls = static_cast<int64_t>(about.journal.polls);
  return polls <= about.policy.quiet_polls &&
         about.Wait(about.now, fmt::format("Klaxon has just begun to look: poll {} of {} that only "
                                           "look",
                                           polls, about.policy.quiet_polls));
}

bool Backoff(const Question& about) {
  const Attempts& attempts = about.memory.attempts;
  if (!attempts.last) {
    return false;
  }
  // One by somebody else is not over while its tasks still start, one after the other.
  const Duration lasts =
      std::max(attempts.shown_at.value_or(attempts.last->mono) - attempts.last->mono, Duration{});
  const Duration wait = lasts + BackoffOf(about.settings(), attempts.count, about.connector.name);
  const Instant due{attempts.last->wall + std::chrono::duration_cast<WallTime::duration>(wait),
                    attempts.last->mono + wait};
  return due.mono > about.now.mono &&
         about.Wait(due, fmt::format("back-off after restart {} of {}", attempts.count,
                                     about.settings().attempts));
}

/// A restart that was no attempt is not sent again at once. Of one that is not allowed the gate
/// tells, and what a person may do.
bool Held(const Question& about) {
  const Hold& hold = about.memory.hold;
  return hold.until && hold.until->mono > about.now.mono &&
         RefusalOf(about.journal, about.connector.name, about.now) == nullptr &&
         about.Wait(*hold.until, hold.why);
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

bool Question::Decide(RecoveryAction action, std::string why) const {
  decision.action = action;
  decision.why = std::move(why);
  return true;
}

bool Question::Wait(const Instant& due, std::string why) const {
  decision.due = due;
  return Decide(RecoveryAction::kWait, std::move(why));
}

std::span<const Rule> Rules() {
  return kRules;
}

}  // namespace klaxon::recovery
