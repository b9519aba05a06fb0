#include <map>
#include <random>
#include <set>

#include <catch2/catch_test_macros.hpp>

#include "tests/recovery/estate.h"

namespace klaxon::recovery {
namespace {

/// A Connect cluster in which anything happens, and an executor that does what is decided.
class Chaos {
 public:
  explicit Chaos(uint32_t seed) : random_(seed) {
    estate_.policy.quiet_polls = 2;
    estate_.policy.budget_a_minute = Up(8) + 1;
    estate_.policy.in_flight_a_worker = Up(3) + 1;
    estate_.policy.breaker_least = Up(6) + 2;
    estate_.policy.settings.attempts = Up(6) + 1;
    const int connectors = Up(25) + 1;
    for (int i = 0; i < connectors; ++i) {
      Connector& connector = estate_.Add("c" + std::to_string(i), Up(4));
      for (Item& item : connector.items) {
        item.worker = "w" + std::to_string(Up(3));
      }
      Settings settings = estate_.policy.settings;
      settings.mode = static_cast<RecoveryMode>(Up(3));
      connector.chosen = std::make_shared<const Chosen>(Chosen{.settings = settings});
    }
  }

  void Step() {
    if (Up(10) == 0) {  // no answer
      estate_.Later(Up(40));
      estate_.Decide();
    } else {
      estate_.world.cluster_id = Up(60) == 0 ? "k2" : "k1";
      const std::set<std::string> hidden = Hidden();
      Happen(hidden);
      const std::vector<Connector> told = estate_.world.connectors;
      for (const std::string& name : hidden) {
        estate_.Of(name).items = {Item{}};
      }
      estate_.Pass(5);
      Check();
      estate_.world.connectors = told;
      Execute();
      return;
    }
    Check();
    Execute();
  }

  size_t restarts() const { return restarts_; }

 private:
  int Up(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }

  /// Connect tells no status of some. Nothing happens to them: what nobody sees is not counted.
  std::set<std::string> Hidden() {
    const bool all = estate_.world.cluster_id != "k1";  // it is another's
    std::set<std::string> names;
    for (const Connector& connector : estate_.world.connectors) {
      if (all || Up(40) == 0) {
        names.insert(connector.name);
      }
    }
    return names;
  }

  /// Somebody restarted it, if it was FAILED before; or it failed, and waits for a worker.
  void Start(const Connector& connector, const Item& item, bool waits = false) {
    made_[connector.name] += item.failed() || waits ? 1U : 0U;
  }

  void Happen(const std::string& name, Item& item) {
    const Connector& connector = estate_.Of(name);
    const auto any = static_cast<FailureClass>(Up(static_cast<int>(kFailureClasses)));
    if (item.state == "RESTARTING" && Up(2) == 0) {
      estate_.Set(name, item.id, Up(3) == 0 ? "FAILED" : "RUNNING");
      return;
    }
    switch (Up(100)) {
      case 0:
      case 1:  // if it is FAILED: started and failed between two polls
        Start(connector, item);
        estate_.Fail(name, item.id, any);
        return;
      case 2:
        Start(connector, item);
        estate_.Set(name, item.id, "RUNNING");
        return;
      case 3:
        Start(connector, item, item.state == "UNASSIGNED");
        estate_.Set(name, item.id, "RESTARTING");
        return;
      case 4:  // a rebalance
        estate_.Set(name, item.id, "UNASSIGNED");
        return;
      case 5:  // a rebalance between two polls
        if (item.state != "RESTARTING") {
          item.worker = "w" + std::to_string(Up(3) + 3);
        }
        return;
      default:
        if (item.state == "UNASSIGNED" && Up(2) == 0) {
          estate_.Set(name, item.id, Up(2) == 0 ? "FAILED" : "RUNNING");
        }
    }
  }

  void Happen(const std::set<std::string>& hidden) {
    for (Connector& connector : estate_.world.connectors) {
      if (hidden.contains(connector.name)) {
        continue;
      }
      for (Item& item : connector.items) {
        Happen(connector.name, item);
        item.owner_alive = Up(50) == 0 ? Truth::kNo : Truth::kYes;
      }
      if (connector.items.size() > 2 && Up(60) == 0) {
        connector.items.pop_back();  // fewer tasks
      }
      connector.intent = Up(40) == 0 ? ConnectIntent::kPaused : ConnectIntent::kRunning;
      connector.config_hash += Up(80) == 0 ? 1U : 0U;
      connector.red = Up(40) == 0 ? "a topic has no leader" : "";
      connector.positions = At(Up(2) == 0 ? "orders-0@17" : "");
    }
    estate_.world.group_at_rest = Up(10) > 0;
    estate_.world.red = Up(60) == 0 ? "a broker does not answer" : "";
  }

  void Check() {
    REQUIRE(estate_.decisions.size() == estate_.world.connectors.size());
    const std::vector<RecoveryDecision> again =
        Plan(estate_.world, estate_.journal, estate_.policy, estate_.now);
    std::map<std::string, int64_t> busy;
    for (size_t i = 0; i < again.size(); ++i) {
      const RecoveryDecision& decision = estate_.decisions[i];
      const Connector& connector = estate_.world.connectors[i];
      CHECK(again[i].action == decision.action);
      CHECK(again[i].why == decision.why);
      CHECK(decision.connector == connector.name);
      CHECK_FALSE(decision.why.empty());
      CHECK(decision.attempts <= made_[connector.name]);
      for (const std::string& worker : BusyOf(connector)) {
        ++busy[worker];
      }
      if (decision.action == RecoveryAction::kRestart) {
        CheckRestart(connector, decision);
      }
    }
    for (const RecoveryDecision& decision : estate_.decisions) {
      if (decision.action == RecoveryAction::kRestart) {
        for (const std::string& worker : WorkersOf(estate_.Of(decision.connector), "FAILED")) {
          CHECK(++busy[worker] <= estate_.policy.in_flight_a_worker);
        }
      }
    }
    CheckObserved();
    CHECK(static_cast<int64_t>(estate_.journal.restarts.size() + estate_.Restarts()) <=
          std::max<int64_t>(estate_.policy.budget_a_minute,
                            static_cast<int64_t>(estate_.journal.restarts.size())));
  }

  /// What acts is decided about as if nobody observed.
  void CheckObserved() const {
    World alone = estate_.world;
    for (Connector& connector : alone.connectors) {
      Settings settings = connector.chosen->settings;
      if (settings.mode == RecoveryMode::kObserve) {
        settings.mode = RecoveryMode::kOff;
        connector.chosen = std::make_shared<const Chosen>(Chosen{.settings = settings});
      }
    }
    const auto decisions = Plan(alone, estate_.journal, estate_.policy, estate_.now);
    for (size_t i = 0; i < decisions.size(); ++i) {
      if (decisions[i].mode == RecoveryMode::kAct) {
        CHECK(Name(decisions[i].action) == Name(estate_.decisions[i].action));
        CHECK(decisions[i].why == estate_.decisions[i].why);
      }
    }
  }

  void CheckRestart(const Connector& connector, const RecoveryDecision& decision) {
    CHECK(IsFresh(estate_.world.listed, estate_.now));
    CHECK(connector.failed());
    CHECK(connector.intent == ConnectIntent::kRunning);
    CHECK(estate_.world.group_at_rest);
    CHECK(estate_.world.cluster_id == estate_.journal.cluster_id);
    CHECK(estate_.world.red.empty());
    CHECK(connector.red.empty());
    CHECK(estate_.journal.breaker.state != BreakerState::kOpen);
    CHECK(estate_.journal.polls > 2);
    CHECK(decision.attempts < decision.attempts_allowed);
    CHECK(decision.failure != FailureClass::kDataLossRisk);
    CHECK(decision.gates.size() == 15);
    for (const RecoveryGate& gate : decision.gates) {
      CHECK(gate.open);
    }
    CHECK(BusyOf(connector).empty());  // never two in flight
    for (const Item& item : connector.items) {
      CHECK((!item.failed() || item.owner_alive == Truth::kYes));
      CHECK((!item.failed() || item.failure != FailureClass::kDataLossRisk));
    }
  }

  static std::set<std::string> WorkersOf(const Connector& connector, std::string_view state) {
    std::set<std::string> workers;
    for (const Item& item : connector.items) {
      if (item.state == state) {
        workers.insert(item.worker);
      }
    }
    return workers;
  }

  /// What takes too long keeps nobody waiting.
  std::set<std::string> BusyOf(const Connector& connector) const {
    Connector busy = connector;
    std::erase_if(busy.items, [&](const Item& item) {
      return estate_.now.mono - item.since.mono > connector.chosen->settings.verify_timeout;
    });
    return WorkersOf(busy, "RESTARTING");
  }

  void Execute() {
    const std::vector<RecoveryDecision> decisions = estate_.decisions;
    for (const RecoveryDecision& decision : decisions) {
      if (decision.action != RecoveryAction::kRestart || decision.mode != RecoveryMode::kAct) {
        continue;
      }
      ++restarts_;
      const int dice = Up(10);
      estate_.Answer(decision.connector, dice == 0   ? RestartOutcome::kConflict
                                         : dice == 1 ? RestartOutcome::kUnknown
                                                     : RestartOutcome::kAccepted);
      made_[decision.connector] += dice == 0 ? 0U : 1U;
      for (const int32_t id : decision.failed) {
        if (dice > 1) {
          estate_.Set(decision.connector, id, "RESTARTING");
        }
      }
    }
  }

  std::mt19937 random_;
  Estate estate_{};
  size_t restarts_ = 0;
  std::map<std::string, uint32_t> made_{};  // restarts of a connector, by anybody
};

TEST_CASE("whatever happens, no rule of a restart is broken", "[recovery]") {
  size_t restarts = 0;
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    INFO("seed " << seed);
    Chaos chaos(seed);
    for (int step = 0; step < 150; ++step) {
      chaos.Step();
    }
    restarts += chaos.restarts();
  }
  CHECK(restarts > 100);  // it did something
}

}  // namespace
}  // namespace klaxon::recovery
