#include "agent/recovery/plan.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "agent/recovery/rules.h"

namespace klaxon::recovery {
namespace {

/// A connector that may be restarted as far as it alone is concerned.
struct Candidate {
  const Connector* connector = nullptr;
  RecoveryDecision* decision = nullptr;
  MonoTime failed_since{};
};

std::set<std::string> WorkersOf(const Connector& connector) {
  std::set<std::string> workers;
  for (const Item& item : connector.items) {
    if (item.failed() || !connector.failed()) {
      workers.insert(item.worker);
    }
  }
  return workers;
}

/// What keeps a worker busy.
struct Busy {
  int64_t restarts = 0;
  std::string connector{};  ///< the last of them
  bool planned = false;     ///< it is of this plan, not under way yet
};

/// The workers of restarts that are under way; what takes too long hangs, and keeps nobody waiting,
/// however long a connector's own configuration says that a restart of it may take.
std::map<std::string, Busy> InFlight(const World& world, const Journal& journal,
                                     const Policy& policy, const Instant& now) {
  std::map<std::string, Busy> busy;
  for (const Connector& connector : world.connectors) {
    std::set<std::string> workers;
    const auto memory = journal.connectors.find(connector.name);
    const Duration limit =
        std::min(connector.chosen->settings.verify_timeout, policy.settings.verify_timeout);
    const bool sent = memory != journal.connectors.end() && memory->second.own.under_way &&
                      !memory->second.own.under_way->running.since &&
                      now.mono - memory->second.own.under_way->answered_at.mono <= limit;
    for (const Item& item : connector.items) {
      const bool restarts = item.state == "RESTARTING" && now.mono - item.since.mono <= limit;
      if (restarts || (sent && item.failed())) {
        workers.insert(item.worker);
      }
    }
    for (const std::string& worker : workers) {
      ++busy[worker].restarts;
      busy[worker].connector = connector.name;
    }
  }
  return busy;
}

/// What all connectors of a cluster share: how many restarts are left.
class Budget {
 public:
  Budget(const World& world, const Journal& journal, const Policy& policy, const Instant& now)
      : journal_(journal),
        policy_(policy),
        now_(now),
        busy_(InFlight(world, journal, policy, now)) {}

  /// Why there is none left for this one; empty: it was given one.
  std::string Take(const Connector& connector) {
    const auto spent = static_cast<int64_t>(journal_.restarts.size());
    if (spent + given_ >= policy_.budget_a_minute) {
      return fmt::format("the budget of {} restarts a minute {}", policy_.budget_a_minute,
                         given_ == 0 ? "is spent" : "goes to what failed before it");
    }
    if (std::string why = OfBreaker(); !why.empty()) {
      return why;
    }
    const std::set<std::string> workers = WorkersOf(connector);
    for (const std::string& worker : workers) {
      if (const Busy& busy = busy_[worker]; busy.restarts >= policy_.in_flight_a_worker) {
        return busy.planned
                   ? fmt::format("after {}: worker {} restarts {} at a time", busy.connector,
                                 worker, policy_.in_flight_a_worker)
                   : fmt::format("worker {} has a restart under way: {}", worker, busy.connector);
      }
    }
    for (const std::string& worker : workers) {
      Busy& busy = busy_[worker];
      busy = {.restarts = busy.restarts + 1, .connector = connector.name, .planned = true};
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
  std::map<std::string, Busy> busy_;
  int64_t given_ = 0;
};

RecoveryDecision Describe(const Connector& connector, const ConnectorMemory& memory) {
  const Settings& settings = connector.chosen->settings;
  RecoveryDecision decision{.connector = connector.name,
                            .mode = settings.mode,
                            .attempts = memory.attempts.count,
                            .attempts_allowed = static_cast<uint32_t>(settings.attempts),
                            .last_restart = memory.own.last};
  if (const Item* strictest = connector.strictest(); strictest != nullptr) {
    decision.failure = strictest->failure;
    decision.root_cause = strictest->root_cause;
    decision.way_out = AdviceFor(strictest->failure);
  }
  for (const Item& item : connector.items) {
    if (item.failed()) {
      decision.failed.push_back(item.id);
    }
  }
  return decision;
}

/// True: it may be restarted, if there is budget for it. Of what failed all gates are told,
/// whatever decided.
bool MayRestart(const Question& about) {
  const std::span<const Rule> rules = Rules();
  const auto rule =
      std::ranges::find_if(rules, [&](const Rule& each) { return each.decides(about); });
  const bool free = rule == rules.end();
  RecoveryDecision& decision = about.decision;
  if (!free) {
    decision.rule = rule->name;
  }
  if (!free && (!about.connector.failed() || about.world.listed == nullptr)) {
    return false;
  }
  if (!free) {
    decision.gates.push_back({.name = decision.rule, .value = decision.why});
  }
  AskGates(about);
  return free && !DecidedByGates(about);
}

/// Those that act come first, whatever failed before them: what is only observed is never
/// restarted, and takes nothing from them. What was refused last time comes after what was not: it
/// may be refused again, and with it all of them.
void Share(std::vector<Candidate>& candidates, const Journal& journal, Budget& budget) {
  std::ranges::stable_sort(candidates, {}, [&](const Candidate& each) {
    return std::tuple(each.decision->mode != RecoveryMode::kAct,
                      journal.refused.contains(each.connector->name), each.failed_since);
  });
  for (const Candidate& candidate : candidates) {
    RecoveryDecision& decision = *candidate.decision;
    const std::string refused = budget.Take(*candidate.connector);
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
  std::vector<RecoveryDecision> decisions(world.connectors.size());
  std::vector<Candidate> candidates;
  for (size_t i = 0; i < world.connectors.size(); ++i) {
    const Connector& connector = world.connectors[i];
    const auto found = journal.connectors.find(connector.name);
    const ConnectorMemory& memory = found == journal.connectors.end() ? nothing : found->second;
    decisions[i] = Describe(connector, memory);
    const Question each{.world = world,
                        .journal = journal,
                        .policy = policy,
                        .now = now,
                        .connector = connector,
                        .memory = memory,
                        .decision = decisions[i]};
    if (MayRestart(each)) {
      const Instant& since = memory.failing.since ? *memory.failing.since : now;
      candidates.push_back({&connector, &decisions[i], since.mono});
    }
  }
  Budget budget(world, journal, policy, now);
  Share(candidates, journal, budget);
  return decisions;
}

}  // namespace klaxon::recovery
