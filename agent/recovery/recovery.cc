#include "agent/recovery/recovery.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "agent/base/log.h"
#include "agent/recovery/plan.h"

namespace klaxon::recovery {
namespace {

bool MayAct(const RecoveryFacts& facts) {
  return std::ranges::any_of(facts.decisions, [](const RecoveryDecision& decision) {
    return decision.mode == RecoveryMode::kAct;
  });
}

bool GivenUp(RecoveryAction action) {
  return action == RecoveryAction::kQuarantine || action == RecoveryAction::kExhausted;
}

void WaitUnsent(const Hold& hold, RecoveryDecision& decision) {
  decision.action = RecoveryAction::kWait;
  decision.why = hold.why;
  decision.due = hold.until;
}

}  // namespace

Recovery::Recovery(const Policy& policy)
    : policy_(policy), classifier_(policy.patterns), settings_(policy) {
}

Recovery::Recovery(const Policy& policy, Place place, Means means) : Recovery(policy) {
  place_ = std::move(place);
  means_ = std::move(means);
}

void Recovery::SetPolicy(const Policy& policy) {
  policy_ = policy;
  classifier_ = Classifier(policy.patterns);
  settings_ = SettingsBook(policy);
  journal_.denied_until.reset();  // whoever changed the configuration may have mended that, too
  for (const auto& [connector, refusal] : std::exchange(journal_.refused, {})) {
    if (const auto known = journal_.connectors.find(connector);
        known != journal_.connectors.end()) {
      known->second.hold.until.reset();
    }
  }
}

void Recovery::Reach(std::string_view point) const {
  if (means_.checkpoint) {
    means_.checkpoint(point);
  }
}

/// Reads what was remembered before the process began; tried again until the disk allows it.
void Recovery::Begin(const Instant& now, const std::stop_token& stop) {
  const Lock lock(*means_.disk);
  if (begun_ || stop.stop_requested()) {
    return;
  }
  if (means_.database == nullptr && means_.open) {
    const Result<state::Database*> opened = means_.open();
    means_.database = opened ? *opened : nullptr;
    means_.missing = opened ? "" : opened.error().message();
  }
  if (means_.database == nullptr) {
    return;
  }
  Result<Ledger> ledger = Ledger::Make(*means_.database, place_);
  Result<Journal> journal = ledger ? ledger->Load(now) : Result<Journal>(ledger.error());
  if (!journal) {
    broken_ = journal.error().message();
    return;
  }
  broken_.clear();
  ledger_ = *std::move(ledger);
  journal_ = *std::move(journal);
  HoldUnanswered(policy_, now, journal_);
  begun_ = true;
}

std::string Recovery::Hindrance() const {
  if (means_.database == nullptr) {
    return means_.missing.empty() ? "there is no state directory: write `state: {directory: ...}`"
                                  : means_.missing;
  }
  if (!broken_.empty()) {
    return broken_;
  }
  if (const Result<void> in_place = means_.database->InPlace(); !in_place) {
    return in_place.error().message();
  }
  const Result<std::vector<std::string>> damaged = means_.database->Damaged();
  if (!damaged) {
    return damaged.error().message();
  }
  return damaged->empty()
             ? ""
             : fmt::format(
                   "the state was damaged, so what recovery did before is not known; look "
                   "at the connectors, then move {}/{} away to let it act",
                   means_.database->folder(), damaged->front());
}

void Recovery::Hinder(std::string why, RecoveryFacts& facts) {
  facts.hindrance = std::move(why);
  facts.acts = facts.hindrance.empty();
  if (facts.hindrance == hindrance_) {
    return;
  }
  hindrance_ = facts.hindrance;
  const std::string where = fmt::format("{}/{}", place_.cluster, place_.connect);
  if (hindrance_.empty()) {
    log::Info("recovery", "{}: acts again", where);
  } else {
    log::Error("recovery", "{}: only observes: {}", where, hindrance_);
  }
  facts.news.push_back(
      {.kind = EventKind::kRecoveryHindered,
       .connector = place_.connect,
       .words = hindrance_.empty() ? "acts again" : "only observes: " + hindrance_});
}

/// What people should see of this step in the list of events.
void Recovery::Announce(RecoveryFacts& facts) {
  for (const Verified& verified : journal_.verified) {
    const RestartReport& report = verified.report;
    facts.news.push_back({.kind = EventKind::kRecoveryVerdict,
                          .connector = verified.connector,
                          .words = fmt::format("{}: {}", Name(report.verdict), report.evidence)});
  }
  std::map<std::string, RecoveryAction, std::less<>> given_up;
  for (const RecoveryDecision& decision : facts.decisions) {
    const auto before = announced_.find(decision.connector);
    if (before != announced_.end() && SaysNothing(decision)) {
      given_up.insert(*before);
    }
    if (!GivenUp(decision.action)) {
      continue;
    }
    given_up.emplace(decision.connector, decision.action);
    if (before == announced_.end() || before->second != decision.action) {
      facts.news.push_back({.kind = EventKind::kRecoveryGivenUp,
                            .connector = decision.connector,
                            .words = InWords(decision)});
    }
  }
  announced_ = std::move(given_up);
}

void Recovery::Save(const Instant& now, RecoveryFacts& facts, const std::stop_token& stop) {
  if (!ledger_) {
    return;
  }
  const Lock lock(*means_.disk);
  if (stop.stop_requested()) {
    return;
  }
  broken_.clear();  // what cannot be written tells nobody why
  const Result<void> saved = ledger_->Save(journal_, facts.decisions, now, Hindrance());
  broken_ = saved ? "" : saved.error().message();
  journal_.verified.clear();  // announced, and the ledger keeps what it could not write
}

Result<int64_t> Recovery::Intend(const Intent& intent, const ConnectorMemory& memory,
                                 const std::stop_token& stop) {
  const Lock lock(*means_.disk);
  return stop.stop_requested() ? Error(Reason::kCancelled, "Klaxon is stopping")
                               : ledger_->Intend(intent, memory);
}

/// It was sent, and this came of it.
Result<void> Recovery::Conclude(const RestartReply& reply, const Connector& connector,
                                const Attempts& before) {
  ++sent_.at(static_cast<size_t>(reply.report.outcome));
  CountSent(reply.answered_at.mono, journal_);
  TakeAnswer(reply, connector, policy_, before, journal_);
  const Lock lock(*means_.disk);
  return ledger_->Conclude(reply.id, reply.report, connector.name, journal_);
}

/// The worker knew by then why it must not be sent.
Result<void> Recovery::Withdraw(const RestartReply& reply, const Connector& connector,
                                const Attempts& before) {
  TakeUnsent(reply, connector, before, journal_);
  const Lock lock(*means_.disk);
  return ledger_->Withdraw(reply.id, connector.name, journal_);
}

/// Intent, restart, outcome. False: no more of them in this step. `order`: of who asks for it;
/// null: nobody does.
bool Recovery::Restart(const World& world, RecoveryDecision& decision, RecoveryFacts& facts,
                       const std::stop_token& stop, const RecoveryOrder* order) {
  const Instant now = means_.clock->Now();
  const auto known = journal_.connectors.find(decision.connector);
  const auto connector = std::ranges::find(world.connectors, decision.connector, &Connector::name);
  if (!IsFresh(world.listed, now) || known == journal_.connectors.end() || stop.stop_requested()) {
    return false;
  }
  Attempts& attempts = known->second.attempts;
  const Attempts before = attempts;
  ++attempts.count;
  attempts.last = now;
  Reach("before intent");
  const Result<int64_t> id =
      Intend({.decision = decision, .begun_at = now, .worker = world.post_to.url, .order = order},
             known->second, stop);
  Reach("after intent");
  if (!id) {  // what is not written down is not done
    attempts = before;
    if (stop.stop_requested()) {  // the disk is not to blame
      return false;
    }
    broken_ = id.error().message();
    Hinder(Hindrance(), facts);
    return false;
  }
  Reach("before send");
  connect::RestartAnswer answer =
      means_.executor->Restart({.connector = decision.connector, .failed = decision.failed},
                               world.post_to, means_.may_go_on, stop);
  Reach("after answer");
  const RestartReport report{.sent_at = now, .outcome = answer.outcome, .words = answer.words};
  const RestartReply reply{.report = report,
                           .answered_at = means_.clock->Now(),
                           .id = *id,
                           .restarted = std::move(answer.restarted),
                           .of_it = answer.of_it};
  const Result<void> concluded =
      answer.sent ? Conclude(reply, *connector, before) : Withdraw(reply, *connector, before);
  Reach("after outcome");
  broken_ = concluded ? "" : concluded.error().message();
  const bool more = concluded && report.outcome != RestartOutcome::kUnknown &&
                    report.outcome != RestartOutcome::kDenied;
  log::Info("recovery", "{}/{}: connector {} ({}): restart {}sent to {}: {}, {}", place_.cluster,
            place_.connect, decision.connector, decision.why, answer.sent ? "" : "not ",
            world.post_to.url, Name(report.outcome), report.words);
  if (!answer.sent) {
    WaitUnsent(known->second.hold, decision);
    return more;
  }
  decision.acted = true;
  decision.last_restart = report;
  decision.attempts = attempts.count;
  facts.news.push_back(
      {.kind = EventKind::kRecoveryRestart,
       .connector = decision.connector,
       .words = fmt::format("{}; {}: {}", decision.why, Name(report.outcome), report.words)});
  return more;
}

void Recovery::Act(const World& world, RecoveryFacts& facts, const std::stop_token& stop) {
  bool more = facts.acts && means_.executor != nullptr && means_.clock != nullptr;
  for (RecoveryDecision& decision : facts.decisions) {
    if (decision.mode == RecoveryMode::kAct && decision.action == RecoveryAction::kRestart &&
        more) {
      more = (!means_.may_go_on || means_.may_go_on()) && Restart(world, decision, facts, stop);
    }
  }
}

std::shared_ptr<const RecoveryFacts> Recovery::Step(const View& view, const ConnectPart& part,
                                                    const std::stop_token& stop) {
  const World world = Look(view, part, {.classifier = classifier_, .settings = settings_});
  Begin(view.now, stop);
  Follow(world, policy_, view.now, journal_);
  auto facts = std::make_shared<RecoveryFacts>();
  facts->mode = policy_.settings.mode;
  facts->decisions = Plan(world, journal_, policy_, view.now);
  facts->planned = world.listed;
  facts->breaker = journal_.breaker.state;
  facts->breaker_why = journal_.breaker.why;
  if (facts->planned != nullptr) {
    facts->answers = {facts->planned};
  }
  Note(facts->decisions, journal_);
  facts->news = std::exchange(ordered_, {});
  for (const auto& [connector, pause] : journal_.pauses) {
    facts->pauses.push_back({.connector = connector, .who = pause.who, .why = pause.why});
  }
  Announce(*facts);
  Save(view.now, *facts, stop);
  if (means_.clock != nullptr && MayAct(*facts)) {  // without one it only thinks aloud
    Hinder(Hindrance(), *facts);
    Act(world, *facts, stop);
  }
  facts->sent = sent_;
  facts->budget_left = std::max<int64_t>(
      0, policy_.budget_a_minute - static_cast<int64_t>(journal_.restarts.size()));
  return facts;
}

}  // namespace klaxon::recovery
