#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "agent/recovery/journal.h"

namespace klaxon::recovery {
namespace {

/// Connect tells states late: a FAILED right after a restart may be the old one.
constexpr uint64_t kSettlePolls = 2;
constexpr Duration kSettleTime = std::chrono::seconds{5};
constexpr uint64_t kRunningPolls = 2;  // where nobody can tell whether data moves

/// What is known now; the verdict is kPending while it must be waited.
struct Judgement {
  RestartVerdict verdict = RestartVerdict::kPending;
  std::string evidence{};
};

/// It may not have been done, or still be worked on.
bool Doubtful(const OwnRestarts& own) {
  return own.last && own.last->outcome == RestartOutcome::kUnknown;
}

Judgement OfFailed(const Connector& connector, const Instant& now, UnderWay& way,
                   const OwnRestarts& own) {
  ++way.failed_polls;
  const bool anew = way.running.since.has_value() || FailedAnew(connector, way.items);
  const Duration settle = Doubtful(own) ? connector.chosen->settings.verify_timeout : kSettleTime;
  const bool settled =
      way.failed_polls >= kSettlePolls && now.mono - way.answered_at.mono >= settle;
  if (!anew && !settled) {
    return {};
  }
  return {RestartVerdict::kFailedAgain,
          anew ? "it failed again" : "it is FAILED as before the restart"};
}

/// Whether anybody could tell that its data moves.
bool TellsProgress(const Connector& connector) {
  return connector.moved.has_value() || connector.lag.has_value() || connector.zero_tasks;
}

Judgement RunsWithoutEvidence() {
  return {RestartVerdict::kRecovered, "it runs; there is no evidence whether its data moves"};
}

Judgement OfRunning(const Connector& connector, const UnderWay& way) {
  if (connector.lag == 0) {
    return {RestartVerdict::kRecovered, "it runs, and has nothing left to read"};
  }
  if (connector.moved && connector.moved->mono >= way.answered_at.mono) {
    return {RestartVerdict::kRecovered, "it runs, and its data moves"};
  }
  if (!TellsProgress(connector) && way.running.polls >= kRunningPolls) {
    return RunsWithoutEvidence();
  }
  return {};
}

Instant After(const Instant& begin, Duration time) {
  return {begin.wall + std::chrono::duration_cast<WallTime::duration>(time), begin.mono + time};
}

/// Whether it is one of what was restarted: a chain of calls may have been cut short.
bool WasSent(const RestartReply& reply, int32_t item) {
  return reply.restarted.empty() ||
         std::ranges::find(reply.restarted, item) != reply.restarted.end();
}

/// It is under way. While the breaker lets one restart through, it is this one.
void TakeSent(const RestartReply& reply, const Connector& connector, Journal& journal) {
  ConnectorMemory& memory = journal.connectors.at(connector.name);
  OwnRestarts& own = memory.own;
  own.under_way = UnderWay{.id = reply.id,
                           .answered_at = reply.answered_at,
                           .failed_since = memory.failing.since,
                           .items = FailuresOf(connector)};
  own.left = FailuresOf(connector);
  std::erase_if(own.left, [&](const auto& item) { return WasSent(reply, item.first); });
  std::erase_if(own.under_way->items,
                [&](const auto& item) { return !WasSent(reply, item.first); });
  for (auto& [item, broken] : memory.broken) {
    if (WasSent(reply, item)) {
      broken.ours_until = reply.answered_at.mono + connector.chosen->settings.verify_timeout;
    }
  }
  if (journal.breaker.state == BreakerState::kCanary) {
    journal.breaker.canary = connector.name;
  }
}

/// A login is not repaired by trying.
constexpr Duration kDeniedFor = std::chrono::minutes{10};

/// Only this one must not be restarted, as far as is known. True: another is not let through, too,
/// and none was all the while.
bool TakeRefused(const RestartReply& reply, const std::string& connector, Journal& journal) {
  const Instant& at = reply.report.sent_at;
  const Instant until = After(at, kDeniedFor);
  std::erase_if(journal.refused,
                [&](const auto& each) { return !journal.connectors.contains(each.first); });
  const bool others = std::ranges::any_of(journal.refused, [&](const auto& each) {
    return each.first != connector && each.second.until.mono > at.mono;
  });
  journal.refused[connector] = {.until = until, .words = reply.report.words};
  Hold& hold = journal.connectors.at(connector).hold;
  if (hold.until && hold.until->mono < until.mono) {
    hold.until = until;  // after the next start of the agent nothing else tells
  }
  return others && !(journal.let_through && at.mono - *journal.let_through < kDeniedFor);
}

/// A gateway may have rules for each path: what is of one connector is not of all.
void TakeDenied(const RestartReply& reply, const std::string& connector, Journal& journal) {
  if (reply.of_it && !TakeRefused(reply, connector, journal)) {
    return;
  }
  journal.denied = reply.report.words;
  journal.denied_until = After(reply.report.sent_at, kDeniedFor);
}

/// Whoever refuses logins let it through.
void TakePassed(const RestartReply& reply, const std::string& connector, Journal& journal) {
  journal.refused.erase(connector);
  journal.let_through = reply.answered_at.mono;
}

/// It was no attempt.
void TakeMiss(const RestartReport& report, const Settings& settings, const Attempts& before,
              ConnectorMemory& memory) {
  constexpr Duration kSoon = std::chrono::seconds{5};  // of a conflict: the next poll
  Hold& hold = memory.hold;
  memory.attempts = before;
  ++hold.misses;
  // The first conflict passes soon; what goes on is asked less and less often.
  const bool passes = report.outcome == RestartOutcome::kConflict && hold.misses == 1;
  hold.until =
      After(report.sent_at, passes ? kSoon : BackoffOf(settings, hold.misses, report.words));
  hold.why = fmt::format("the last restart was not counted as an attempt: {}{}{}",
                         Name(report.outcome), report.words.empty() ? "" : ", ", report.words);
}

std::string WhyUnanswered(const RestartReport& report) {
  return "nobody knows whether the last restart was done: " + report.words;
}

/// Whether it was to be restarted. What has failed since is another failure.
bool WasMeant(const UnderWay& way, const Item& item) {
  return way.items.empty() || way.items.contains(item.id);
}

bool StillFailed(const Connector& connector, const UnderWay& way) {
  return std::ranges::any_of(
      connector.items, [&](const Item& item) { return item.failed() && WasMeant(way, item); });
}

bool RunsOnLivingWorkers(const Connector& connector, const UnderWay& way) {
  return !connector.ghost && std::ranges::all_of(connector.items, [&](const Item& item) {
    return item.state == "RUNNING" || (item.failed() && !WasMeant(way, item));
  });
}

/// What it is when the time for it is over. It may have been told only once by then, or have run in
/// between.
Judgement AtTheEnd(const Connector& connector, const UnderWay& way, Duration limit) {
  if (connector.zero_tasks) {
    return {RestartVerdict::kNoProgress, "it runs without tasks as before"};
  }
  if (StillFailed(connector, way)) {
    return {RestartVerdict::kFailedAgain, "it is FAILED as before the restart"};
  }
  if (RunsOnLivingWorkers(connector, way)) {
    if (!TellsProgress(connector)) {
      return RunsWithoutEvidence();
    }
    return {RestartVerdict::kNoProgress,
            fmt::format("it runs, but its data did not move within {}", FormatDuration(limit))};
  }
  return {RestartVerdict::kStuck,
          fmt::format("neither RUNNING nor FAILED within {}", FormatDuration(limit))};
}

}  // namespace

Followed FollowRestart(const World& world, const Connector& connector, const Instant& now,
                       OwnRestarts& own, std::vector<Verified>& verified) {
  if (!own.under_way) {
    return {};
  }
  UnderWay& way = *own.under_way;
  if (world.listed->taken_at.mono <= way.answered_at.mono) {
    return {};
  }
  Judgement judgement;
  if (StillFailed(connector, way)) {
    judgement = OfFailed(connector, now, way, own);
  } else if (RunsOnLivingWorkers(connector, way)) {
    Extend(now, way.running);
    judgement = OfRunning(connector, way);
  }
  const Duration limit = connector.chosen->settings.verify_timeout;
  if (judgement.verdict == RestartVerdict::kPending && now.mono - way.answered_at.mono > limit) {
    judgement = AtTheEnd(connector, way, limit);
  }
  if (judgement.verdict == RestartVerdict::kPending) {
    return {};
  }
  RestartReport report = own.last.value_or(RestartReport{.sent_at = way.answered_at});
  report.verdict = judgement.verdict;
  report.evidence = std::move(judgement.evidence);
  if (way.changed) {
    report.evidence += "; its configuration was changed meanwhile";
  }
  const bool runs =
      report.verdict == RestartVerdict::kRecovered || report.verdict == RestartVerdict::kNoProgress;
  if (way.running.since && way.failed_since && runs) {
    report.took = way.running.since->mono - way.failed_since->mono;
  }
  verified.push_back({.connector = connector.name, .id = way.id, .report = report});
  const bool failed_again = report.verdict == RestartVerdict::kFailedAgain && !Doubtful(own);
  own.last = std::move(report);
  own.under_way.reset();
  return {.failed_again = failed_again};
}

void TakeAnswer(const RestartReply& reply, const Connector& connector, const Policy& policy,
                const Attempts& before, Journal& journal) {
  const RestartReport& report = reply.report;
  const Settings& settings = connector.chosen->settings;
  ConnectorMemory& memory = journal.connectors.at(connector.name);
  memory.own.last = report;
  switch (report.outcome) {
    case RestartOutcome::kUnknown:  // a worker that does not answer may be stuck: more would follow
      memory.hold = {.until = After(reply.answered_at, settings.verify_timeout),
                     .why = WhyUnanswered(report)};
      journal.unanswered = connector.name;
      journal.unanswered_until = After(
          reply.answered_at, std::min(settings.verify_timeout, policy.settings.verify_timeout));
      TakeSent(reply, connector, journal);
      return;
    case RestartOutcome::kAccepted:
      memory.hold = {};
      TakePassed(reply, connector.name, journal);
      TakeSent(reply, connector, journal);
      return;
    case RestartOutcome::kDenied:
      TakeMiss(report, settings, before, memory);
      TakeDenied(reply, connector.name, journal);
      return;
    case RestartOutcome::kNoOp:
    case RestartOutcome::kConflict:
    case RestartOutcome::kGone:
      TakePassed(reply, connector.name, journal);
      TakeMiss(report, settings, before, memory);
      return;
  }
}

void HoldUnanswered(const Policy& policy, const Instant& now, Journal& journal) {
  for (auto& [name, memory] : journal.connectors) {
    const std::optional<RestartReport>& last = memory.own.last;
    if (!last || last->outcome != RestartOutcome::kUnknown ||
        last->verdict != RestartVerdict::kPending) {
      continue;
    }
    const Instant until = After(last->sent_at, policy.settings.verify_timeout);
    if (until.mono <= now.mono) {
      continue;
    }
    if (!memory.hold.until || memory.hold.until->mono < until.mono) {
      memory.hold.until = until;
      memory.hold.why = WhyUnanswered(*last);
    }
    if (!journal.unanswered_until || journal.unanswered_until->mono < until.mono) {
      journal.unanswered = name;
      journal.unanswered_until = until;
    }
  }
}

void TakeUnsent(const RestartReply& reply, const Connector& connector, const Attempts& before,
                Journal& journal) {
  ConnectorMemory& memory = journal.connectors.at(connector.name);
  TakeMiss(reply.report, connector.chosen->settings, before, memory);
  memory.hold.why = "a restart was not sent: " + reply.report.words;
  if (reply.report.outcome == RestartOutcome::kDenied) {
    TakeDenied(reply, connector.name, journal);
  }
}

}  // namespace klaxon::recovery
