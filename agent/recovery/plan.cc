#include "agent/recovery/plan.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "agent/recovery/rules.h"

namespace klaxon::recovery {
namespace {

/// A connector that may be restarted as far as it alone is concerned.
struct Candidate {
  const Subject* subject = nullptr;
  RecoveryDecision* decision = nullptr;
  MonoTime failed_since{};
};

std::set<std::string> WorkersOf(const Subject& subject) {
  std::set<std::string> workers;
  for (const Item& item : subject.items) {
    if (item.failed() || !subject.failed()) {
      workers.insert(item.worker);
    }
  }
  return workers;
}

/// How many restarts are under way on each worker.
std::map<std::string, int64_t> InFlight(const World& world, const Journal& journal,
                                        const Instant& now) {
  std::map<std::string, int64_t> busy;
  for (const Subject& subject : world.subjects) {
    std::set<std::string> workers;
    const auto memory = journal.connectors.find(subject.name);
    const bool sent = memory != journal.connectors.end() && memory->second.under_way &&
                      !memory->second.under_way->running_since;
    for (const Item& item : subject.items) {
      // One that does not end must not hold up all others of its worker for ever.
      const bool lately = now.mono - item.since.mono <= subject.chosen->settings.verify_timeout;
      if ((item.state == "RESTARTING" && lately) || (sent && item.failed())) {
        workers.insert(item.worker);
      }
    }
    for (const std::string& worker : workers) {
      ++busy[worker];
    }
  }
  return busy;
}

/// What all connectors of a cluster share: how many restarts are left.
class Budget {
 public:
  Budget(const World& world, const Journal& journal, const Policy& policy, const Instant& now)
      : journal_(journal), policy_(policy), now_(now), busy_(InFlight(world, journal, now)) {}

  /// Why there is none left for this one; empty: it was given one.
  std::string Take(const Subject& subject) {
    const auto spent = static_cast<int64_t>(journal_.restarts.size()) + given_;
    if (spent >= policy_.budget_a_minute) {
      return fmt::format("the budget of {} restarts a minute is spent", policy_.budget_a_minute);
    }
    if (std::string why = OfBreaker(); !why.empty()) {
      return why;
    }
    const std::set<std::string> workers = WorkersOf(subject);
    for (const std::string& worker : workers) {
      if (busy_[worker] >= policy_.in_flight_a_worker) {
        return fmt::format("worker {} has a restart under way", worker);
      }
      if (busy_[worker] + taken_[worker] >= policy_.in_flight_a_worker) {
        return fmt::format("another one's turn: worker {} takes {} at a time", worker,
                           policy_.in_flight_a_worker);
      }
    }
    for (const std::string& worker : workers) {
      ++taken_[worker];
    }
    ++given_;
    return "";
  }

 private:
  std::string OfBreaker() const {
    const BreakerState state = journal_.breaker.state;
    if (state == BreakerState::kCanary && given_ > 0) {
      return "one restart at a time after many failures at once";
    }
    if (state != BreakerState::kSpread) {
      return "";
    }
    const bool soon =
        journal_.last_restart && now_.mono - *journal_.last_restart < policy_.breaker_spread;
    return given_ > 0 || soon ? "restarts are spread after many failures at once" : "";
  }

  const Journal& journal_;
  const Policy& policy_;
  const Instant now_;
  std::map<std::string, int64_t> busy_;     // with what is under way
  std::map<std::string, int64_t> taken_{};  // by this plan
  int64_t given_ = 0;
};

RecoveryDecision Describe(const Subject& subject, const ConnectorMemory& memory) {
  const Settings& settings = subject.chosen->settings;
  RecoveryDecision decision{.connector = subject.name,
                            .mode = settings.mode,
                            .attempts = memory.attempts,
                            .attempts_allowed = static_cast<uint32_t>(settings.attempts),
                            .last_restart = memory.last_restart};
  if (const Item* strictest = subject.strictest(); strictest != nullptr) {
    decision.failure = strictest->failure;
    decision.root_cause = strictest->root_cause;
    decision.way_out = AdviceFor(strictest->failure);
  }
  for (const Item& item : subject.items) {
    if (item.failed()) {
      decision.failed.push_back(item.id);
    }
  }
  return decision;
}

/// True: it may be restarted, if there is budget for it.
bool MayRestart(const Case& subject) {
  const std::span<const Rule> rules = Rules();
  return std::ranges::none_of(rules, [&](Rule rule) { return rule(subject); }) &&
         !AskGates(subject);
}

void Share(std::vector<Candidate>& candidates, Budget& budget) {
  std::ranges::stable_sort(candidates, {}, &Candidate::failed_since);
  // What is only observed takes nothing from what is done.
  std::ranges::stable_partition(candidates, [](const Candidate& candidate) {
    return candidate.decision->mode == RecoveryMode::kAct;
  });
  for (const Candidate& candidate : candidates) {
    RecoveryDecision& decision = *candidate.decision;
    const std::string refused = budget.Take(*candidate.subject);
    decision.action = refused.empty() ? RecoveryAction::kRestart : RecoveryAction::kWait;
    decision.why = refused.empty() ? fmt::format("{}: restart {} of {}", Name(decision.failure),
                                                 decision.attempts + 1, decision.attempts_allowed)
                                   : refused;
    decision.gates.push_back({.name = "budget",
                              .open = refused.empty(),
                              .value = refused.empty() ? "there is some left" : refused});
  }
}

}  // namespace

std::vector<RecoveryDecision> Plan(const World& world, const Journal& journal, const Policy& policy,
                                   const Instant& now) {
  static const ConnectorMemory nothing{};
  std::vector<RecoveryDecision> decisions(world.subjects.size());
  std::vector<Candidate> candidates;
  for (size_t i = 0; i < world.subjects.size(); ++i) {
    const Subject& subject = world.subjects[i];
    const auto found = journal.connectors.find(subject.name);
    const ConnectorMemory& memory = found == journal.connectors.end() ? nothing : found->second;
    decisions[i] = Describe(subject, memory);
    const Case each{.world = world,
                    .journal = journal,
                    .policy = policy,
                    .now = now,
                    .subject = subject,
                    .memory = memory,
                    .decision = decisions[i]};
    if (MayRestart(each)) {
      const Instant& since = memory.failed_since ? *memory.failed_since : now;
      candidates.push_back({&subject, &decisions[i], since.mono});
    }
  }
  Budget budget(world, journal, policy, now);
  Share(candidates, budget);
  return decisions;
}

}  // namespace klaxon::recovery
