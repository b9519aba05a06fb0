#include <algorithm>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "agent/base/log.h"
#include "agent/base/text.h"
#include "agent/recovery/plan.h"
#include "agent/recovery/recovery.h"
#include "agent/recovery/rules.h"

/// What people ask recovery to do.
namespace klaxon::recovery {
namespace {

Error Refused(std::string words) {
  return {Reason::kRefused, std::move(words)};
}

Error NoSuch(const std::string& connector) {
  return {Reason::kInvalid, fmt::format("there is no connector \"{}\"", Printable(connector))};
}

/// "connector sink", or all of them.
std::string Whom(const RecoveryOrder& order) {
  return order.connector.empty() ? "the whole Connect cluster"
                                 : "connector " + Printable(order.connector);
}

const Connector* ConnectorIn(const World& world, const std::string& connector) {
  const auto found = std::ranges::find(world.connectors, connector, &Connector::name);
  return found == world.connectors.end() ? nullptr : &*found;
}

/// Why a person's restart must not be sent; empty: it may.
std::string AgainstRestart(const Question& about) {
  const Connector& facts = about.connector;
  if (about.settings().mode == RecoveryMode::kOff) {
    return "recovery is off for it";
  }
  if (!facts.failed() && !facts.zero_tasks) {
    return "nothing of it is FAILED";
  }
  if (facts.intent == ConnectIntent::kPaused || facts.intent == ConnectIntent::kStopped) {
    return "it is paused or stopped in Connect: resume it there first";
  }
  const Duration limit = about.settings().verify_timeout;  // what takes longer hangs
  const bool restarts = std::ranges::any_of(facts.items, [&](const Item& item) {
    return item.state == "RESTARTING" && about.now.mono - item.since.mono <= limit;
  });
  if (about.memory.own.under_way || restarts) {
    return "a restart of it is under way";
  }
  if (static_cast<int64_t>(about.journal.restarts.size()) >= about.policy.budget_a_minute) {
    return fmt::format("the budget of {} restarts a minute is spent: try again in a minute",
                       about.policy.budget_a_minute);
  }
  return ShutForAll(about);
}

}  // namespace

Result<std::string> Recovery::PauseFor(const RecoveryOrder& order, const World& world,
                                       const Instant& now) {
  const bool listed = world.listed != nullptr;
  if (listed && !order.connector.empty() && ConnectorIn(world, order.connector) == nullptr) {
    return NoSuch(order.connector);
  }
  journal_.pauses[order.connector] = {.who = order.who, .why = order.why, .since = now.wall};
  return fmt::format("recovery of {} is paused until somebody resumes it{}", Whom(order),
                     listed || order.connector.empty()
                         ? ""
                         : "; whether there is such a connector is not known yet");
}

Result<std::string> Recovery::ResumeFor(const RecoveryOrder& order) {
  if (journal_.pauses.erase(order.connector) == 0) {
    if (const Pause* all = PauseOf(journal_, order.connector); all != nullptr) {
      return Refused(fmt::format(
          "{} is not paused by itself, but {} has paused the whole Connect cluster: resume that, "
          "without a name",
          Whom(order), all->who));
    }
    return Refused(fmt::format("recovery of {} is not paused", Whom(order)));
  }
  return fmt::format("recovery of {} goes on", Whom(order));
}

Result<std::string> Recovery::LiftFor(const RecoveryOrder& order, const World& world,
                                      const Instant& now) {
  if (order.connector.empty()) {
    if (!IsAnother(world, journal_)) {
      return Refused(
          "no other Kafka cluster answers than before; to lift a quarantine, name the connector");
    }
    const Lock lock(*means_.disk);
    const std::string before = journal_.cluster_id;
    if (const Result<void> done = ledger_->Switch(world.cluster_id, now, journal_); !done) {
      return done.error();
    }
    return fmt::format("Kafka cluster {} stands behind it from now on, not {}", world.cluster_id,
                       before);
  }
  const auto known = journal_.connectors.find(order.connector);
  if (known == journal_.connectors.end()) {
    return NoSuch(order.connector);
  }
  const Connector* connector = ConnectorIn(world, order.connector);
  const bool used_up =  // also while it is not known yet what the last of them came to
      connector != nullptr &&
      static_cast<int64_t>(known->second.attempts.count) >= connector->chosen->settings.attempts;
  if (!known->second.quarantine.holds && !used_up) {
    return Refused(
        fmt::format("{} is not in quarantine, and has not used up its attempts", Whom(order)));
  }
  Forgive(journal_.polls, known->second);
  known->second.quarantine.lifted_by = order.who;
  return fmt::format("{} starts afresh: what failed of it is restarted as if it had never been",
                     Whom(order));
}

Result<std::string> Recovery::RestartFor(const RecoveryOrder& order, const World& world,
                                         const Instant& now, const std::stop_token& stop) {
  if (order.connector.empty()) {
    return Error(Reason::kInvalid, "name the connector to restart");
  }
  const Connector* connector = ConnectorIn(world, order.connector);
  const auto memory = journal_.connectors.find(order.connector);
  if (connector == nullptr || memory == journal_.connectors.end()) {
    return NoSuch(order.connector);
  }
  if (const std::string hindered = Hindrance(); !hindered.empty()) {
    return Refused(hindered);
  }
  std::vector<RecoveryDecision> decisions = Plan(world, journal_, policy_, now);
  RecoveryDecision& decision =
      *std::ranges::find(decisions, order.connector, &RecoveryDecision::connector);
  const Question each{.world = world,
                      .journal = journal_,
                      .policy = policy_,
                      .now = now,
                      .connector = *connector,
                      .memory = memory->second,
                      .decision = decision};
  if (const std::string why_not = AgainstRestart(each); !why_not.empty()) {
    return Refused(why_not);
  }
  decision.action = RecoveryAction::kRestart;
  decision.why = fmt::format("{} asks for it: {}", order.who, order.why);
  RecoveryFacts facts;
  Restart(world, decision, facts, stop, &order);
  std::ranges::move(facts.news, std::back_inserter(ordered_));
  if (decision.action == RecoveryAction::kWait) {
    return Refused(decision.why);
  }
  if (!decision.acted || !decision.last_restart) {
    return Refused(
        facts.hindrance.empty()
            ? "it could not be sent: Klaxon ends, or its list of connectors has become old"
            : facts.hindrance);
  }
  const RestartReport& report = *decision.last_restart;
  const std::string words =
      fmt::format("{}: {}, {}", Whom(order), Name(report.outcome), report.words);
  if (report.outcome == RestartOutcome::kUnknown) {
    return Error(
        Reason::kTimeout,
        words + "; it may have been done: `klaxon recovery log` will tell what came of it");
  }
  return report.outcome == RestartOutcome::kAccepted ? Result<std::string>(words) : Refused(words);
}

Result<std::string> Recovery::Carried(const RecoveryOrder& order, const World& world,
                                      const Instant& now, const std::stop_token& stop) {
  switch (order.verb) {
    case RecoveryVerb::kPause:
      return PauseFor(order, world, now);
    case RecoveryVerb::kResume:
      return ResumeFor(order);
    case RecoveryVerb::kRestart:
      return RestartFor(order, world, now, stop);
    case RecoveryVerb::kLift:
      return LiftFor(order, world, now);
  }
  std::abort();
}

Result<std::string> Recovery::Carry(const RecoveryOrder& order, const View& view,
                                    const ConnectPart& part, const std::stop_token& stop) {
  const Instant now = means_.clock == nullptr ? view.now : means_.clock->Now();
  const World world = Look(view, part, {.classifier = classifier_, .settings = settings_});
  Begin(now, stop);
  if (!ledger_) {  // what is not written down is not done
    return Refused(fmt::format("it could not be written down: {}", Hindrance()));
  }
  Follow(world, policy_, view.now, journal_);  // the order may come before the step of this view
  const Journal before = journal_;
  return Record(order, now, before, Carried(order, world, now, stop));
}

Result<std::string> Recovery::CarryUnseen(const RecoveryOrder& order, const std::stop_token& stop) {
  if (order.verb != RecoveryVerb::kPause && order.verb != RecoveryVerb::kResume) {
    return Refused(
        fmt::format("Connect cluster {}/{} has not answered yet", place_.cluster, place_.connect));
  }
  const Instant now = means_.clock->Now();
  Begin(now, stop);
  if (!ledger_) {
    return Refused(fmt::format("it could not be written down: {}", Hindrance()));
  }
  const Journal before = journal_;
  return Record(order, now, before, Carried(order, {}, now, stop));
}

/// Writes down what came of it, and takes it back if that cannot be.
Result<std::string> Recovery::Record(const RecoveryOrder& order, const Instant& now,
                                     const Journal& before, Result<std::string> done) {
  const bool may_be_done = !done && done.error().reason() == Reason::kTimeout;
  const std::string result =
      done ? *done : (may_be_done ? "" : "not done: ") + done.error().message();
  const Lock lock(*means_.disk);
  const Result<void> recorded = ledger_->Record(order, now.wall, result, journal_);
  log::Info("recovery", "{}/{}: {} {} by {} from {} ({}): {}", place_.cluster, place_.connect,
            Name(order.verb), Whom(order), order.who, order.address, Printable(order.why), result);
  if (!recorded) {
    broken_ = recorded.error().message();
    if (done && order.verb == RecoveryVerb::kPause) {  // it makes things safer
      *done += fmt::format("; it is forgotten if Klaxon ends before it can be written down: {}",
                           broken_);
      log::Warning("recovery", "{}/{}: {}", place_.cluster, place_.connect, *done);
    } else if (order.verb !=
               RecoveryVerb::kRestart) {  // a restart was written down before it was sent
      if (journal_.cluster_id != before.cluster_id) {
        Journal scrap;
        (void)ledger_->Switch(before.cluster_id, now, scrap);
      }
      journal_ = before;
      return Refused(fmt::format("it could not be written down: {}", broken_));
    }
  }
  ordered_.push_back({.kind = EventKind::kRecoveryOrder,
                      .connector = order.connector.empty() ? place_.connect : order.connector,
                      .words = fmt::format("{} by {}: {}: {}", Name(order.verb), order.who,
                                           Printable(order.why), result)});
  return done;
}

}  // namespace klaxon::recovery
